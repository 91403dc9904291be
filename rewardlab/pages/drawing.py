"""Draws a figure as SVG: a frame with two scales, and marks whose colours the page's style decides.

The figures are drawn here rather than by a plotting library: the page is written at the end of every audit, takes its
colours from the page in light, dark and print, and allows no inline style. altair 6.3 with vl-convert 1.9 took 2.5
seconds and 84 MB for the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

#: The figure's width and height, and the room for the scales at its left and below it, in SVG units.
WIDTH, HEIGHT, LEFT, BELOW, ABOVE, RIGHT = 460, 250, 52, 44, 14, 24


def percent_tick(value: float) -> str:
    """A share as a tick: 40 %."""
    return f"{100 * value:g} %"


def plain_tick(value: float) -> str:
    """A number as a tick, to three digits."""
    return f"{value:.3g}"


class Drawing:
    """An SVG with a horizontal scale from x[0] to x[1] and a vertical one from y[0] to y[1]."""

    def __init__(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        *,
        height: int = HEIGHT,
        left: int = LEFT,
        log: bool = False,
    ) -> None:
        self._log, self._height, self._left = log, height, left
        self._x = tuple(map(math.log10, x)) if log else x
        self._y = y
        self._parts: list[str] = []

    def at_x(self, value: float) -> float:
        """The place of a value on the horizontal scale."""
        low, high = self._x
        known = math.log10(value) if self._log else value
        return round(self._left + (known - low) / ((high - low) or 1) * (WIDTH - self._left - RIGHT), 1)

    def at_y(self, value: float) -> float:
        """The place of a value on the vertical scale."""
        low, high = self._y
        bottom = self._height - BELOW
        return round(bottom - (value - low) / ((high - low) or 1) * (bottom - ABOVE), 1)

    def scale_x(
        self, ticks: Sequence[float], name: str, *, say: Callable[[float], str] = plain_tick, grid: bool = False
    ) -> None:
        """Draw the horizontal scale with its ticks and its name."""
        bottom = self._height - BELOW
        for tick in ticks:
            x = self.at_x(tick)
            top = ABOVE if grid else bottom
            self._parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{top}" y2="{bottom + 4}"/>')
            self.text(x, bottom + 17, say(tick), "tick middle")
        self._parts.append(f'<line class="axis" x1="{self._left}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}"/>')
        self.text((self._left + WIDTH - RIGHT) / 2, self._height - 6, name, "name middle")

    def scale_y(self, ticks: Sequence[float], *, say: Callable[[float], str] = plain_tick) -> None:
        """Draw the vertical scale's ticks, with a line across the figure for each."""
        for tick in ticks:
            y = self.at_y(tick)
            self._parts.append(f'<line class="grid" x1="{self._left}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
            self.text(self._left - 7, y + 4, say(tick), "tick end")

    def names_y(self, names: Sequence[str]) -> None:
        """Write a name at the left of each row 0, 1, 2, ... of the vertical scale."""
        room = max(4, int((self._left - 10) / 6.3))
        for place, name in enumerate(names):
            short = name if len(name) <= room else name[: room - 1] + "…"
            self.text(self._left - 9, self.at_y(place) + 4, short, "row end")

    def text(self, x: float, y: float, text: str, look: str) -> None:
        """Write a text at a place of the SVG."""
        self._parts.append(f'<text class="{look}" x="{x:g}" y="{y:g}">{escape(text)}</text>')

    def rect(self, x: tuple[float, float], y: tuple[float, float], look: str) -> None:
        """Draw a rectangle between values."""
        left, right = sorted((self.at_x(x[0]), self.at_x(x[1])))
        top, bottom = sorted((self.at_y(y[0]), self.at_y(y[1])))
        self._parts.append(
            f'<rect class="{look}" x="{left:g}" y="{top:g}" width="{right - left:.1f}" height="{bottom - top:.1f}"/>'
        )

    def line(self, x: tuple[float, float], y: tuple[float, float], look: str) -> None:
        """Draw a line between values."""
        (x1, x2), (y1, y2) = map(self.at_x, x), map(self.at_y, y)
        self._parts.append(f'<line class="{look}" x1="{x1:g}" x2="{x2:g}" y1="{y1:g}" y2="{y2:g}"/>')

    def path(self, points: Sequence[tuple[float, float]], look: str) -> None:
        """Draw a line through points."""
        places = " ".join(f"{self.at_x(x):g},{self.at_y(y):g}" for x, y in points)
        self._parts.append(f'<polyline class="{look}" points="{places}"/>')

    def dot(self, x: float, y: float, look: str, size: float = 4) -> None:
        """Draw a dot at a value."""
        self._parts.append(f'<circle class="{look}" cx="{self.at_x(x):g}" cy="{self.at_y(y):g}" r="{size:g}"/>')

    def svg(self, says: str) -> str:
        """The SVG; `says` is its text for those who do not see it."""
        marks = "".join(self._parts)
        return f'<svg viewBox="0 0 {WIDTH} {self._height}" role="img" aria-label="{escape(says)}">{marks}</svg>'


def ticks_of(low: float, high: float, count: int = 5) -> list[float]:
    """Round values between `low` and `high`, about `count` of them."""
    if not high > low:
        return [low]
    step = 10 ** math.floor(math.log10((high - low) / count))
    step *= next((factor for factor in (1, 2, 5, 10) if (high - low) / (step * factor) <= count), 10)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]
