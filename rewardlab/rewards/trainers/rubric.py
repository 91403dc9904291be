"""A rubric as in verifiers: weighted functions of one completion, whose weighted sum is the reward.

Standard library only: this file runs in the isolated worker, and verifiers need not be installed.
A function's parameters may be prompt, completion, answer, state, task, info, parser and the row's columns.
verifiers gives 0.0 for a function that raises; here the sample is unscored, since a failure is never a zero.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType
from typing import Any

from rewardlab.rewards.events.sample import (
    Sample,
    columns_of,
    conversation_of,
    hidden_columns_of,
    message_of,
    question_of,
    reference_of,
    response_of,
    text_of,
    turns_of,
)
from rewardlab.rewards.trainers.loop import Given
from rewardlab.rewards.trainers.rounds import Later
from rewardlab.rewards.trainers.signature import annotated_as, parameters_of, takes_all

#: A function with one of these parameters scores a whole group at once.
GROUP = {"prompts", "completions", "answers", "states", "tasks", "infos"}


@dataclass(frozen=True)
class Weighted:
    """A weighted sum and its values by name."""

    score: float
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Part:
    """One function, its name and its weight; `wanted` are the arguments it takes, None for all.

    `forms` holds whether prompt and completion are annotated as a text or as messages.
    """

    name: str
    call: Callable[..., Any]
    weight: float
    wanted: frozenset[str] | None
    forms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Rubric:
    """The functions of one rubric and the parser they may ask for."""

    parts: tuple[Part, ...]
    parser: Any

    def __call__(self, sample: Sample) -> Any:
        """The sample's weighted sum; for a single function of weight 1, what it returned.

        The functions are called in order, each after the one before has its value; a Later if one is async.
        Raises: whatever a function raises; TypeError when one of several returns no number.
        """
        return self._go_on(sample, _arguments(sample, self.parser), [])

    def _go_on(self, sample: Sample, arguments: dict[str, Any], values: list[Any], given: Given | None = None) -> Any:
        """Call the functions that have no value yet; `given` returns the next one's value."""
        if given is not None:
            values = [*values, given()]
        for part in self.parts[len(values) :]:
            value = part.call(**_chosen(part, arguments, sample))
            if inspect.isawaitable(value):
                return Later(value, partial(self._go_on, sample, arguments, values))
            values = [*values, value]
        return self._sum([(part.name, value) for part, value in zip(self.parts, values, strict=True)])

    def _sum(self, values: Sequence[tuple[str, Any]]) -> Any:
        if len(self.parts) == 1 and self.parts[0].weight == 1:
            return values[0][1]
        read = tuple((name, _number(name, value)) for name, value in values)
        return Weighted(sum(part.weight * value for part, (_, value) in zip(self.parts, read, strict=True)), read)


class Parser:
    """verifiers' plain parser: the answer is the whole text of the completion's last message."""

    def parse(self, text: str) -> str:
        return text

    def parse_answer(self, completion: Any) -> str:
        return self.parse(completion if isinstance(completion, str) else text_of(completion[-1]["content"]))


def rubric_of(functions: Sequence[Callable[..., Any]], weights: Any = None, parser: Any = None) -> Rubric:
    """The rubric of these functions; by default every weight is 1.

    Raises: ValueError when the numbers of weights and functions differ, when a weight is not a number, or when a
    function scores a whole group.
    """
    weights = weights or [1.0] * len(functions)
    if not isinstance(weights, list | tuple) or len(weights) != len(functions):
        raise ValueError(f"weights do not match the {len(functions)} functions")
    names = [getattr(function, "__name__", type(function).__name__) for function in functions]
    for name, function in zip(names, functions, strict=True):
        if group := GROUP & set(parameters_of(function)):
            raise ValueError(f"{name} scores a whole group at once ({', '.join(sorted(group))})")
    rows = zip(names, functions, weights, strict=True)
    parts = (
        Part(name, function, _number("a weight", weight), _wanted(function), _forms(function))
        for name, function, weight in rows
    )
    return Rubric(tuple(parts), parser or Parser())


def rubrics_of(module: ModuleType) -> dict[str, Callable[[], Rubric]]:
    """Makers of the module's rubrics by name, for objects like verifiers' Rubric; a group hides its members."""
    own = {key: value for key, value in vars(module).items() if not isinstance(value, ModuleType)}
    inside = {id(one) for value in own.values() for one in _members(value)}
    found = {
        key: rubric_like(value) for key, value in own.items() if not key.startswith("_") and id(value) not in inside
    }
    return {key: made for key, made in found.items() if made is not None}


def rubric_like(value: Any) -> Callable[[], Rubric] | None:
    """A function that makes the rubric of an object like verifiers' Rubric, by its methods; None for other objects."""
    kind = type(value)  # look for methods on the type: the class itself, a module or a mock is not a rubric
    if members := _members(value):
        made = [rubric_like(one) for one in members]
        return _group(made, vars(value).get("weights")) if None not in made else None
    if callable(getattr(kind, "get_reward_funcs", None)) and callable(getattr(kind, "get_reward_weights", None)):
        return lambda: rubric_of(value.get_reward_funcs(), value.get_reward_weights(), getattr(value, "parser", None))
    if callable(getattr(kind, "score_rollout", None)) and are_functions(getattr(value, "funcs", None)):
        return lambda: rubric_of(value.funcs, getattr(value, "weights", None), getattr(value, "parser", None))
    return None


def _members(value: Any) -> Sequence[Any]:
    """The members of a group of rubrics."""
    held = getattr(value, "__dict__", None)
    members = held.get("rubrics") if isinstance(held, dict) else None
    return members if isinstance(members, list | tuple) else ()


def _group(made: Sequence[Callable[[], Rubric] | None], weights: Any) -> Callable[[], Rubric]:
    """A function that makes one rubric of several, as verifiers' RubricGroup does.

    Each function's weight is multiplied by its rubric's, which is 1 by default.
    """

    def together() -> Rubric:
        rubrics = [make() for make in made if make is not None]
        shares = [1.0] * len(rubrics) if weights is None else [_number("a weight", one) for one in weights]
        if len(shares) != len(rubrics):
            raise ValueError(f"weights do not match the {len(rubrics)} rubrics")
        parts = [
            replace(part, weight=part.weight * share)
            for rubric, share in zip(rubrics, shares, strict=True)
            for part in rubric.parts
        ]
        return Rubric(tuple(parts), rubrics[0].parser)

    return together


def are_functions(value: Any) -> bool:
    """Whether it is a list of functions or other callables that are not classes."""
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(callable(one) and not inspect.isclass(one) for one in value)
    )


def _forms(function: Callable[..., Any]) -> tuple[tuple[str, str], ...]:
    parameters = parameters_of(function)
    told = ((name, annotated_as(parameters.get(name))) for name in ("prompt", "completion"))
    return tuple((name, form) for name, form in told if form is not None)


def _wanted(function: Callable[..., Any]) -> frozenset[str] | None:
    return None if takes_all(function) else frozenset(parameters_of(function))


def _chosen(part: Part, arguments: dict[str, Any], sample: Sample) -> dict[str, Any]:
    """The arguments that the part takes; prompt and completion are a text or messages as their annotations say."""
    taken = arguments if part.wanted is None else {key: arguments[key] for key in part.wanted if key in arguments}
    if not part.forms:
        return taken
    forms: dict[str, dict[str, Any]] = {
        "text": {"prompt": question_of(sample), "completion": response_of(sample)},
        "messages": {
            "prompt": turns_of(sample),
            "completion": [message_of(sample)],
        },
    }
    return taken | {name: forms[form][name] for name, form in part.forms}


def _arguments(sample: Sample, parser: Any) -> dict[str, Any]:
    """What a function may ask for by name; `state` holds the parts of a single-turn rollout that are known here."""
    prompt, completion = conversation_of(sample)
    columns = {**hidden_columns_of(sample), **columns_of(sample)}
    rollout = {
        "prompt": prompt,
        "completion": completion,
        "answer": columns.get("answer", reference_of(sample)),
        "task": columns.get("task", "default"),
        "info": _info(columns.get("info")),
    }
    return {**columns, **rollout, "state": dict(rollout), "parser": parser}


def _info(info: Any) -> Any:
    """The row's info, which is an object or the JSON text of one."""
    if isinstance(info, str):
        return json.loads(info)
    return {} if info is None else info


def _number(name: str, value: Any) -> float:
    if isinstance(value, str) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} is {value!r}; expected a number")
    return float(value)
