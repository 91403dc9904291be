"""Reads cells with several labels: JSON or Python lists, a tool's objects, or labels separated by a delimiter."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from rewardlab.ratings.cells import fold
from rewardlab.ratings.records import cell_of

#: Delimiters of labels within a cell, and whether they often occur within single labels too.
DELIMITERS = ((";", False), ("|", False), (",", True), ("#", True))
#: The keys under which Label Studio stores a rating.
WRAPPED = ("choices", "rating", "taxonomy", "number", "selected", "text", "datetime")
LONGEST = 40
JOINED = "; "
_PYTHON = re.compile(r"""\[\s*(?:(?:'[^'\\]*'|"[^"\\]*"|[\w.+-]+)\s*(?:,\s*|(?=\])))*\]""")
_ITEM = re.compile(r"""'([^'\\]*)'|"([^"\\]*)"|([\w.+-]+)""")


class NoLabelsError(ValueError):
    """A cell contains an object, or a list of objects, which is not a rating."""


def listed_labels(cell: str) -> tuple[str, ...] | None:
    """The labels in a cell that is a list or a tool's object; None for a cell that is neither.

    Raises: NoLabelsError for a list or an object from which no label can be read.
    """
    if cell[:1] not in {"[", "{"} or cell[-1:] not in {"]", "}"}:
        return None
    try:
        found = json.loads(cell)
    except (ValueError, RecursionError):
        if _PYTHON.fullmatch(cell):
            return tuple(single or double or bare for single, double, bare in _ITEM.findall(cell[1:-1]))
        return None
    return tuple(dict.fromkeys(_labels(found)))


def _labels(found: Any) -> Iterable[str]:
    if isinstance(found, dict):
        keys = [key for key in WRAPPED if key in found]
        if len(keys) != 1 or "start" in found or "x" in found:
            raise NoLabelsError
        yield from _labels(found[keys[0]] if isinstance(found[keys[0]], list) else [found[keys[0]]])
    elif isinstance(found, list):
        for one in found:
            if isinstance(one, dict):
                yield from _labels(one)
            elif isinstance(one, list):
                if any(isinstance(part, list | dict) for part in one):
                    raise NoLabelsError
                yield " > ".join(cell_of(part) for part in one)
            else:
                yield cell_of(one)
    else:
        yield cell_of(found)


def delimiter_of(cells: Collection[str]) -> str | None:
    """The delimiter of labels within cells, or None if no cell has several labels.

    A comma or # counts as a delimiter only if each part occurs in another cell too, since it may belong to a label.
    """
    for delimiter, common in DELIMITERS:
        several = [cell for cell in cells if delimiter in cell.strip(delimiter + " ")]
        parts = [parts_of(cell, delimiter) for cell in several]
        if not several or any(len(part) > LONGEST for found in parts for part in found):
            continue
        if all(len(found) > 1 for found in parts) and (not common or _come_again(cells, parts, delimiter)):
            return delimiter
    return None


def parts_of(cell: str, delimiter: str) -> tuple[str, ...]:
    """The labels of a cell, without duplicates."""
    return tuple(dict.fromkeys(part for part in map(str.strip, cell.split(delimiter)) if part))


def _come_again(cells: Collection[str], parts: Collection[tuple[str, ...]], delimiter: str) -> bool:
    seen = Counter(fold(part) for cell in cells for part in parts_of(cell, delimiter))
    return all(seen[fold(part)] > 1 for found in parts for part in found)
