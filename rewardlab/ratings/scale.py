"""The scale of the ratings: numbers or labels, their order, and the level of measurement."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NoReturn

import numpy as np

from rewardlab.errors import InputError, UsageError
from rewardlab.ratings.columns import Columns
from rewardlab.ratings.meaning import Meaning, as_it_stands, meaning_of
from rewardlab.stats.agreement.table import LEVELS, Level
from rewardlab.stats.interval import Floats


@dataclass(frozen=True, slots=True)
class Scale:
    """How ratings become numbers: `labels` in the order of their numbers 0, 1, ..., or empty for numeric ratings.

    `values` are the possible values, if the user named them; `assumed`: the user did not name the level; `notes` say
    which cells were not read literally.
    """

    level: Level
    labels: tuple[str, ...]
    values: tuple[float, ...]
    assumed: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user said about the ratings: level, order, words for missing, and whether to read cells literally."""

    level: str | None = None
    order: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    as_is: bool = False


def number_of(cell: str, *, decimal_comma: bool) -> float | None:
    """The number in a cell, or None; with `decimal_comma`, 3,5 is three and a half."""
    text = cell.replace(",", ".") if decimal_comma and cell.count(",") == 1 else cell
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def read_scale(columns: Columns, cells: Sequence[str], rows: Sequence[int], wanted: Wanted) -> tuple[Scale, Floats]:
    """The scale of all rating cells, and the cells' numbers, NaN where a rating is missing.

    Arguments: `rows` (cells,), the row of each cell. Cells are read as numbers if all of them are numbers. By default,
    labels without a known order are nominal, and everything else is ordinal.
    Raises: UsageError for an unsuitable level; InputError with file:line for numbers mixed with labels, an infinite
    number, a value outside the order, numbers that a computer cannot tell apart, and for what `meaning_of` refuses.
    """
    level, order = wanted.level, wanted.order
    if level is not None and level not in LEVELS:
        raise UsageError(f"no level {level!r}", where="--level", expected=", ".join(LEVELS))
    meaning = _meaning(columns, cells, rows, wanted)
    given = [meaning.text[cell] for cell in cells]
    comma = columns.decimal_comma
    numbers = {cell: number_of(cell, decimal_comma=comma) for cell in {*filter(None, given), *order}}
    textual = [cell for cell, number in numbers.items() if number is None]
    if order and textual:
        found = _labelled(columns, given, rows, level=level, order=order, ordered=True)
    elif meaning.order and level != "nominal":
        found = _labelled(columns, given, rows, level=level, order=meaning.order, ordered=True, known=True)
    elif textual and (level == "nominal" or (level is None and len(textual) == len(numbers))):
        found = _labelled(columns, given, rows, level=level, order=sorted({*filter(None, given)}), ordered=False)
    elif textual:
        _complain(columns, given, rows, set(textual), all_text=len(textual) == len(numbers))
    else:
        found = _numeric(columns, given, rows, wanted, {c: n for c, n in numbers.items() if n is not None})
    return replace(found[0], notes=meaning.notes), found[1]


def _meaning(columns: Columns, cells: Sequence[str], rows: Sequence[int], wanted: Wanted) -> Meaning:
    given = Counter(cells)
    if wanted.as_is:
        return as_it_stands(given, wanted.missing)
    return meaning_of(
        given,
        lambda cell: columns.where(rows[list(cells).index(cell)]),
        decimal_comma=columns.decimal_comma,
        order=wanted.order,
        missing=wanted.missing,
        ordered=wanted.level in {None, "ordinal"},
    )


def _numeric(
    columns: Columns, given: Sequence[str | None], rows: Sequence[int], wanted: Wanted, known: dict[str, float]
) -> tuple[Scale, Floats]:
    _finite(columns, given, rows, known)
    if alike := _alike(known, columns):
        if wanted.level == "nominal" and not wanted.order:
            return _labelled(columns, given, rows, level="nominal", order=sorted({*filter(None, given)}), ordered=False)
        first, second = sorted(alike, key=given.index)
        raise InputError(
            f"ratings {first!r} and {second!r} are one number to a computer",
            where=columns.where(rows[given.index(second)]),
            expected="numbers of up to 15 digits",
            do="if they are codes, say --level nominal",
        )
    values = tuple(sorted(known[cell] for cell in wanted.order))
    if values and (outside := [n for n, c in enumerate(given) if c is not None and known[c] not in values]):
        raise _outside(columns, given[outside[0]], rows[outside[0]], wanted.order)
    numeric = np.array([math.nan if cell is None else known[cell] for cell in given])
    chosen: Level = next((one for one in LEVELS if one == wanted.level), "ordinal")
    return Scale(chosen, (), values, wanted.level is None), numeric


def _alike(known: dict[str, float], columns: Columns) -> tuple[str, str] | None:
    """Two different numbers that become the same floating-point number; None if there are none."""
    exact: dict[float, tuple[Decimal, str]] = {}
    for cell, number in known.items():
        written = Decimal(cell.replace(",", ".") if columns.decimal_comma else cell)
        first = exact.setdefault(number, (written, cell))
        if first[0] != written:
            return first[1], cell
    return None


def _labelled(
    columns: Columns,
    given: Sequence[str | None],
    rows: Sequence[int],
    *,
    level: str | None,
    order: Sequence[str],
    ordered: bool,
    known: bool = False,
) -> tuple[Scale, Floats]:
    if level in {"interval", "ratio"}:
        raise UsageError(f"labels have no distances, as the {level} level needs", where="--level", do="say ordinal")
    places = {label: float(place) for place, label in enumerate(order)}
    if len(places) < len(order):
        raise UsageError("names a label twice", where="--scale")
    for number, cell in enumerate(given):
        if cell is not None and cell not in places:
            raise _outside(columns, cell, rows[number], order)
    assumed: Level = "ordinal" if ordered else "nominal"
    chosen = next((one for one in LEVELS if one == level), assumed)
    numbers = np.array([math.nan if cell is None else places[cell] for cell in given])
    values = tuple(places.values()) if ordered and not known else ()
    return Scale(chosen, tuple(order), values, level is None), numbers


def _outside(columns: Columns, cell: str | None, row: int, order: Sequence[str]) -> InputError:
    return InputError(f"rating {(cell or '')[:40]!r}", where=columns.where(row), expected=f"one of {', '.join(order)}")


def _complain(
    columns: Columns, given: Sequence[str | None], rows: Sequence[int], textual: set[str], *, all_text: bool
) -> NoReturn:
    """Report the first rating that is not a number.

    Raises: InputError.
    """
    first = next(number for number, cell in enumerate(given) if cell in textual)
    cell, where = (given[first] or "")[:40], columns.where(rows[first])
    if all_text:
        raise InputError(
            f"rating {cell!r}", where=where, expected="numbers", do="name the labels in order: --scale LOW,...,HIGH"
        )
    raise InputError(
        f"rating {cell!r}",
        where=where,
        expected="a number, as other ratings are",
        do="mend it, name the rating columns (--raters A,B), or say --level nominal to take all as labels",
    )


def _finite(columns: Columns, given: Sequence[str | None], rows: Sequence[int], known: dict[str, float]) -> None:
    unfit = {cell for cell, number in known.items() if not math.isfinite(number)}
    for number, cell in enumerate(given):
        if cell in unfit:
            raise InputError(
                f"rating {cell!r} is infinite", where=columns.where(rows[number]), expected="a finite number"
            )
