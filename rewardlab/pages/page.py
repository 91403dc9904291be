"""Assembles the page: the first screen as plain HTML, the plots as SVG, the generations as data for the scripts."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

import numpy as np

from rewardlab.pages import figures, generations, summary
from rewardlab.pages.behind import behind
from rewardlab.pages.cells import MOST_ROWS, cells_of
from rewardlab.pages.payload import payload_of
from rewardlab.probes.run.question import Question
from rewardlab.reports.audit import Report
from rewardlab.reports.section import visible_all
from rewardlab.runs.directory import Run
from rewardlab.runs.parts import write_atomically

#: The scripts and styles in the order in which they are joined.
STYLES = ("vendor/tabulator.min.css", "assets/page.css", "assets/table.css", "assets/group.css", "assets/figures.css")
SCRIPTS = (
    "vendor/tabulator.min.js",
    "assets/data.js",
    "assets/labels.js",
    "assets/files.js",
    "assets/group.js",
    "assets/table.js",
    "assets/filters.js",
    "assets/page.js",
)
#: A comment that would make a browser's developer tools ask for a file.
SOURCE_MAP = "//# sourceMappingURL="


def audit_page(report: Report, run: Run, question: Question, *, most: int = MOST_ROWS) -> str:
    """The page of an audit as HTML, ending with a line break.

    It loads nothing and obeys no text of the run: texts stand in it as data, and scripts show them as text alone.
    Arguments: `question` is what the report was made from; a run of more than `most` generations is shown in part.
    Raises: RunError for a run directory that cannot be read.
    """
    scores = run.scores(report.provenance["reward"]["key"]).read()
    behinds = [behind(finding, question, scores) for finding in report.findings]
    wanted = np.zeros(len(question.answers.prompt_ids), bool)
    for one in behinds:
        wanted |= one.mask.any(axis=1) if one.mask.mean() < 0.5 else False
    cells = cells_of(question, wanted=wanted, most=most)
    payload = payload_of(report, run, question, cells=cells, scores=scores, behinds=behinds)
    report = visible_all(report)
    body = [
        summary.head(report),
        summary.findings(report, behinds, cells),
        figures.section(report, question, scores),
        generations.section(report, payload, cells),
    ]
    return _document(summary.title(report), "\n".join(body), payload.text)


def write_page(report: Report, run: Run, question: Question) -> None:
    """Write the page to report.html in the run directory."""
    write_atomically(run.folder / "report.html", audit_page(report, run, question).encode("utf-8", "backslashreplace"))


def _document(title: str, body: str, data: str) -> str:
    style, script = _joined(STYLES), _joined(SCRIPTS)
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f'<title>{title}</title>\n<link rel="icon" href="data:,">\n<style>{style}</style>\n</head>\n<body>\n{body}\n'
        f'<script type="application/octet-stream" id="data">{data}</script>\n<script>{script}</script>\n'
        "</body>\n</html>\n"
    )


def _joined(names: tuple[str, ...]) -> str:
    room = files("rewardlab.pages")
    texts = (room.joinpath(name).read_text(encoding="utf-8").split(SOURCE_MAP)[0] for name in names)
    return "\n".join(texts)


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
