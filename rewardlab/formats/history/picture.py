"""The picture of a history: each run's accuracy with its interval, from the oldest to the newest, as an SVG element."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from rewardlab.formats.verdicts import TONES
from rewardlab.reports.history import Audited, HistoryReport

#: The picture: its width, the left edge of the scale, a row's height, and the most runs it shows, the newest.
WIDTH, LEFT, ROW, MOST_ROWS = 640, 190, 22, 60
LONGEST_NAME = 26


def picture(report: HistoryReport) -> tuple[str, ...]:
    """One picture; none if no run has an accuracy."""
    runs = [one for one in report.runs if one.accuracy.estimate is not None][-MOST_ROWS:]
    return ("\n".join(_lines(runs)),) if runs else ()


def _lines(runs: list[Audited]) -> Iterator[str]:
    height = ROW * len(runs) + 30
    yield f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Accuracy of each run, with its interval">'
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = _place(tick)
        yield f'<line x1="{x}" y1="0" x2="{x}" y2="{height - 20}" stroke="#888"/>'
        yield f'<text x="{x}" y="{height - 6}" text-anchor="middle">{100 * tick:.0f} %</text>'
    for row, run in enumerate(runs):
        y = ROW * row + ROW // 2
        low, middle, high = (
            _place(value or 0.0) for value in (run.accuracy.low, run.accuracy.estimate, run.accuracy.high)
        )
        yield (
            f'<g class="{TONES[run.verdict]}"><text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">'
            f"{escape(run.run[-LONGEST_NAME:])}</text>"
            f'<line x1="{low}" y1="{y}" x2="{high}" y2="{y}" stroke="currentColor" stroke-width="3"/>'
            f'<circle cx="{middle}" cy="{y}" r="4.5" fill="currentColor"/></g>'
        )
    yield "</svg>"


def _place(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - 30), 1)
