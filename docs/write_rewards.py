"""Write the table of docs/rewards.md from the one that the audit reads: `python docs/write_rewards.py`."""

from __future__ import annotations

from pathlib import Path

from rewardlab.rewards.trainers.table import TABLE

PAGE = Path(__file__).with_name("rewards.md")
START, END = "<!-- table -->\n", "<!-- end -->\n"


def table() -> str:
    """The table as Markdown."""
    rows = [f"| {one.trainer} | {one.form.replace('_', ' ')} | {_taken(one.taken)} | {one.told} |" for one in TABLE]
    return "\n".join(["| trainer | form | | what it makes of it |", "| --- | --- | --- | --- |", *rows]) + "\n"


def _taken(taken: bool) -> str:  # noqa: FBT001 - a cell's value
    return "takes" if taken else "refuses"


def page(text: str) -> str:
    """The page with the table in its place."""
    before, _, rest = text.partition(START)
    return before + START + table() + END + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text()))
