"""Finds columns that are computed from two raters' columns: their agreement, difference, distance, sum or mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from rewardlab.ratings.cells import is_missing, quantity_of
from rewardlab.ratings.truth import RIGHT, WRONG

#: With fewer rows, a rater's column may look computed from two others by chance.
ENOUGH = 8
#: A computed column must differ from both others in at least this many rows; a rater who mostly agrees hardly does.
ALONE = 3
#: The most columns for which this is checked.
MOST = 12
_OF_TWO: Mapping[str, Callable[[float, float], float]] = {
    "whether {} and {} agree": lambda one, other: float(one == other),
    "whether {} and {} differ": lambda one, other: float(one != other),
    "the difference of {} and {}": lambda one, other: one - other,
    "the distance of {} and {}": lambda one, other: abs(one - other),
    "the sum of {} and {}": lambda one, other: one + other,
    "the mean of {} and {}": lambda one, other: (one + other) / 2,
}


def derived_of(cells: Mapping[str, Sequence[str]], names: Sequence[str]) -> dict[str, str]:
    """The columns that are computed in every row from two earlier columns, each with an explanation.

    A computed column must differ from both others in some rows, unlike that of a third rater who agrees with them.
    """
    if not 3 <= len(names) <= MOST:
        return {}
    columns = {name: [_number(cell) for cell in cells[name]] for name in names}
    found: dict[str, str] = {}
    for place, name in enumerate(names):
        sources = [one for one in names[:place] if one not in found]
        for first, second in combinations(sources, 2):
            rows = list(zip(columns[name], columns[first], columns[second], strict=True))
            why = _computed([(a, b, c) for a, b, c in rows if a is not None and b is not None and c is not None])
            if why is not None:
                found.setdefault(name, f"it is {why.format(first, second)}")
    return found


def _computed(rows: Sequence[tuple[float, float, float]]) -> str | None:
    alone = sum(one not in {first, second} for one, first, second in rows)
    if len(rows) < ENOUGH or alone < ALONE or len({one for one, *_ in rows}) < 2:
        return None
    return next(
        (what for what, of in _OF_TWO.items() if all(one == of(first, second) for one, first, second in rows)), None
    )


def _number(cell: str) -> float | None:
    if is_missing(cell):
        return None
    word = cell.casefold()
    if word in RIGHT or word in WRONG:
        return float(word in RIGHT)
    found = quantity_of(cell)
    return None if found is None else found.value
