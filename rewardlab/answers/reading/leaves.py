"""Makes wrong answers from an object or a list: one nested value changed, a key left out, or a key added."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from rewardlab.answers.reading.composite import is_prose, says_something
from rewardlab.answers.reference.accepted import NOWHERE, plain, spoiled
from rewardlab.answers.reference.readings import BESIDE, unwrapped
from rewardlab.task import Json

#: Keys and places from the outside in; a number is a place in a list.
Path: TypeAlias = tuple[str | int, ...]

#: In a list of lists, numbers from this column on are taken for positions in the text, not parts of the answer.
MOST_COLUMNS = 2
#: The most places changed in one answer, and the most other values tried in each.
MOST_PLACES, WAYS = 8, 2
DEEPEST = 6
#: A key that no answer has.
MORE = "remark"
EVERY = "*"


@dataclass(frozen=True, slots=True)
class Changed:
    """An answer with one value changed: where, and what it says; `is_missing` where its key was left out."""

    path: Path
    text: str
    is_missing: bool = False


class Leaves:
    """The values seen at each path in a file's objects and lists."""

    def __init__(self, references: Iterable[Json]) -> None:
        self._held: dict[Path, dict[str, Json]] = defaultdict(dict)
        for reference in references:
            for path, value in _leaves(unwrapped(reference)):
                self._held[_place(path)].setdefault(plain(str(value)), value)

    def others(self, text: str) -> Iterator[Changed]:
        """The answer with one nested value replaced by another answer's at the same path, or else by a made-up one.

        Only values below the first level are changed, one per path. Longer texts are left out, as they may be said in
        other words, and so are remarks about the answer, which a reward may rightly ignore.
        """
        value = _loaded(text)
        told: set[Path] = set()
        for path, held in _leaves(value):
            place = _place(path)
            if len(path) < 2 or place in told or len(told) >= MOST_PLACES or is_prose(held):
                continue
            told.add(place)
            for other in self._instead(place, held, value):
                yield Changed(path, _dump(_with(value, path, other)))

    def shortened(self, text: str) -> Iterator[Changed]:
        """The answer without one key, for each key of the object or of a nested one that holds something."""
        value = _loaded(text)
        for path, held in list(_keys(value))[:MOST_PLACES]:
            if says_something(held) and not is_prose(held):
                yield Changed(path, _dump(_without(value, path)), is_missing=True)
                yield Changed(path, _dump(_with(value, path, spoiled(held))))

    def lengthened(self, text: str) -> Iterator[Changed]:
        """The object with one more key."""
        value = _loaded(text)
        if isinstance(value, dict) and len(value) > 1:
            yield Changed((), _dump({**value, MORE: NOWHERE}))

    def _instead(self, place: Path, held: Json, value: Json) -> list[Json]:
        own = {plain(str(one)) for path, one in _leaves(value) if _place(path) == place}
        known = [one for key, one in self._held[place].items() if key not in own and type(one) is type(held)]
        # Where the answer itself holds every known value, as with two categories, take the other of its own.
        known = known or [
            one for key, one in self._held[place].items() if key != plain(str(held)) and type(one) is type(held)
        ]
        start = sum(map(ord, str(held))) % len(known) if known else 0
        return (known[start:] + known[:start])[:WAYS] or [spoiled(held)]


def _leaves(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every text, number and boolean in an object or a list, with its path; remarks about the answer are skipped."""
    if len(path) > DEEPEST:
        return
    match value:
        case dict():
            for key, held in value.items():
                if _named(key) not in BESIDE:
                    yield from _leaves(held, (*path, key))
        case list():
            for at, held in enumerate(value):
                is_column = bool(path) and isinstance(path[-1], int)
                if not (is_column and at >= MOST_COLUMNS and isinstance(held, int | float)):
                    yield from _leaves(held, (*path, at))
        case bool() | int() | float():
            yield path, value
        case str() if value.strip():
            yield path, value
        case _:
            return


def _keys(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Paths and values of the keys of an object with several, and of nested ones; of a list, of its first item only."""
    if isinstance(value, dict):
        for key, held in value.items():
            if len(value) > 1 and _named(key) not in BESIDE:
                yield (*path, key), held
            yield from _keys(held, (*path, key))
    elif isinstance(value, list) and value:
        yield from _keys(value[0], (*path, 0))


def _place(path: Path) -> Path:
    """The path with list indices generalised to "any item"; in a list of lists the column index stays."""
    return tuple(
        EVERY if isinstance(step, int) and not (at and isinstance(path[at - 1], int)) else step
        for at, step in enumerate(path)
    )


def _with(value: Json, path: Path, other: Json) -> Json:
    """The value with `other` at this path."""
    if not path:
        return other
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {key: _with(held, rest, other) if key == step else held for key, held in value.items()}
    if isinstance(value, list):
        return [_with(held, rest, other) if at == step else held for at, held in enumerate(value)]
    return value


def _without(value: Json, path: Path) -> Json:
    """The value without this key."""
    step, rest = path[0], path[1:]
    if isinstance(value, dict):
        kept: Mapping[str, Json] = value if rest else {key: held for key, held in value.items() if key != step}
        return {key: _without(held, rest) if rest and key == step else held for key, held in kept.items()}
    if isinstance(value, list):
        return [_without(held, rest) if at == step else held for at, held in enumerate(value)]
    return value


def _loaded(text: str) -> Json:
    try:
        value: Json = json.loads(text) if text.lstrip()[:1] in {"{", "["} else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def _dump(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _named(key: str) -> str:
    return plain(key)
