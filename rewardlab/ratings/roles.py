"""Finds the raters' columns in a wide file and explains each column's role; if unclear, suggests commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rewardlab.errors import InputError
from rewardlab.ratings.columns import Columns
from rewardlab.ratings.derived import derived_of
from rewardlab.ratings.names import families_of, grid_of, is_index, rates, trait_of
from rewardlab.ratings.naming import Naming, command_for
from rewardlab.ratings.profile import MUCH, SOME, Profile, alike_in_truth, profile_of, shared

#: How many of the columns left out a note names.
NAMED = 8
FIXED = "it is the same number in every row"
#: A column is compared with at most this many members of a group, since a transposed table may have thousands.
MEMBERS = 12


@dataclass(frozen=True, slots=True)
class Role:
    """The role that one column was given, and why."""

    column: str
    taken: str
    why: str


@dataclass(frozen=True, slots=True)
class Roles:
    """The naming derived from a file's columns, the role of each column, and notes for the report."""

    naming: Naming
    roles: tuple[Role, ...]
    notes: tuple[str, ...] = ()


class UnclearError(InputError):
    """It is unclear which columns hold ratings; `roles` says what is known about each."""

    def __init__(self, what: str, *, where: str, commands: Sequence[str], roles: Iterable[Role] = ()):
        super().__init__(
            what,
            where=where,
            expected="columns that say who rated what",
            do="name them, as in" if commands else "name them: --unit, --rater and --rating, or --raters A,B",
            lines="\n".join(f"    {command}" for command in commands) or None,
        )
        self.roles = tuple(roles)


@dataclass(slots=True)
class _Sorting:
    """The state while the columns of a wide file are sorted: those left out and why, and the candidates for raters."""

    columns: Columns
    naming: Naming
    profiles: dict[str, Profile]
    out: dict[str, str] = field(default_factory=dict)

    @property
    def left(self) -> list[str]:
        """The columns that are neither the unit, nor named by an option, nor left out yet."""
        taken = {*self.naming.unit, self.naming.by, self.naming.cluster, *self.out}
        return [name for name in self.profiles if name not in taken]


def raters_of(columns: Columns, naming: Naming) -> Roles:
    """Find the raters' columns in a wide file: those that share a vocabulary.

    Columns whose name or cells show that they are something else are left out. The unit is `naming.unit`, else the
    first column whose cells differ in every row and are not ratings, else the row.
    Raises: UnclearError if two sets of columns could be raters, or none.
    """
    profiles = {name: profile_of(columns, name) for name in columns.cells}
    sorting = _Sorting(columns, naming, profiles)
    _leave_out_by_name(sorting)
    if not naming.unit:
        sorting.naming = naming = replace(naming, unit=_unit_of(sorting))
    for name in sorting.left:
        profile = profiles[name]
        if not profile.given:
            sorting.out[name] = "it is empty"
        elif profile.names_rows and not profile.numeric:
            sorting.out[name] = "no cell comes twice, as in a name or a text"
        elif profile.is_text:
            sorting.out[name] = "its cells are text"
    _leave_out_properties(sorting)
    sorting.out |= derived_of(columns.cells, sorting.left)
    group = _only(sorting, _groups(sorting))
    _check_outsiders(sorting, group)
    members = set(group)
    for name in sorting.left:
        if name not in members:
            sorting.out[name] = "it shares hardly any value with the raters"
    return Roles(replace(naming, raters=tuple(group)), tuple(_roles(sorting, group)), tuple(_notes(sorting)))


def _leave_out_by_name(sorting: _Sorting) -> None:
    for name in sorting.left:
        profile = sorting.profiles[name]
        trait = trait_of(name, numeric=profile.numeric)
        if is_index(name) and (profile.counts_rows or profile.names_rows):
            sorting.out[name] = "it counts the rows"
        elif trait is not None and trait.certain:
            sorting.out[name] = trait.why


def _leave_out_properties(sorting: _Sorting) -> None:
    """Leave out properties of the unit (by name) and numbers that never change, provided that two raters remain."""
    before = dict(sorting.out)
    related = {name for family in families_of(sorting.left) for name in family}
    for name in sorting.left:
        if sorting.profiles[name].is_constant and name not in related:
            sorting.out[name] = FIXED
        elif trait := trait_of(name, numeric=sorting.profiles[name].numeric):
            sorting.out[name] = trait.why
    if all(len(group) < 2 for group in _groups(sorting)):
        sorting.out = before


def _unit_of(sorting: _Sorting) -> tuple[str, ...]:
    """The first column that may name the units: no cell is repeated, and its name is not a rater's."""
    members = {name for family in families_of(sorting.left) if _alike(sorting, family) for name in family}
    names = list(sorting.profiles)
    ids = [name for name in names if sorting.out.get(name, "").endswith(("an id", "counts the rows"))]
    others = [name for name in names if name in sorting.left and name not in members]
    for name in (*ids, *others):
        if len(set(sorting.columns.cells[name])) == len(sorting.columns.lines) and all(sorting.columns.cells[name]):
            if name in others and name != names[0] and sorting.profiles[name].numeric:
                continue
            sorting.out.pop(name, None)
            return (name,)
    first = names[0]
    if first in members or first not in sorting.left or len(names) > 3:
        return ()
    own = sorting.profiles[first]
    return () if any(shared(own, sorting.profiles[name]) >= MUCH for name in names[1:]) else (first,)


def _alike(sorting: _Sorting, family: Sequence[str]) -> bool:
    """Whether the columns of a family hold the same kind of thing."""
    one, *others = (sorting.profiles[name] for name in family)
    return all(
        shared(one, other) > 0 or (one.numeric and other.numeric) or alike_in_truth(one, other) for other in others
    )


def _groups(sorting: _Sorting) -> list[list[str]]:
    """The remaining columns, grouped by shared vocabulary, in the order of the file.

    A column that is like one of the first members of several groups merges these groups.
    """
    kin: dict[str, set[int]] = {}
    for number, family in enumerate(families_of(sorting.left)):
        for name in family:
            kin.setdefault(name, set()).add(number)
    groups: list[list[str]] = []
    for name in sorting.left:
        own = [group for group in groups if any(_like(sorting, one, name, kin) for one in group[:MEMBERS])]
        groups = [group for group in groups if group not in own]
        groups.append([*(one for group in own for one in group), name])
    place = {name: number for number, name in enumerate(sorting.profiles)}
    return sorted((sorted(group, key=place.__getitem__) for group in groups), key=lambda group: place[group[0]])


def _like(sorting: _Sorting, one: str, other: str, kin: Mapping[str, set[int]]) -> bool:
    """Whether two columns share their values, or are of one family and hold the same kind of thing."""
    first, second = sorting.profiles[one], sorting.profiles[other]
    much = shared(first, second)
    both = first.numeric and second.numeric
    few = both and len(sorting.columns.lines) < 8  # too few rows to show whether two scales differ
    related = bool(kin.get(one, set()) & kin.get(other, set()))
    kind = much > 0 or both or alike_in_truth(first, second)
    return much >= MUCH or (related and kind) or (few and _near(sorting, one, other))


def _near(sorting: _Sorting, one: str, other: str) -> bool:
    ranges = []
    for name in (one, other):
        numbers = [value for value in sorting.profiles[name].given if not isinstance(value, str)]
        ranges.append((min(numbers), max(numbers)))
    (low, high), (from_, to) = ranges
    return max(low, from_) - min(high, to) <= max(1.0, high - low, to - from_)


def _only(sorting: _Sorting, groups: Sequence[Sequence[str]]) -> list[str]:
    """The only group of two or more columns.

    Raises: UnclearError if there is none or more than one, or if the group has the answers to several questions.
    """
    columns = sorting.columns
    several = [list(group) for group in groups if len(group) > 1]
    if len(several) > 1:
        commands = [_raters(columns, sorting.naming, group) for group in several]
        raise UnclearError(
            f"{len(several)} sets of columns could be raters' ratings",
            where=f"{columns.source}:1",
            commands=commands,
            roles=_unclear(sorting, [name for group in several for name in group]),
        )
    fixed = all(sorting.profiles[name].is_constant for group in several for name in group)
    if not several or (fixed and not families_of(several[0])):
        raise _too_few(sorting)
    if grid := grid_of(several[0]):
        heads, tails = grid
        sets = [*tails.values(), *heads.values()]
        commands = [_raters(columns, sorting.naming, group) for group in sets]
        raise UnclearError(
            f"the columns {', '.join(several[0][:4])} are several raters' ratings of several things",
            where=f"{columns.source}:1",
            commands=[*commands, _raters(columns, sorting.naming, several[0])],
            roles=_unclear(sorting, several[0]),
        )
    return several[0]


def _too_few(sorting: _Sorting) -> InputError:
    columns, naming = sorting.columns, sorting.naming
    left = sorting.left
    if not any(profile.given for name, profile in sorting.profiles.items() if name not in naming.unit):
        return InputError("holds no rating", where=columns.source, expected="a cell that says one")
    beside = f" beside {', '.join(naming.unit)}" if naming.unit else ""
    others = [name for name in sorting.out if _may_rate(sorting, name, left)]
    candidates = [*left, *others] if len(left) < 2 or others else left
    commands = [_raters(columns, naming, candidates)] if len(candidates) > 1 else []
    what = f"{min(len(left), 1)} column of ratings{beside}" if len(left) < 2 else f"no two columns{beside} share values"
    if not commands:
        return InputError(
            what,
            where=f"{columns.source}:1",
            expected="a column for each of two or more raters, or the columns unit, rater and rating",
        )
    return UnclearError(what, where=f"{columns.source}:1", commands=commands, roles=_unclear(sorting, candidates))


def _may_rate(sorting: _Sorting, name: str, left: Sequence[str]) -> bool:
    """Whether a column that was left out, such as the truth, has the same values as the ratings."""
    profile = sorting.profiles[name]
    if not profile.given or profile.is_text or profile.names_rows:
        return False
    return not left or any(shared(profile, sorting.profiles[one]) >= MUCH for one in left)


def _check_outsiders(sorting: _Sorting, group: Sequence[str]) -> None:
    """Look for columns that only partly resemble the raters.

    Raises: UnclearError for a column with the values but not the name of a family of raters, and for one that was left
    out although it shares values with the raters.
    """
    names = {name for family in families_of(group) for name in family}
    outside = [name for name in group if name not in names and not rates(name)]
    columns, naming = sorting.columns, sorting.naming
    if names and len(outside) == 1:
        inside = [name for name in group if name not in outside]
        _unsure(sorting, outside, [_raters(columns, naming, inside), _raters(columns, naming, group)], group)
    fixed = [
        name
        for name, why in sorting.out.items()
        if why == FIXED
        and any(shared(sorting.profiles[name], sorting.profiles[one]) >= MUCH for one in group[:MEMBERS])
    ]
    if fixed:
        both = [name for name in sorting.profiles if name in group or name in fixed]
        _unsure(sorting, fixed, [_raters(columns, naming, group), _raters(columns, naming, both)], both)
    members = set(group)
    grey = [
        name
        for name in sorting.left
        if name not in members
        and max(_one_way(sorting, name, other) for other in group[:MEMBERS]) >= SOME
        and trait_of(name, numeric=sorting.profiles[name].numeric) is None
    ]
    if grey:
        both = [name for name in sorting.profiles if name in group or name in grey]
        _unsure(sorting, grey, [_raters(columns, naming, group), _raters(columns, naming, both)], both)


def _one_way(sorting: _Sorting, name: str, other: str) -> float:
    one, two = sorting.profiles[name], sorting.profiles[other]
    return sum(count for value, count in one.given.items() if value in two.given) / max(one.cells, 1)


def _unsure(sorting: _Sorting, names: Sequence[str], commands: Sequence[str], group: Sequence[str]) -> None:
    raise UnclearError(
        f"{', '.join(names)}: a rater's ratings, or something else of the unit",
        where=f"{sorting.columns.source}:1",
        commands=commands,
        roles=_unclear(sorting, [*names], raters=[name for name in group if name not in names]),
    )


def _raters(columns: Columns, naming: Naming, group: Iterable[str]) -> str:
    unit = [("--unit", naming.unit)] if naming.unit and naming.unit != tuple(columns.cells)[:1] else []
    return command_for(columns.files, *unit, ("--raters", tuple(group)))


def _roles(sorting: _Sorting, group: Sequence[str]) -> Iterator[Role]:
    naming = sorting.naming
    kin = {name: family[family[0] == name] for family in reversed(families_of(group)) for name in family}
    members = set(group)
    for name in sorting.profiles:
        if name in members:
            alike = f", and is named as {kin[name]} is" if name in kin else ""
            yield Role(name, "rater", f"it shares its values with the other raters{alike}")
        elif name in sorting.out:
            yield Role(name, "left out", sorting.out[name])
        else:
            yield Role(name, *_other(name, naming))


def _other(name: str, naming: Naming) -> tuple[str, str]:
    if name == naming.by:
        return "slice", "you said --by"
    if name == naming.cluster and name not in naming.unit:
        return "cluster", "you said --cluster"
    return "unit", "by its name, or because no cell comes twice"


def _unclear(sorting: _Sorting, names: Sequence[str], raters: Sequence[str] = ()) -> Iterator[Role]:
    for name in sorting.profiles:
        if name in names:
            yield Role(name, "unclear", sorting.out.get(name, "it may be a rater's ratings, or something else"))
        elif name in raters:
            yield Role(name, "rater", "it shares its values with the other raters")
        elif name in sorting.out:
            yield Role(name, "left out", sorting.out[name])
        elif name in sorting.left:
            yield Role(name, "left out", "it shares hardly any value with another column")
        else:
            yield Role(name, *_other(name, sorting.naming))


def _notes(sorting: _Sorting) -> Iterator[str]:
    if not sorting.naming.unit:
        yield "No column names the units: each row is taken for one."
    if out := left_out(sorting.out):
        yield out


def left_out(out: Mapping[str, str]) -> str | None:
    """The sentence that names the columns left out, or None if there are none."""
    if not out:
        return None
    said = [f"{name or '(no name)'} ({why})" for name, why in list(out.items())[:NAMED]]
    more = f" and {len(out) - NAMED} more (see --columns)" if len(out) > NAMED else ""
    return f"Left out: {', '.join(said)}{more}."
