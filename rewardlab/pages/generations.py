"""The part of the page with the generations: filters, the table, and the view of one prompt's group."""

from __future__ import annotations

from html import escape

from rewardlab.pages.cells import Cells
from rewardlab.pages.payload import Payload
from rewardlab.reports.audit import Report

#: The filters that are lists: name, what the choice "all" is called.
LISTS = (
    ("finding", "Finding", "any finding"),
    ("flat", "Group", "any group"),
    ("reason", "Scored or not", "scored or not"),
    ("side", "Outcome", "any outcome"),
    ("odd", "Disagreement", "agreed or not"),
)
KEYS = (
    ("← →", "next and previous generation of the list"),
    ("[ ]", "next and previous prompt"),
    ("r, w, u", "label it right, wrong, unsure"),
    ("q", "start with what is most worth labelling"),
    ("/", "search"),
    ("Esc", "close"),
)


def section(report: Report, payload: Payload, cells: Cells) -> str:
    """The filters, an empty table for the script to fill, the dialog of a group, and the end of the page."""
    selects = "".join(
        f'<label>{name}<select id="by-{key}"><option value="">{every}</option></select></label>'
        for key, name, every in LISTS
    )
    keys = "".join(f"<div><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div>" for key, what in KEYS)
    return f"""<section id="generations"><h2>Generations <small id="count"></small></h2>
{"".join(f'<p class="hint">{note}</p>' for note in _notes(payload, cells))}
<div class="filters" role="search"><label class="wide">Search<input id="search" type="search" \
placeholder="text, prompt or id" autocomplete="off"></label>
<button type="button" id="clear">Clear filters</button>{selects}
<label>Length at least<input id="by-length" type="number" min="0" step="1" inputmode="numeric"></label></div>
<div class="actions"><button type="button" id="start-queue" class="primary">Label the most telling first</button>
<button type="button" id="save-rows">Save these rows as CSV</button>
<label class="inline">Annotator<input id="annotator" autocomplete="off" size="10"></label>
<button type="button" id="save-labels" disabled>Save labels.csv</button> <span id="labelled" role="status"></span></div>
<div id="table"></div>
<noscript><p class="hint">The table and the groups need scripts; the findings and figures above do not.</p></noscript>
<details class="keys"><summary>Keys</summary><dl>{keys}</dl></details>
</section></main>
<dialog id="group" aria-labelledby="group-title"></dialog>
<footer>rewardlab {_said(report, "rewardlab")} · {_said(report, "created")} · run {_said(report, "run")}</footer>"""


def _notes(payload: Payload, cells: Cells) -> list[str]:
    notes = []
    if len(cells) < cells.total:
        notes.append(
            f"A sample: {len(cells.shown):,} of {cells.prompts_total:,} prompts and {len(cells):,} of {cells.total:,} "
            "generations are on this page, at first those behind findings, the rest evenly. Verdict, findings and "
            "figures are of the whole run; the run directory holds every generation."
        )
    if payload.cut:
        which = "1 text is" if payload.cut == 1 else f"{payload.cut:,} texts are"
        notes.append(
            f"{which} cut in the middle to about {payload.limit:,} characters; the run directory holds the whole."
        )
    return notes


def _said(report: Report, key: str) -> str:
    return escape(str(report.provenance[key]))
