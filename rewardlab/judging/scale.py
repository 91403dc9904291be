"""A judge's scale: the labels that it may write, their numbers, and the level of measurement."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["score", "label", "boolean", "pairwise"]
Level: TypeAlias = Literal["nominal", "ordinal", "interval", "ratio"]

KINDS: tuple[Kind, ...] = ("score", "label", "boolean", "pairwise")
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")

#: The kinds with fixed numbers, and their default labels.
FIXED_VALUES: dict[Kind, tuple[float, ...]] = {"boolean": (0.0, 1.0), "pairwise": (0.0, 1.0, 0.5)}
FIXED_LABELS: dict[Kind, tuple[str, ...]] = {"boolean": ("no", "yes"), "pairwise": ("A", "B", "tie")}

#: A larger value is probably no score, and its square would overflow.
LARGEST = 1e30


class ScaleError(ValueError):
    """A scale that makes no sense, with the definition's key at fault, the reason, and what was expected."""

    def __init__(self, key: str, what: str, *, expected: str) -> None:
        self.key, self.what, self.expected = key, what, expected
        super().__init__(f"{key}: {what}; expected {expected}")


@dataclass(frozen=True, slots=True)
class Scale:
    """A judge's scale.

    `labels` are as the judge writes them, `values` their numbers in the same order: 0 and 1 for a boolean; for a
    pairwise judge 0 for the first response, 1 for the second and 0.5 for a tie, so that the value is the preference for
    the second. A continuous score has no labels; its two values are the ends of its range, and any number between them
    is a verdict. A verdict at or above `success_at` counts as right; None where nothing is right or wrong: for
    preferences, and for labels without values, whose numbers are mere codes.
    """

    kind: Kind
    level: Level
    labels: tuple[str, ...]
    values: tuple[float, ...]
    success_at: float | None

    @property
    def is_continuous(self) -> bool:
        """Whether any number in the range is a verdict."""
        return not self.labels

    @property
    def is_coded(self) -> bool:
        """Whether the values are mere codes of the labels, so that their mean or expected value makes no sense."""
        return self.kind == "label" and self.success_at is None

    @property
    def low(self) -> float:
        """The lowest value."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The highest value."""
        return max(self.values)

    def is_success(self, value: float) -> bool | None:
        """Whether a verdict with this value counts as right; None where nothing is right or wrong."""
        return None if self.success_at is None else value >= self.success_at


def make_scale(
    kind: Kind,
    *,
    labels: Sequence[str] | None = None,
    values: Sequence[float] | None = None,
    ends: Sequence[float] | None = None,
    level: Level | None = None,
    success_at: float | str | None = None,
) -> Scale:
    """The scale of a definition, with defaults for what the definition leaves out.

    Arguments: `ends` is a continuous score's range. `success_at` is a value or a label, by default the middle of the
    scale, for a boolean 1. The labels of a score must be numbers unless `values` are given; those of a label judge have
    the codes 0, 1, ... by default.
    Raises: ScaleError.
    """
    if kind in FIXED_VALUES:
        return _fixed(kind, labels, values=values, ends=ends, level=level, success_at=success_at)
    if ends is not None:
        return _continuous(kind, ends, labels=labels, values=values, level=level, success_at=success_at)
    known = _checked_labels(
        labels, expected="two or more" if kind == "label" else "two or more, or a range = [LOW, HIGH]"
    )
    numbers = _numbers(kind, known, values)
    ranked = level in {"ordinal", "interval", "ratio"}
    success = _success(success_at, known, numbers, named_only=kind == "label" and values is None and not ranked)
    if kind == "label":
        level = level or ("nominal" if values is None else "ordinal")
        if values is None and level in {"interval", "ratio"}:
            raise ScaleError("level", f"labels without values are no {level} scale", expected="values = [...]")
    return Scale(kind, _level(kind, level or "ordinal", numbers), known, numbers, success)


def _fixed(
    kind: Kind,
    labels: Sequence[str] | None,
    *,
    values: Sequence[float] | None,
    ends: Sequence[float] | None,
    level: Level | None,
    success_at: float | str | None,
) -> Scale:
    shown = ", ".join(f"{value:g}" for value in FIXED_VALUES[kind])
    for key, given in (("values", values), ("range", ends)):
        if given is not None:
            raise ScaleError(key, f"a {kind} judge's values are fixed", expected=f"no {key}: they are {shown}")
    if success_at is not None:
        raise ScaleError("success_at", f"a {kind} judge has none to set", expected="no success_at")
    counts = (2,) if kind == "boolean" else (2, 3)
    meaning = "two: false, true" if kind == "boolean" else "two or three: the first, the second, a tie"
    known = _checked_labels(FIXED_LABELS[kind] if labels is None else labels, expected=meaning)
    if len(known) not in counts:
        raise ScaleError("labels", f"{len(known)} labels for a {kind} judge", expected=meaning)
    default: Level = "nominal" if kind == "boolean" else "ordinal"
    return Scale(kind, level or default, known, FIXED_VALUES[kind][: len(known)], 1.0 if kind == "boolean" else None)


def _continuous(
    kind: Kind,
    ends: Sequence[float],
    *,
    labels: Sequence[str] | None,
    values: Sequence[float] | None,
    level: Level | None,
    success_at: float | str | None,
) -> Scale:
    if kind != "score" or labels is not None or values is not None:
        raise ScaleError("range", "a range is for a score without labels", expected="labels, or a range, not both")
    if len(ends) != 2 or not all(abs(end) <= LARGEST for end in ends) or ends[0] >= ends[1]:
        raise ScaleError("range", f"{list(ends)} is no range", expected="[LOW, HIGH], LOW below HIGH")
    numbers = (float(ends[0]), float(ends[1]))
    success = _success(success_at, (), numbers, named_only=False)
    return Scale(kind, _level(kind, level or "interval", numbers), (), numbers, success)


def _checked_labels(labels: Sequence[str] | None, *, expected: str) -> tuple[str, ...]:
    if not labels:
        raise ScaleError("labels", "the scale is empty", expected=expected)
    for label in labels:
        if not label or label != label.strip() or not label.isprintable():
            raise ScaleError("labels", f"{label!r} is no label", expected="text on one line, without spaces around it")
    if len(labels) == 1:
        raise ScaleError("labels", f"{labels[0]!r} is the only label: nothing is judged", expected=expected)
    seen: dict[str, str] = {}
    for label in labels:
        twin = seen.get(label.casefold())
        if twin is not None:
            shown = repr(label) if twin == label else f"{label!r} (as {twin!r})"
            raise ScaleError("labels", f"{shown} is there twice", expected="each label once")
        seen[label.casefold()] = label
    return tuple(labels)


def _numbers(kind: Kind, labels: tuple[str, ...], values: Sequence[float] | None) -> tuple[float, ...]:
    if values is None and kind == "label":
        return tuple(float(code) for code in range(len(labels)))
    key = "labels" if values is None else "values"
    numbers = tuple(map(_number, labels)) if values is None else tuple(map(float, values))
    if len(numbers) != len(labels):
        raise ScaleError("values", f"{len(numbers)} values for {len(labels)} labels", expected="one for each label")
    for label, number in zip(labels, numbers, strict=True):
        if not abs(number) <= LARGEST:
            raise ScaleError(key, f"{label!r} has no finite number", expected="values = [...], one for each label")
    if len(set(numbers)) == 1 or (kind == "score" and len(set(numbers)) < len(numbers)):
        raise ScaleError(key, f"{sorted(numbers)} holds one value twice", expected="different values")
    return numbers


def _number(label: str) -> float:
    try:
        return float(label)
    except ValueError:
        return math.nan


def _success(
    given: float | str | None, labels: tuple[str, ...], values: tuple[float, ...], *, named_only: bool
) -> float | None:
    low, high = min(values), max(values)
    if given is None:
        return None if named_only else (low + high) / 2
    if isinstance(given, str):
        if given not in labels:
            raise ScaleError("success_at", f"{given!r} is not on the scale", expected=f"one of {', '.join(labels)}")
        given = values[labels.index(given)]
    if named_only:
        raise ScaleError("success_at", "the labels have no order", expected='values = [...], or level = "ordinal"')
    if not low < given <= high:
        raise ScaleError(
            "success_at",
            f"{given:g} tells no verdicts apart",
            expected=f"above {low:g}, the lowest value, and at most {high:g}, the highest",
        )
    return float(given)


def _level(kind: Kind, level: Level, values: tuple[float, ...]) -> Level:
    if kind == "score" and level == "nominal":
        raise ScaleError("level", "scores have an order", expected="ordinal, interval or ratio")
    if level == "ratio" and min(values) < 0:
        raise ScaleError("level", "a ratio scale has no values below 0", expected="interval")
    return level
