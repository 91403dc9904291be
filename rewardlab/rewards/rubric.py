"""A rubric as verifiers defines it: functions of one completion, each with a weight; the reward is their weighted sum.

Standard library only: this file runs in the isolated worker, and verifiers need not be installed.
A function names what it wants among prompt, completion, answer, state, task, info, parser and the row's columns.
verifiers scores a function that raises 0.0; here the sample is unscored, for a failure is no zero.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from rewardlab.rewards.sample import Sample, columns_of, conversation_of, hidden_columns_of, reference_of, text_of

#: A function with one of these parameters scores a whole group at once.
GROUP = {"prompts", "completions", "answers", "states", "tasks", "infos"}


@dataclass(frozen=True)
class Weighted:
    """A weighted sum and the values it was made of, by name."""

    score: float
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Part:
    """One function, its name and its weight; `wanted` are the arguments it takes, None for all."""

    name: str
    call: Callable[..., Any]
    weight: float
    wanted: frozenset[str] | None


@dataclass(frozen=True)
class Rubric:
    """The functions of one rubric and the parser they may ask for."""

    parts: tuple[Part, ...]
    parser: Any

    def __call__(self, sample: Sample) -> Any:
        """The sample's weighted sum; for a single function without a weight, what it returned.

        Raises: whatever a function raises; TypeError when one of several returns no number.
        """
        arguments = _arguments(sample, self.parser)
        values = [(part.name, wait(part.call(**_chosen(part, arguments)))) for part in self.parts]
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
    """The rubric of these functions; every weight is 1 unless given.

    Raises: ValueError when weights and functions are not as many, when a weight is no number, or when a function
    scores a whole group.
    """
    weights = weights or [1.0] * len(functions)
    if not isinstance(weights, list | tuple) or len(weights) != len(functions):
        raise ValueError(f"weights do not match the {len(functions)} functions")
    names = [getattr(function, "__name__", type(function).__name__) for function in functions]
    for name, function in zip(names, functions, strict=True):
        if group := GROUP & set(parameters_of(function)):
            raise ValueError(f"{name} scores a whole group at once ({', '.join(sorted(group))})")
    rows = zip(names, functions, weights, strict=True)
    parts = (Part(name, function, _number("a weight", weight), _wanted(function)) for name, function, weight in rows)
    return Rubric(tuple(parts), parser or Parser())


def rubrics_of(module: ModuleType) -> dict[str, Callable[[], Rubric]]:
    """The module's rubrics by name, each to be made: objects like verifiers' Rubric, else lists `funcs`, `weights`."""
    own = {key: value for key, value in vars(module).items() if not key.startswith("_")}
    found = {key: made for key, value in own.items() if (made := _like_verifiers(value)) is not None}
    if found or not _are_functions(own.get("funcs")):
        return found
    functions = own["funcs"]
    if any(GROUP & set(parameters_of(function)) for function in functions):
        return {}  # a list of another trainer's functions
    return {"funcs": lambda: rubric_of(functions, own.get("weights"), own.get("parser"))}


def _like_verifiers(value: Any) -> Callable[[], Rubric] | None:
    """What makes its rubric, for an object with the methods or the attributes of verifiers' Rubric."""
    kind = type(value)  # a method of the type: the class itself, a module or a mock is no rubric
    if callable(getattr(kind, "get_reward_funcs", None)) and callable(getattr(kind, "get_reward_weights", None)):
        return lambda: rubric_of(value.get_reward_funcs(), value.get_reward_weights(), getattr(value, "parser", None))
    if callable(getattr(kind, "score_rollout", None)) and _are_functions(getattr(value, "funcs", None)):
        return lambda: rubric_of(value.funcs, getattr(value, "weights", None), getattr(value, "parser", None))
    return None


def _are_functions(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(inspect.isroutine(one) for one in value)


def _wanted(function: Callable[..., Any]) -> frozenset[str] | None:
    return None if takes_all(function) else frozenset(parameters_of(function))


def parameters_of(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """A function's parameters; none for one that does not tell."""
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}


def takes_all(function: Callable[..., Any]) -> bool:
    """Whether it takes any keyword (**kwargs)."""
    return any(one.kind is one.VAR_KEYWORD for one in parameters_of(function).values())


def _chosen(part: Part, arguments: dict[str, Any]) -> dict[str, Any]:
    if part.wanted is None:
        return arguments
    return {key: value for key, value in arguments.items() if key in part.wanted}


def _arguments(sample: Sample, parser: Any) -> dict[str, Any]:
    """What a function may ask for, by name; a single-turn rollout's state holds what is known before training."""
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
    """The row's info, an object or the JSON of one."""
    if isinstance(info, str):
        return json.loads(info)
    return {} if info is None else info


def _number(name: str, value: Any) -> float:
    if isinstance(value, str) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} is {value!r}; expected a number")
    return float(value)


def wait(value: Any) -> Any:
    """The value, or what an async function's coroutine gives."""
    if not inspect.isawaitable(value):
        return value
    import asyncio  # noqa: PLC0415 - two thirds of a worker's start, and few rewards are async

    return asyncio.run(_awaited(value))


async def _awaited(value: Any) -> Any:
    return await value
