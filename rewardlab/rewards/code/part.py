"""The parts of a reward: single functions or a rubric of several, found by name in the module, with their weights.

Standard library only: this file runs in the isolated worker.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import ModuleType
from typing import Any

from rewardlab.rewards.code.candidates import (
    LISTS,
    WEIGHTS,
    are_verifiers,
    by_name,
    functions_of,
    kind_of,
    listed,
    seen_in,
)
from rewardlab.rewards.events.sample import Sample
from rewardlab.rewards.trainers.calling import caller_of
from rewardlab.rewards.trainers.rubric import Rubric, rubric_like, rubric_of, rubrics_of
from rewardlab.rewards.trainers.signature import bind, parameters_of, required, takes_all
from rewardlab.rewards.trainers.table import refusal
from rewardlab.rewards.trainers.verifiers_task import TaskError, TaskReward, is_task

#: The arguments that verl passes by name.
VERL = ("data_source", "solution_str", "ground_truth", "extra_info")


class EntryError(Exception):
    """No entry was found, or several of one kind; `do` says what to do about it, and `lines` are code to copy."""

    def __init__(self, text: str, do: str | None = None, lines: str | None = None):
        super().__init__(text)
        self.do, self.lines = do, lines


@dataclass(frozen=True)
class Chosen:
    """The user's choice: an entry's name (or several with commas), their weights, and arguments to add to each call."""

    name: str | None = None
    weights: tuple[float, ...] | None = None
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One function of a reward: its name, kind and weight.

    `ask` calls it for one sample, None if the function takes whole batches. The result of `ask` may have to be awaited
    (rounds.py).
    """

    name: str
    kind: str
    call: Callable[..., Any]
    weight: float = 1.0
    ask: Callable[[Sample], Any] | None = None


def weights_of(module: ModuleType, name_of_list: str) -> Sequence[Any] | None:
    """The weights that the file gives for its list of functions; weights in a dict are put in the functions' order.

    Raises: EntryError for a dict that lacks a function, and for a value that is not a list of numbers.
    """
    held = {key.lower(): key for key in vars(module)}
    key = next((held[name] for name in WEIGHTS if name in held), None)
    weights = None if key is None else vars(module)[key]
    if weights is None or isinstance(weights, list | tuple):
        return weights
    if isinstance(weights, dict):
        names = [name for name, _, _ in functions_of(module, listed(module, LISTS)[name_of_list]) or ()]
        if lacking := [name for name in names if name not in weights]:
            raise EntryError(f"the weights have no {lacking[0]!r}; they name {', '.join(map(str, weights))}")
        return [weights[name] for name in names]
    if hasattr(weights, "tolist"):
        return list(weights.tolist())
    raise EntryError(f"{key} is a {type(weights).__name__}; expected a list of numbers")


def parts_named(module: ModuleType, name: str) -> list[Part]:
    """The parts that a name stands for: one function, or the functions of a list.

    Raises: EntryError when nothing has that name, or it cannot be called.
    """
    value = by_name(module, name)
    if value is None:
        known = [seen.name for seen in seen_in(module) if seen.own]
        raise EntryError(
            f"defines no function {name!r}; it defines {', '.join([*known, *rubrics_of(module)]) or 'none'}"
        )
    if isinstance(value, list | tuple | dict) and (members := functions_of(module, value)):
        return _several(module, name, members)
    return [_part(module, name, value)]


def _several(module: ModuleType, name_of_list: str, members: Sequence[tuple[str | None, Any, Any]]) -> list[Part]:
    """The parts of a list of functions, each with its own name; functions for verifiers become one rubric."""
    functions = [function for _, function, _ in members]
    weights = [1.0 if weight is None else weight for _, _, weight in members]
    if are_verifiers(functions):
        return [_made(name_of_list, lambda: rubric_of(functions, weights, getattr(module, "parser", None)))]
    names = {id(value): key for key, value in reversed(vars(module).items()) if callable(value)}
    parts: list[Part] = []
    for (given, function, _), weight in zip(members, weights, strict=True):
        name = given or names.get(id(function)) or _name_of(function)
        same = sum(part.name.partition("#")[0] == name for part in parts)
        part = _part(module, name, function)
        parts.append(replace(part, name=f"{name}#{same + 1}" if same else name, weight=weight))
    return parts


def _name_of(value: Any) -> str:
    while isinstance(value, partial):
        value = value.func
    return str(getattr(value, "__name__", type(value).__name__))


def _part(module: ModuleType, name: str, value: Any) -> Part:
    """The part that calls this object: the function itself, an instance of the class, or a rubric for verifiers."""
    own = name.rpartition(".")[2]
    if (make := rubric_like(value)) is not None:
        return _made(name, make)
    if is_task(value):
        return _made(name, lambda: TaskReward(value))
    if inspect.isclass(value):
        if lacking := required(value):
            raise EntryError(
                f"{name} is a class whose construction needs {', '.join(lacking)}",
                f"make the object in the file, reward = {name}(...), and name it: --entry reward",
            )
        value = value()
    if not callable(value):
        raise EntryError(f"{name} is a {type(value).__name__}, which cannot be called")
    kind = kind_of(own, value) or ("trl" if takes_all(value) and not required(value) else "plain")
    if kind == "verifiers":
        return _made(name, lambda: rubric_of([value], parser=getattr(module, "parser", None)))
    return Part(name, kind, value)


def _made(name: str, make: Callable[[], Rubric | TaskReward]) -> Part:
    """Build a part from verifiers' rubric or task."""
    try:
        return Part(name, "verifiers", make())
    except (TypeError, ValueError) as error:
        kind = "task" if isinstance(error, TaskError) else "rubric"
        raise EntryError(f"its {kind} {name} cannot be used: {error}") from error


def asker_of(part: Part) -> Callable[[Sample], Any] | None:
    return None if part.kind in {"lambda", "trl"} else caller_of(part.kind, part.call)


def weighted(parts: Sequence[Part], weights: Sequence[Any] | None) -> list[Part]:
    if weights is None:
        return [replace(part, weight=_number(part.weight)) for part in parts]
    only = parts[0].call if len(parts) == 1 else None
    inner: Sequence[Any] = only.parts if isinstance(only, Rubric) and len(only.parts) > 1 else parts
    if not isinstance(weights, list | tuple) or len(weights) != len(inner):
        given = f"{len(weights)} weights" if isinstance(weights, list | tuple) else f"a {type(weights).__name__}"
        raise EntryError(
            f"weights do not match the {len(inner)} functions: {given} for {', '.join(part.name for part in inner)}",
            "give a weight for each function, in their order",
        )
    weighted = [replace(part, weight=_number(weight)) for part, weight in zip(inner, weights, strict=True)]
    return [replace(parts[0], call=replace(only, parts=tuple(weighted)))] if isinstance(only, Rubric) else weighted


def _number(weight: Any) -> float:
    if isinstance(weight, str) or not hasattr(weight, "__float__"):
        raise EntryError(f"a weight is {weight!r}; expected a number")
    return float(weight)


def takes(part: Part, key: str) -> bool:
    call = part.call
    return (
        part.kind != "lambda"
        and not isinstance(call, Rubric | TaskReward)
        and (takes_all(call) or key in parameters_of(call))
    )


def with_arguments(part: Part, kwargs: Mapping[str, Any]) -> Part:
    taken = {key: value for key, value in kwargs.items() if takes(part, key)}
    return replace(part, call=partial(part.call, **taken)) if taken else part


def notes_of(part: Part) -> list[str]:
    """Notes on a signature: completion and reference in reverse order, or arguments of its trainer that it lacks."""
    if part.kind not in {"verl", "plain"}:
        return []
    binding, found = bind(part.call), []
    if binding.swapped is not None:
        first, second = binding.swapped
        found.append(
            f"{part.name} takes {first} before {second}: both are passed by name; a caller who passes (completion, "
            "reference) by place would swap them"
        )
    taken = parameters_of(part.call)
    fitting = takes_all(part.call) or set(VERL) <= set(taken)
    if part.kind == "verl" and taken and not (fitting and set(required(part.call)) <= set(VERL)):
        what = f"{part.name} takes {', '.join(taken)}"
        found += [text for text in [refusal("verl", "fewer_arguments", what)] if text]
    return found
