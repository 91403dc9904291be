"""The first screen: the verdict, why, what to do next, what counts as success; then the findings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from rewardlab.formats.audit.reasons import reasons
from rewardlab.formats.evidence import evidence_lines
from rewardlab.formats.evidence.values import percent
from rewardlab.formats.success import success_line
from rewardlab.formats.verdicts import WORDS
from rewardlab.pages.behind import Behind
from rewardlab.pages.cells import Cells
from rewardlab.reports.audit import Report
from rewardlab.reports.finding import FindingPart
from rewardlab.reports.section import Interval

MEANING = {
    "go": "this reward can teach the model this task",
    "no_go": "do not train with this yet",
    "inconclusive": "the data do not decide yet",
}
#: Next steps whose names hold an abbreviation.
STEPS = {"run_rft": "run RFT", "sft_first": "SFT first"}
#: The code with which a reason begins.
CODE = re.compile(r"(RL\d{3}) ")
#: Links to single generations that a finding shows beside the one to all of them.
MOST_LINKS = 6
#: Characters of an id in such a link.
LONGEST_NAME = 28


def title(report: Report) -> str:
    """The page's title."""
    return escape(f"{WORDS[report.verdict]}: {_model(report)} - rewardlab")


def head(report: Report) -> str:
    """The verdict with its reasons, the next step, the success rule, and the numbers that decide."""
    why = "".join(f"<li>{_reason(reason)}</li>" for reason in reasons(report))
    step = report.next_step
    base = report.baseline
    success = escape(_sentence(success_line(base).removeprefix("success: ")))
    sampled = f"{base.prompts:,} prompts, {base.generations:,} generations"
    return f"""<header class="top"><a class="brand" href="#top">rewardlab</a>
<nav aria-label="Parts of this page"><a href="#findings">Findings</a><a href="#figures">Figures</a>\
<a href="#generations">Generations</a></nav></header>
<main id="top">
<section class="verdict {report.verdict}" aria-labelledby="verdict">
<p class="about">{escape(_model(report))}<span>{sampled}</span><span>{escape(report.provenance["platform"])}</span>\
<span>{escape(_reward(report))}</span></p>
<h1 id="verdict"><span class="word">{WORDS[report.verdict]}</span> <span class="meaning">{MEANING[report.verdict]}\
</span></h1>
<div class="reasons"><div><h2>Why</h2><ul>{why}</ul></div>
<div><h2>Next step</h2><p><strong>{escape(STEPS.get(step.action, step.action.replace("_", " ")))}</strong></p>\
<p>{escape(step.text)}</p><h2>What counts as success</h2><p>{success}</p></div></div>
<dl class="tiles">{"".join(_tiles(report))}</dl>
</section>"""


def _reason(text: str) -> str:
    """The reason, its finding's code as a link to the finding."""
    if (code := CODE.match(text)) is None:
        return escape(_sentence(text))
    return f'<a href="#{code[1]}">{code[1]}</a> {escape(_sentence(text[code.end() :]))}'


def _tiles(report: Report) -> Iterator[str]:
    base, spread, outcomes = report.baseline, report.spread, report.reward.outcomes
    low, high = base.band
    yield _tile("Accuracy", base.accuracy, f"band {percent(low)} to {percent(high)}")
    yield _tile("Prompts solved", base.solved, f"with {base.num_generations} generations each")
    share = spread.informative_groups[str(spread.group_size)]
    yield _tile(f"Informative groups of {spread.group_size}", share, f"target {percent(spread.min_informative)}")
    if report.judges is not None and report.judges.alpha is not None:
        alpha = report.judges.alpha
        between = "" if alpha.low is None or alpha.high is None else f"{alpha.low:.2f} to {alpha.high:.2f}"
        value = "undefined" if alpha.estimate is None else f"{alpha.estimate:.2f}"
        yield _drawn("Judges' alpha", value, between, f"target {report.judges.min_alpha:g}")
    count = sum(outcomes.model_dump(exclude={"truncated"}).values())
    unscored = count - outcomes.scored
    yield _drawn("Scored", f"{outcomes.scored:,}", f"of {count:,}", f"{unscored:,} without a score")


def _tile(name: str, quantity: Interval, note: str) -> str:
    if quantity.estimate is None:
        return _drawn(name, "undefined", quantity.undefined or "", note)
    return _drawn(name, percent(quantity.estimate), f"{percent(quantity.low)} to {percent(quantity.high)}", note)


def _drawn(name: str, value: str, between: str, note: str) -> str:
    return (
        f'<div><dt>{escape(name)}</dt><dd class="value">{escape(value)}</dd><dd>{escape(between)}</dd>'
        f"<dd>{escape(note)}</dd></div>"
    )


def findings(report: Report, behinds: Sequence[Behind], cells: Cells) -> str:
    """The findings, each with the generations behind it."""
    if not report.findings:
        return '<section id="findings"><h2>Findings</h2><p>No findings.</p></section>'
    shown = "".join(
        _finding(place, one, behind, cells, told=report.next_step.text)
        for place, (one, behind) in enumerate(zip(report.findings, behinds, strict=True))
    )
    return f'<section id="findings"><h2>Findings <small>{len(report.findings)}</small></h2>{shown}</section>'


def _finding(place: int, finding: FindingPart, behind: Behind, cells: Cells, *, told: str) -> str:
    lines = evidence_lines(finding)
    seen = lines.pop(0) if lines and not lines[0].startswith("- ") else ""
    cases = [line for line in lines if line]
    listed = "".join(f"<li>{escape(case.removeprefix('- '))}</li>" for case in cases)
    remedy = f'<p class="remedy">{escape(finding.remedy)}</p>' if finding.remedy != told else ""
    name = escape(_sentence(finding.title, "."))
    return (
        f'<article class="finding {finding.severity}" id="{finding.code}"><h3><span class="severity">'
        f'{finding.severity}</span> <span class="code">{finding.code}</span> {name}</h3>'
        + (f'<p class="seen">{escape(seen)}</p>' if seen else "")
        + (f"<details><summary>{_count(len(cases), 'case')}</summary><ul>{listed}</ul></details>" if cases else "")
        + remedy
        + _links(place, behind, cells)
        + "</article>"
    )


def _links(place: int, behind: Behind, cells: Cells) -> str:
    total, held = int(behind.mask.sum()), cells.of(behind.mask)
    rows = [(int(p), int(i)) for p, i in zip(cells.prompt[held], cells.index[held], strict=True)]
    single = [_link(cells, prompt, index) for prompt, index in rows[:MOST_LINKS]]
    if total:
        here = "" if len(rows) == total else f", {len(rows):,} of them on this page"
        button = f'<button type="button" data-finding="{place}">Open {_count(total, "generation")}</button> '
        return _behind(button, f"{behind.words}{here}", single)
    first = {int(p): int(i) for p, i in zip(cells.prompt[::-1], cells.index[::-1], strict=True)}
    asked = [_link(cells, prompt, first[prompt]) for prompt in behind.prompts if prompt in first][:MOST_LINKS]
    if asked:
        return _behind("", "Seen with made-up answers to these prompts, not with sampled generations:", asked)
    return _behind(
        "", "Asked with made-up answers, or of the run as a whole: no sampled generation stands behind it.", []
    )


def _behind(button: str, words: str, links: Sequence[str]) -> str:
    single = f' <span class="single">{" ".join(links)}</span>' if links else ""
    return f'<p class="behind">{button}<span class="words">{escape(words)}</span>{single}</p>'


def _link(cells: Cells, prompt: int, index: int) -> str:
    name = cells.names[prompt]
    short = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    return f'<a href="#gen={quote(name, safe="")}:{index}">{escape(short)} [{index}]</a>'


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _sentence(text: str, end: str = "") -> str:
    """The text with a capital letter; codes and names that begin a sentence keep theirs."""
    shown = text[:1].upper() + text[1:]
    return shown.removesuffix(end) if end else shown


def _model(report: Report) -> str:
    engine, _, name = str(report.provenance["model"]).partition(":")
    return f"{engine}:{Path(name).name}" if name.startswith("/") else str(report.provenance["model"])


def _reward(report: Report) -> str:
    return f"{Path(report.provenance['reward']['path']).name}: {report.reward.entry}"
