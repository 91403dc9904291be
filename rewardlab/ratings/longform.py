"""Finds the columns of unit, rater and rating in a file with one row per rating (long)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from rewardlab.errors import UsageError
from rewardlab.ratings.columns import Columns
from rewardlab.ratings.names import RATERS, RATINGS, UNITS, first_of, is_index, rates, slots_of, trait_of
from rewardlab.ratings.naming import Naming, command_for
from rewardlab.ratings.profile import MUCH, profile_of, shared
from rewardlab.ratings.roles import Role, Roles, UnclearError, left_out

#: How many columns are tried as keys of the units.
KEYS = 12


def is_long(columns: Columns, naming: Naming) -> bool:
    """Whether a file has one row per rating: the user said so, or there are columns for the rater and for the rating.

    If only the rater's column is recognised by its name, several rows per unit show it too.
    """
    if naming.rater or naming.rating:
        return True
    names = list(columns.cells)
    rater = raters_in(columns)
    if not rater or rater[0] in {naming.by, naming.cluster, *naming.unit}:
        return False
    if ratings := first_of(names, RATINGS):
        one, other = (profile_of(columns, name) for name in (rater[0], ratings[0]))
        return shared(one, other) < MUCH  # if both hold the same labels, they are the ratings of two raters
    unit = [name for name in naming.unit or first_of(names, UNITS) if _comes_again(columns, name)]
    return bool(unit) or (not naming.unit and bool(_key(columns, rater[0])))


def raters_in(columns: Columns) -> list[str]:
    """The columns with a rater's name that hold names rather than sentences, as a chat's `user` column would."""
    return [name for name in first_of(list(columns.cells), RATERS) if profile_of(columns, name).words <= 3]


def slots_in(columns: Columns, naming: Naming) -> Naming | None:
    """The naming of a file with several raters and ratings per row (worker_1, label_1, worker_2, label_2), or None.

    Raises: UnclearError if several sets of columns may be the raters' ratings.
    """
    found = slots_of(list(columns.cells))
    raters = [stem for stem in found if stem in RATERS or (rates(stem) and stem.rsplit("_", 1)[-1] in {"id", "name"})]
    if not raters or naming.raters:
        return None
    numbers = set(found[raters[0]])
    ratings = [
        stem
        for stem, members in found.items()
        if stem not in raters
        and set(members) == numbers
        and not any(
            trait_of(name, numeric=profile_of(columns, name).numeric) or profile_of(columns, name).is_text
            for name in members.values()
        )
    ]
    if not ratings:
        return None
    places = sorted(numbers, key=lambda number: (len(number), number))
    rater = tuple(found[raters[0]][place] for place in places)
    sets = [tuple(found[stem][place] for place in places) for stem in ratings]
    named = [one for stem, one in zip(ratings, sets, strict=True) if stem in RATINGS]
    if len(sets) > 1 and len(named) != 1:
        commands = [command_for(columns.files, ("--rater", rater), ("--rating", one)) for one in sets]
        what = f"{len(sets)} sets of columns could be the ratings of {', '.join(rater)}"
        raise UnclearError(what, where=f"{columns.source}:1", commands=commands)
    return replace(naming, rater=rater, rating=named[0] if len(named) == 1 else sets[0])


def long_roles(columns: Columns, naming: Naming) -> Roles:
    """The naming of a file with one row per rating, the role of each column, and what is left out.

    Raises: UsageError if no column names the unit or the rater; UnclearError if several could be the rating.
    """
    rater = naming.rater or tuple(raters_in(columns)[:1])
    unit = naming.unit or _unit(columns, replace(naming, rater=rater))
    naming = replace(naming, unit=unit, rater=rater)
    out = _others(columns, naming)
    for what, found in (("unit", unit), ("rater", rater)):
        _must_be(columns, what, found)
    naming = replace(naming, rating=naming.rating or _rating(columns, naming, out))
    _must_be(columns, "rating", naming.rating)
    if len(naming.rater) != len(naming.rating):
        raise UsageError(
            f"{len(naming.rater)} columns of raters and {len(naming.rating)} of ratings",
            where="--rater",
            expected="as many of each, the first rating being of the first rater",
        )
    taken = {*unit, *rater, *naming.rating, naming.by, naming.cluster}
    out = {name: why for name, why in out.items() if name not in taken}
    pairs = ", ".join(f"{rater} gave {rating}" for rater, rating in zip(naming.rater, naming.rating, strict=True))
    slots = f"Each row holds {len(naming.rater)} ratings: {pairs}." if len(naming.rater) > 1 else None
    return Roles(naming, tuple(_roles(columns, naming, out)), tuple(filter(None, (slots, left_out(out)))))


def _must_be(columns: Columns, what: str, found: Sequence[str]) -> None:
    if not found:
        expected, do = f"one of {', '.join(columns.cells)}", f"name it: --{what} COLUMN"
        raise UsageError(f"no column says the {what}", where=columns.source, expected=expected, do=do)


def _unit(columns: Columns, naming: Naming) -> tuple[str, ...]:
    names = [name for name in columns.cells if name not in {*naming.rater, *naming.rating, naming.by}]
    known = first_of(names, UNITS)
    if len(naming.rater) > 1:
        return tuple((known or names)[:1])
    if again := [name for name in known if _comes_again(columns, name)]:
        return (again[0],)
    if known:
        return (known[0],)
    return _key(columns, naming.rater[0]) if naming.rater else ()


def _key(columns: Columns, rater: str) -> tuple[str, ...]:
    """The one or two columns that identify the rated units: values repeat across raters, but never within one rater."""
    raters = columns.cells[rater]
    if not _comes_again(columns, rater):
        return ()
    names = [name for name in columns.cells if name != rater and any(columns.cells[name])][:KEYS]
    for key in [(name,) for name in names] + list(combinations(names, 2)):
        units = list(zip(*(columns.cells[name] for name in key), strict=True))
        once = len(set(zip(units, raters, strict=True))) == len(raters)
        if once and len(set(units)) <= len(units) / 1.5 and len(names) > len(key):
            return key
    return ()


def _comes_again(columns: Columns, name: str) -> bool:
    return len(set(columns.cells[name])) < len(columns.lines)


def _others(columns: Columns, naming: Naming) -> dict[str, str]:
    """For each column other than unit and rater, why it is not the rating; "" if it may be."""
    found = {}
    for name in columns.cells:
        if name in {*naming.unit, *naming.rater, *naming.rating, naming.by, naming.cluster}:
            continue
        profile = profile_of(columns, name)
        trait = trait_of(name, numeric=profile.numeric)
        if is_index(name) and profile.counts_rows:
            found[name] = "it counts the rows"
        elif trait is not None:
            found[name] = trait.why
        elif not profile.given:
            found[name] = "it is empty"
        elif profile.is_text or (profile.names_rows and not profile.numeric):
            found[name] = "its cells are text"
        else:
            found[name] = ""
    return found


def _rating(columns: Columns, naming: Naming, out: dict[str, str]) -> tuple[str, ...]:
    """The column of ratings, found by its name, else as the only one that differs within a unit.

    Raises: UnclearError if there are several candidates.
    """
    left = [name for name, why in out.items() if not why]
    named = first_of(left, RATINGS)
    if not named:
        named = [name for name in left if not _constant(columns, naming, name)] or left
    if len(named) > 1:
        unit = [("--unit", naming.unit)] if naming.unit else []
        commands = [command_for(columns.files, *unit, ("--rater", naming.rater), ("--rating", (one,))) for one in named]
        taken = {**dict.fromkeys(naming.unit, "unit"), **dict.fromkeys(naming.rater, "rater")}
        why = {"unclear": "it may be the rating", "left out": "another is the rating"}
        roles = [
            Role(name, what, out.get(name) or why.get(what, "by its name"))
            for name in columns.cells
            for what in ("unclear" if name in named else taken.get(name, "left out"),)
        ]
        what = f"{', '.join(named)}: each could be the column of ratings"
        raise UnclearError(what, where=f"{columns.source}:1", commands=commands, roles=roles)
    for name in left:
        if name not in named:
            out[name] = (
                "it is the same throughout a unit" if _constant(columns, naming, name) else "another is the rating"
            )
    return tuple(named)


def _constant(columns: Columns, naming: Naming, name: str) -> bool:
    units = list(zip(*(columns.cells[one] for one in naming.unit), strict=True)) if naming.unit else []
    pairs = set(zip(units, columns.cells[name], strict=True))
    return bool(units) and len(pairs) == len(set(units)) < len(units)


def _roles(columns: Columns, naming: Naming, out: dict[str, str]) -> Iterator[Role]:
    said: Sequence[tuple[str, Sequence[str]]] = (
        ("unit", naming.unit), ("rater", naming.rater), ("rating", naming.rating),
    )  # fmt: skip
    for name in columns.cells:
        taken = next((what for what, names in said if name in names), None)
        if taken:
            slot = " of a slot, with the one of the same number" if len(naming.rater) > 1 and taken != "unit" else ""
            yield Role(name, taken, f"by its name, or because you said so{slot}")
        elif name == naming.by:
            yield Role(name, "slice", "you said --by")
        elif name == naming.cluster:
            yield Role(name, "cluster", "you said --cluster")
        else:
            yield Role(name, "left out", out.get(name) or "another is the rating")
