"""One figure of the page: a picture, the sentence that says what it shows, and its numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rewardlab.formats.evidence.values import percent
from rewardlab.reports.section import Interval


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure. `says` is the sentence under its title; `rows` are its numbers, under the names in `head`."""

    name: str
    says: str
    svg: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    key: Sequence[tuple[str, str]] = ()

    def html(self) -> str:
        """The figure as HTML, with its numbers folded below it."""
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.head)
        rows = "".join(
            f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'
            for first, *rest in self.rows
        )
        key = "".join(f'<span><i class="{look}"></i>{escape(name)}</span>' for look, name in self.key)
        return (
            f"<figure><figcaption><h3>{escape(self.name)}</h3><p>{escape(self.says)}</p></figcaption>{self.svg}"
            + (f'<p class="key">{key}</p>' if key else "")
            + f'<details><summary>Numbers</summary><div class="scroll" tabindex="0" role="region" '
            f'aria-label="Numbers: {escape(self.name)}"><table>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details></figure>"
        )


def shares(quantity: Interval) -> tuple[str, str]:
    """A share and its interval as two cells."""
    if quantity.estimate is None:
        return "undefined", quantity.undefined or ""
    return percent(quantity.estimate), between(quantity.low, quantity.high)


def between(low: float | None, high: float | None) -> str:
    """An interval of shares; "-" where it has no ends."""
    return "-" if low is None or high is None else f"{percent(low)} to {percent(high)}"


def numbers(quantity: Interval) -> tuple[str, str]:
    """A number and its interval as two cells, to three digits."""
    if quantity.estimate is None:
        return "undefined", quantity.undefined or ""
    ends = "-" if quantity.low is None or quantity.high is None else f"{quantity.low:.3g} to {quantity.high:.3g}"
    return f"{quantity.estimate:.3g}", ends


def known(quantity: Interval) -> tuple[float, float, float] | None:
    """Estimate, low and high; None where one of them is undefined."""
    if quantity.estimate is None or quantity.low is None or quantity.high is None:
        return None
    return quantity.estimate, quantity.low, quantity.high
