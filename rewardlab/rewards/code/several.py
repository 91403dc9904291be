"""Combines the values that a reward's functions return for a sample into the sample's one result.

Standard library only: this file runs in the isolated worker. Several functions are summed as in TRL: each is weighted,
None is left out, and if all return None the sample has no score. A function that fails does not count as zero.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from rewardlab.rewards.trainers.rubric import Weighted


@dataclass(frozen=True)
class Given:
    """A returned score with its named metrics; `score` is None where the function abstained, and may be of any type."""

    score: Any
    metrics: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Failed:
    """No value: the reason as in an outcome, and the detail in words."""

    reason: str
    detail: str


Reading: TypeAlias = Given | Failed


def read(value: Any, forms: set[str], *, of_list: bool = False) -> Given:
    """Read score and metrics from what a function returned for one sample; add the value's form to `forms`.

    A dict gives its `score`, and its other numbers as metrics. The first item of a tuple or a list is the score, as in
    parts of verl and NeMo RL, except within a TRL function's list of values (`of_list`), where TRL accepts neither. As
    trainers do, True is read as 1.0 and numpy's scalars as numbers; a text is not a number.
    """
    metrics: tuple[tuple[str, float], ...] = ()
    if value is None:
        forms.add("none")
    elif isinstance(value, Weighted):
        value, metrics = value.score, value.values
    elif isinstance(value, dict) and "score" in value and not of_list:
        metrics = tuple((str(key), float(part)) for key, part in value.items() if key != "score" and _is_real(part))
        value = value["score"]
    elif isinstance(value, tuple | list) and len(value) > 1 and hasattr(value[0], "__float__") and not of_list:
        forms.add("tuple")
        value = value[0]
    number = hasattr(value, "__float__") and not isinstance(value, str)
    return Given(float(value) if number else value, metrics)


def together(parts: Sequence[tuple[str, float]], readings: Sequence[Reading]) -> Reading:
    """The weighted sum of the parts (name, weight), with each part's value as a metric."""
    values: list[tuple[str, float]] = []
    total = 0.0
    for (name, weight), reading in zip(parts, readings, strict=True):
        if isinstance(reading, Failed):
            return Failed(reading.reason, f"{name}: {reading.detail}")
        if reading.score is None:
            continue
        if not isinstance(reading.score, float) or not math.isfinite(reading.score):
            code = "RL103" if isinstance(reading.score, float) else "RL104"
            return Failed("invalid", f"{code} {name} gave {reading.score!r:.60}; expected a finite number")
        total += weight * reading.score
        values.append((name, reading.score))
    return Given(total if values else None, tuple(values))


def result(identifier: Any, reading: Reading) -> dict[str, Any]:
    """One sample's result in Lambda form; without a score, `{"id", "unscored": [reason, detail]}`."""
    if isinstance(reading, Failed):
        return {"id": identifier, "unscored": [reading.reason, reading.detail]}
    if reading.score is None:
        return {"id": identifier, "unscored": ["abstained", "returned None"]}
    listed = [{"name": name, "value": value, "type": "Metric"} for name, value in reading.metrics]
    return {"id": identifier, "aggregate_reward_score": reading.score, "metrics_list": listed}


def _is_real(value: Any) -> bool:
    """Whether it is a number, including numpy's scalars."""
    return isinstance(value, numbers.Real) and value is not True and value is not False
