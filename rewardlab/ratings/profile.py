"""Profiles of columns: whether the cells are numbers or words, how distinct they are, and what two columns share."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rewardlab.ratings.cells import PERHAPS_ANSWERS, PLACEHOLDERS, fold, is_missing, quantity_of
from rewardlab.ratings.columns import Columns
from rewardlab.ratings.sets import NoLabelsError, listed_labels, parts_of
from rewardlab.ratings.truth import RIGHT, WRONG

#: Numeric columns with more distinct values than this are compared by their range.
FEW = 12
#: Two columns share their values if at least this part of each is found in the other: clearly, or perhaps.
MUCH = 0.5
SOME = 0.3
#: Commas separate labels only in cells of up to this many characters.
SHORT = 80
#: From this many rows on, a column without repeated cells counts as a name for the rows.
ENOUGH = 8


@dataclass(frozen=True, slots=True)
class Profile:
    """The cells of one column: `given` counts them (numbers as numbers, words without case), `rows` counts the rows."""

    name: str
    given: Mapping[float | str, int]
    rows: int
    words: float

    @property
    def cells(self) -> int:
        """The number of cells with a value."""
        return sum(self.given.values())

    @property
    def numeric(self) -> bool:
        """Whether at least four cells in five are numbers."""
        return sum(count for one, count in self.given.items() if not isinstance(one, str)) >= 0.8 * max(self.cells, 1)

    @property
    def is_constant(self) -> bool:
        """Whether every row has the same number."""
        return self.numeric and len(self.given) == 1 and self.cells == self.rows > 1

    @property
    def names_rows(self) -> bool:
        """Whether there are enough rows, no cell is repeated, and the cells are not measurements."""
        return self.rows == len(self.given) >= ENOUGH and not (self.numeric and self._measured)

    @property
    def is_text(self) -> bool:
        """Whether the cells are sentences, or words that are hardly ever repeated."""
        if self.numeric or not self.given:
            return False
        return (self.words > 4 and len(self.given) > 0.3 * self.cells) or (
            self.cells >= ENOUGH and len(self.given) > 0.5 * self.cells
        )

    @property
    def _measured(self) -> bool:
        return any(isinstance(one, float) and not one.is_integer() for one in self.given)

    @property
    def counts_rows(self) -> bool:
        """Whether the cells are 0, 1, 2, ... or 1, 2, 3, ... throughout."""
        numbers = [one for one in self.given if not isinstance(one, str)]
        start = min(numbers, default=math.inf)
        return len(numbers) == len(self.given) == self.rows and start in {0, 1} and numbers == sorted(numbers) and (
            numbers[-1] == start + self.rows - 1
        )  # fmt: skip


def profile_of(columns: Columns, name: str) -> Profile:
    """The profile of a column; cells that stand for a missing value are not counted."""
    given: Counter[float | str] = Counter()
    words = 0
    for cell, count in Counter(columns.cells[name]).items():
        if is_missing(cell) or fold(cell) in PLACEHOLDERS - PERHAPS_ANSWERS:
            continue
        for label in _labels(cell):
            found = quantity_of(label)
            given[found.value if found is not None else fold(label)] += count
        words += count * len(cell.split())
    return Profile(name, given, len(columns.lines), words / max(sum(given.values()), 1))


def _labels(cell: str) -> Sequence[str]:
    """The labels in a cell that is a list or is separated by ; or | (short cells also by , or #); else the cell."""
    try:
        labels = listed_labels(cell)
    except NoLabelsError:
        return (cell,)
    if labels is None:
        short = ",#" if len(cell) <= SHORT and quantity_of(cell) is None else ""
        delimiter = next((one for one in f";|{short}" if one in cell), None)
        return parts_of(cell, delimiter) if delimiter else (cell,)
    return labels


def shared(one: Profile, other: Profile) -> float:
    """How much of each column is found in the other, the smaller of the two; 1 if one has all the other's values.

    Columns with few values are compared by their values, numbers with many values by their range.
    """
    if not one.given or not other.given:
        return 0.0
    if one.numeric and other.numeric and max(len(one.given), len(other.given)) > FEW:
        return min(_within(one, other), _within(other, one))
    if _truths(one) and _truths(other):
        return 1.0
    if set(one.given) <= set(other.given) or set(other.given) <= set(one.given):
        return 1.0
    return min(_known(one, other), _known(other, one))


def alike_in_truth(one: Profile, other: Profile) -> bool:
    """Whether both columns say yes and no, in words or as 1 and 0."""
    binary = {*RIGHT, *WRONG, 1.0, 0.0}
    return bool(one.given and other.given) and binary.issuperset(one.given) and binary.issuperset(other.given)


def _truths(one: Profile) -> bool:
    return (RIGHT | WRONG).issuperset(one.given)


def _known(one: Profile, other: Profile) -> float:
    return sum(count for value, count in one.given.items() if value in other.given) / one.cells


def _within(one: Profile, other: Profile) -> float:
    numbers = [value for value in other.given if not isinstance(value, str)]
    low, high = min(numbers), max(numbers)
    inside = (count for value, count in one.given.items() if not isinstance(value, str) and low <= value <= high)
    return sum(inside) / one.cells
