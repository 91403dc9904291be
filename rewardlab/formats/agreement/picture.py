"""The picture of alpha's intervals: an SVG element that a page of HTML holds."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rewardlab.reports.agreement import Agreement, AgreementReport

#: The picture: its width, the left edge of the scale, a row's height, and the slices it shows.
WIDTH, LEFT, ROW, MOST_ROWS = 640, 150, 22, 40
#: The class of a verdict's colour in the page.
TONES = {"sufficient": "good", "insufficient": "bad", "undecided": "open"}


def picture(report: AgreementReport) -> tuple[str, ...]:
    """A picture of alpha's intervals, over all units and over each slice, with the threshold marked; none without."""
    drawn = "\n".join(_lines(report))
    return (drawn,) if drawn else ()


def _lines(report: AgreementReport) -> Iterator[str]:
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
        f'<g class="{TONES[part.verdict]}"><text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(name)}</text>'
        f'<line x1="{low}" y1="{y}" x2="{high}" y2="{y}" stroke="currentColor" stroke-width="3"/>'
        f'<circle cx="{middle}" cy="{y}" r="4.5" fill="currentColor"/></g>'
    )


def _place(value: float, lowest: float) -> float:
    return round(LEFT + (value - lowest) / (1 - lowest) * (WIDTH - LEFT - 20), 1)
