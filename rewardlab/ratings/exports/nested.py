"""Reads rows with all raters' ratings of a unit in one cell: a list of objects, an object by rater, or two lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rewardlab.errors import InputError
from rewardlab.ratings.exports.export import Export, Given, asked, cells_of
from rewardlab.ratings.names import RATERS, RATINGS, UNITS, first_of
from rewardlab.ratings.records import Record, Records
from rewardlab.ratings.roles import Role


def read(records: Records, question: str | None) -> Export | None:
    """The ratings in the cells of the one column that has them; lists that may be labels are refused."""
    names = list(dict.fromkeys(name for row in records.rows for name in row))
    if first_of([name for name in names if not _has(records, name, list)], RATERS):
        return None
    objects = [name for name in names if _all(records, name, _is_objects)]
    if objects:
        return _of_objects(records, names, objects, question)
    by_rater = [name for name in names if _rates(name) and _all(records, name, _is_by_rater)]
    if by_rater:
        name = asked(records, by_rater, question, what="column")
        return _export(records, names, name, lambda row: (row.get(name) or {}).items(), "an object with each rater's")
    return _of_lists(records, names, question)


def _of_objects(records: Records, names: list[str], objects: list[str], question: str | None) -> Export | None:
    keys = list(dict.fromkeys(key for row in records.rows for one in row.get(objects[0]) or () for key in one))
    rater = first_of(keys, RATERS)
    ratings = first_of([key for key in keys if key not in rater[:1]], RATINGS)
    spoken = bool(rater) and rater[0].casefold() in {"user", "expert"} and not _rates(objects[0])
    if len(objects) > 1 or not rater or not ratings or spoken:
        return None  # objects of a user and an answer are probably a conversation
    rating = question if question in keys else asked(records, ratings, question, what="key")

    def spread(row: Record) -> Iterator[tuple[str, Any]]:
        return ((str(one.get(rater[0])), one.get(rating)) for one in row.get(objects[0]) or ())

    return _export(records, names, objects[0], spread, f"objects of {rater[0]} and {rating}")


def _of_lists(records: Records, names: list[str], question: str | None) -> Export | None:
    lists = [name for name in names if _all(records, name, _is_plain_list)]
    raters = first_of(lists, RATERS) or [name for name in lists if name.casefold().rstrip("s") in RATERS]
    others = [name for name in lists if name not in raters]
    if raters and others:
        name = asked(records, others, question, what="column")
        for at, row in enumerate(records.rows):
            if len(row.get(raters[0]) or ()) != len(row.get(name) or ()):
                raise InputError(
                    f"{raters[0]} and {name} are of two lengths",
                    where=records.where(at),
                    expected="a rating for each rater",
                )
        return _export(
            records, names, name, lambda row: zip(map(str, row.get(raters[0]) or ()), row.get(name) or (), strict=True),
            f"a list beside that of {raters[0]}",
        )  # fmt: skip
    if len(lists) != 1 or not _rates(lists[0]) or question is not None:
        return None
    name = lists[0]
    lengths = {len(row.get(name) or ()) for row in records.rows}
    twice = any(len(set(map(str, row.get(name) or ()))) < len(row.get(name) or ()) for row in records.rows)
    if twice or len(lengths) == 1:
        return _export(
            records, names, name,
            lambda row: ((f"{name}[{place}]", one) for place, one in enumerate(row.get(name) or ())),
            "a list of ratings; who is first, second, ... is taken for one rater throughout",
        )  # fmt: skip
    unit = (first_of(names, UNITS) or names)[0]
    raise InputError(
        f"the lists in {name!r} may be one rater's labels, or the ratings of several",
        where=f"{records.source}",
        expected="a row or a column for each rater",
        do="if they are of several raters, write who gave which, as in",
        lines=f'    jq -c \'. as $row | .["{name}"] | to_entries[] | '
        f'{{unit: $row["{unit}"], rater: .key, rating: .value}}\' FILE > long.jsonl\n    rewardlab agree long.jsonl',
    )


def _export(records: Records, names: list[str], name: str, spread: Callable[[Record], Any], why: str) -> Export:
    units = [one for one in first_of(names, UNITS) if one != name and not _has(records, one, list)]
    given = [
        Given(str(row[units[0]]) if units and row.get(units[0]) is not None else f"row {at + 1}", rater, rating, at)
        for at, row in enumerate(records.rows)
        for rater, rating in spread(row)
    ]
    if not given:
        raise InputError("holds no rating", where=records.source, expected="ratings in the cells of " + repr(name))
    roles = [Role(units[0], "unit", "by its name")] if units else []
    roles.append(Role(name, "raters and ratings", why))
    roles += [Role(one, "left out", "another holds the ratings") for one in names if one not in {name, *units[:1]}]
    parts = cells_of(records.rows)
    return Export("nested rows", given, tuple(roles), (f"The ratings are read from {name!r}: {why}.",), parts)


def _rates(name: str) -> bool:
    """Whether a column has a name such as ratings, labels or annotators."""
    one = name.casefold().removesuffix("s")
    return one in RATINGS or one in RATERS


def _has(records: Records, name: str, kind: type) -> bool:
    return any(isinstance(row.get(name), kind) for row in records.rows)


def _all(records: Records, name: str, fits: Callable[[Any], bool]) -> bool:
    held = [row[name] for row in records.rows if row.get(name) not in (None, [], {})]
    return bool(held) and all(map(fits, held))


def _is_objects(held: Any) -> bool:
    return isinstance(held, list) and all(isinstance(one, dict) for one in held)


def _is_by_rater(held: Any) -> bool:
    return isinstance(held, dict) and len(held) > 1 and not any(isinstance(one, dict | list) for one in held.values())


def _is_plain_list(held: Any) -> bool:
    return isinstance(held, list) and not any(isinstance(one, dict | list) for one in held)
