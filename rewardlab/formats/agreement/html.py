"""An agreement report as one HTML page: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rewardlab.formats.agreement.rows import VERDICTS, Rows, sentences, tables, with_interval
from rewardlab.formats.display import Display
from rewardlab.reports.agreement import Agreement, AgreementReport
from rewardlab.reports.section import visible_all

STYLE = """
:root{color-scheme:light dark;--line:#8884;--ok:#1a7f37;--bad:#cf222e;--open:#9a6700}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:2rem 0 .5rem}
.sufficient{color:var(--ok)}.insufficient{color:var(--bad)}.undecided{color:var(--open)}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.25rem .75rem;border-bottom:1px solid var(--line);text-align:right}
th:first-child,td:first-child{text-align:left;padding-left:0}
svg{display:block;width:100%;max-width:40rem;height:auto;margin:1rem 0}
text{font:11px system-ui,sans-serif;fill:currentColor}
""".strip()
#: The picture of the intervals: its width, the left edge of the scale, a row's height, and the slices it shows.
WIDTH, LEFT, ROW, MOST_ROWS = 640, 150, 22, 40


def render(report: AgreementReport, _display: Display) -> str:
    """The page, ending with a line break."""
    report = visible_all(report)
    verdict = VERDICTS[report.verdict] + (" and strong" if report.whole.strong else "")
    title = f"Agreement: {verdict}"
    body = [
        f'<h1 class="{report.verdict}">{escape(title)}</h1>',
        f"<p><strong>alpha {escape(with_interval(report.whole.alpha))}</strong><br>{escape(report.source)}</p>",
        *_picture(report),
        *(f"<p>{escape(sentence)}</p>" for sentence in sentences(report)),
    ]
    for rows in tables(report):
        body += _table(rows)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    page = [f'<!doctype html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head><body>', *body]
    return "\n".join([*page, f"<p>rewardlab {escape(report.version)}</p>", "</body></html>"]) + "\n"


def _picture(report: AgreementReport) -> Iterator[str]:
    """A picture of alpha's intervals, over all units and over each slice, with the threshold marked."""
    parts = [part for part in (report.whole, *report.slices) if part.alpha.low is not None][:MOST_ROWS]
    if not parts:
        return
    lowest = min(0.0, *(part.alpha.low or 0.0 for part in parts))
    height = ROW * len(parts) + 30
    yield f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Intervals of alpha">'
    for tick, name in ((0.0, "0"), (report.min_alpha, f"{report.min_alpha:g}"), (1.0, "1")):
        x = _place(tick, lowest)
        dashes = ' stroke-dasharray="3 3"' if tick == report.min_alpha else ""
        yield f'<line x1="{x}" y1="0" x2="{x}" y2="{height - 20}" stroke="#888"{dashes}/>'
        yield f'<text x="{x}" y="{height - 6}" text-anchor="middle">{name}</text>'
    for row, part in enumerate(parts):
        yield _interval(part, ROW * row + ROW // 2, lowest)
    yield "</svg>"


def _interval(part: Agreement, y: int, lowest: float) -> str:
    low, middle, high = (
        _place(value or 0.0, lowest) for value in (part.alpha.low, part.alpha.estimate, part.alpha.high)
    )
    name = "all units" if part.slice is None else part.slice[:22]
    return (
        f'<g class="{part.verdict}"><text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(name)}</text>'
        f'<line x1="{low}" y1="{y}" x2="{high}" y2="{y}" stroke="currentColor" stroke-width="3"/>'
        f'<circle cx="{middle}" cy="{y}" r="4.5" fill="currentColor"/></g>'
    )


def _place(value: float, lowest: float) -> float:
    return round(LEFT + (value - lowest) / (1 - lowest) * (WIDTH - LEFT - 20), 1)


def _table(rows: Rows) -> list[str]:
    head = "".join(f"<th>{escape(name)}</th>" for name in rows.header)
    lines = ("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows.rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    return [f"<h2>{escape(rows.title.capitalize())}</h2>", f'<div class="scroll">{table}</div>']
