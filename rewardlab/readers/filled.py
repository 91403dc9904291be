"""Nulls that exporters fill in: a column of objects has each field that some row has, null where a row lacks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Any

#: Whose nulls may be meant: answers ({"date": null}), and arguments that a tool is called with.
MEANT = frozenset(
    {
        *("reference_answer", "ground_truth", "answer", "answers", "solution", "target", "reference", "label", "right"),
        *("expected_answer", "expected", "ideal", "gold", "final_answer"),
        *("arguments", "parameters"),
    }
)


def is_content(name: str, values: Mapping[str, Json]) -> bool:
    """Whether a field is a turn's content, which is null where the turn holds calls of tools alone."""
    return name == "content" and isinstance(values.get("role"), str)


def without_filled(values: Mapping[str, Json]) -> Mapping[str, Json]:
    """A row whose objects, at any depth, lack the fields that are null.

    Null stays at the top, where findings tell of it; as an item of a list; in answers and arguments, where it may be
    meant; and as a turn's content.
    """
    held = {name: value for name, value in values.items() if type(value) is dict or type(value) is list}
    try:
        found = {name: _cleaned(name, value) for name, value in held.items()}
    except RecursionError:  # nested more deeply than any exporter's columns
        return values
    changed = {name: value for name, value in found.items() if value is not values[name]}
    return {**values, **changed} if changed else values


def _cleaned(name: str, value: Json) -> Json:
    """The value without such fields; itself where it has none."""
    return value if name in MEANT or not _holds_null(value) else _without(value)


def _holds_null(value: Json) -> bool:
    if type(value) is dict:
        return any(one is None or _holds_null(one) for one in value.values())
    return type(value) is list and any(_holds_null(one) for one in value)


def _without(value: Json) -> Json:
    if type(value) is dict:
        return {
            name: _cleaned(name, one)
            for name, one in value.items()
            if one is not None or name in MEANT or is_content(name, value)
        }
    return [_without(one) for one in value] if type(value) is list else value
