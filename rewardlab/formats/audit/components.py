"""The parts of a score as a table of text."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from rewardlab.formats.evidence.values import percent
from rewardlab.reports.components import Component

NOTHING = 1e-9


def components_table(components: Sequence[Component], group_size: int) -> Table:
    """A line for each component: weight, mean, its share of the spread within prompts, groups that differ in it."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    for _ in range(4):
        table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_row(Text("\ncomponents", "bold"), "\nweight", "\nmean", "\nof spread", f"\ngroups of {group_size} differ")
    for one in components:
        share = one.informative_groups.estimate
        table.add_row(
            f"  {one.name}",
            _number(one.weight),
            _number(one.mean),
            "-" if one.share is None else f"{round(100 * one.share)} %",
            "-" if share is None else percent(share),
            Text(_remark(one), "dim"),
        )
    return table


def _number(value: float | None) -> str:
    """A number to three digits; the rounding error of a fit is shown as 0."""
    return "-" if value is None else f"{value if abs(value) > NOTHING else 0:.3g}"


def _remark(one: Component) -> str:
    if one.dead:
        return "dead: it never differs"
    if one.flat:
        return "flat: it never differs within a prompt"
    return "dominant" if one.dominant else ""
