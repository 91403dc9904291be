"""Finds the callables of a user's module that may be rewards, with their kinds, and why the others are not.

Standard library only: this file runs in the isolated worker.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

from rewardlab.rewards.trainers.signature import (
    COMPLETIONS,
    EITHER,
    REFERENCES,
    bind,
    named,
    parameters_of,
    required,
    takes_all,
)
from rewardlab.rewards.trainers.verifiers_task import is_task

#: Function names that tell the kind of a reward; functions for TRL and verifiers may have any name.
NAMES = {"lambda_handler": "lambda", "compute_score": "verl", "grade": "openai"}
#: The parameter in which TRL passes the completions' token ids; a function with only this one is a TRL reward too.
TOKENS = "completion_ids"
#: The usual names, in any case, of lists of reward functions and of their weights.
LISTS = (
    "reward_funcs",
    "reward_functions",
    "reward_fns",
    "rewards_funcs",
    "rewards",
    "reward_list",
    "funcs",
    "functions",
)
WEIGHTS = ("reward_weights", "rewards_weights", "reward_func_weights", "weights", "reward_funcs_weights")
#: Modules of type annotations; some of their names are callable but never rewards.
TYPING = ("typing", "typing_extensions")
#: The parameters that verifiers passes to a function that has them.
VERIFIERS = frozenset(("prompt", "completion", "answer", "state", "task", "info", "parser"))
#: If several functions look like rewards, the one whose name contains one of these words is taken.
TELLING = ("reward", "score", "grade")


@dataclass(frozen=True)
class Seen:
    """A callable name of the module. `own`: the file defines or builds it; otherwise it is imported.

    `kind` is None for a callable that is not a reward; `why` then says what it lacks.
    """

    name: str
    value: Any
    own: bool
    kind: str | None
    why: str


def seen_in(module: ModuleType) -> list[Seen]:
    """The module's public callables in file order, each object once.

    A callable from which a reward is built (the function of a partial, a decorated function, an instance's class) is
    left out.
    """
    by_object: dict[int, Seen] = {}
    for name, value in vars(module).items():
        known = id(value) in by_object or type(value).__module__ in TYPING
        if not name.startswith("_") and callable(value) and not known:
            by_object[id(value)] = _seen(name, value, module)
    found = list(by_object.values())
    inside = {id(one) for seen in found if seen.kind for one in _ingredients(seen.value)}
    return [seen for seen in found if id(seen.value) not in inside]


def _seen(name: str, value: Any, module: ModuleType) -> Seen:
    kind, why = None, ""
    if is_task(value):
        kind = "verifiers"
    elif inspect.isclass(value):
        if value.__module__ != module.__name__ or "__call__" not in _attributes(value):
            why = "a class without __call__"
        elif lacking := required(value):
            why = f"a class whose construction needs {', '.join(lacking)}: make the object in the file"
        else:
            kind = kind_of(name, value.__call__, bound=False)
            if kind == "lambda":
                kind, why = None, "a class, of which Lambda makes no object: make it in the file"
    else:
        kind = kind_of(name, value)
    if kind is None and not why:
        takes = ", ".join(one.name for one in named(value)) or ("**kwargs" if takes_all(value) else "nothing")
        why = f"takes {takes}"
    return Seen(name, value, _is_own(value, module), kind, why)


def _attributes(kind: type) -> set[str]:
    return {name for base in kind.__mro__ if base is not object for name in vars(base)}


def _is_own(value: Any, module: ModuleType) -> bool:
    """Whether the file defines or builds the callable, or imports one that has an entry name."""
    if inspect.isroutine(value) or inspect.isclass(value):
        return getattr(value, "__module__", None) == module.__name__ or getattr(value, "__name__", "") in NAMES
    return True  # a partial or an instance does not record where it was built


def _ingredients(value: Any) -> list[Any]:
    made_of = [getattr(value, "func", None)] if isinstance(value, partial) else []
    made_of += [getattr(value, "__wrapped__", None), *([] if inspect.isroutine(value) else [type(value)])]
    return [one for one in made_of if one is not None and one is not value]


def kind_of(name: str, function: Callable[..., Any], *, bound: bool = True) -> str | None:
    """The kind of a callable, by its name or else by its parameters; None where neither tells.

    `bound` is False for a method looked up on a class, whose first parameter is the object.
    """
    if name in NAMES:
        return NAMES[name] if bound or name != "lambda_handler" else None
    parameters = list(parameters_of(function))[0 if bound else 1 :]
    lower = {one.lower() for one in parameters}
    two_names = lower & COMPLETIONS and lower & (REFERENCES | EITHER)
    told = {
        "trl": not {"completions", TOKENS}.isdisjoint(parameters),
        "verl": "solution_str" in parameters,
        "lambda": parameters[:2] == ["event", "context"],
        "openai": set(parameters[:2]) == {"sample", "item"},
        "verifiers": {"completion", "answer"} <= set(parameters) and name != "score",
        "plain": name == "score" or two_names or (lower & REFERENCES and lower & EITHER),
    }
    return next((kind for kind, holds in told.items() if holds), None)


def by_name(module: ModuleType, name: str) -> Any:
    """The object with that name in the module, which may be private or dotted; None if there is none.

    A dotted name is an imported module's function or an object's method. For a method of a class, an instance is
    created if that needs no arguments.
    """
    value: Any = module
    for step in name.split("."):
        if inspect.isclass(value) and inspect.isfunction(inspect.getattr_static(value, step, None)):
            value = value() if not required(value) else None
        value = vars(value).get(step) if isinstance(value, ModuleType) else getattr(value, step, None)
    return value


def listed(module: ModuleType, names: tuple[str, ...]) -> Mapping[str, Any]:
    """The module's lists, tuples and dicts with one of these names, in any case, in the order of `names`."""
    held = {key.lower(): key for key in vars(module)}
    found = {held[name]: vars(module)[held[name]] for name in names if name in held}
    return {key: value for key, value in found.items() if isinstance(value, list | tuple | dict)}


def functions_of(module: ModuleType, value: Any) -> list[tuple[str | None, Any, Any]] | None:
    """The functions of a list as (name, function, weight); name and weight are None where the list does not give them.

    The list holds functions, names of functions of the module, or pairs of one of these and its weight; a dict holds
    them by name. The result is None for any other value.
    """
    members = list(value.items()) if isinstance(value, dict) else [(None, one) for one in value]
    found: list[tuple[str | None, Any, Any]] = []
    for key, one in members:
        pair = isinstance(one, list | tuple) and len(one) == 2 and hasattr(one[1], "__float__")
        held, weight = one if pair else (one, None)
        function = by_name(module, held) if isinstance(held, str) else held
        name = held if isinstance(held, str) else key
        if not callable(function) or inspect.isclass(function) or not isinstance(name, str | None):
            return None
        found.append((name, function, weight))
    return found or None


def told(found: list[Seen]) -> str:
    """A sentence that lists the callables seen and why each is not a reward."""
    passed = [seen for seen in found if seen.kind is None and (seen.own or not inspect.isclass(seen.value))]
    passed.sort(key=lambda seen: not seen.own)
    if not passed:
        return ""
    shown = "; ".join(f"{seen.name} ({seen.why}{'' if seen.own else ', imported'})" for seen in passed[:6])
    more = f"; and {len(passed) - 6} more" if len(passed) > 6 else ""
    return f"seen and passed over: {shown}{more}"


def wrapper(found: list[Seen]) -> str | None:
    """Two lines to copy that turn the most likely function into a reward; None where there is no function to call."""
    functions = [seen for seen in found if seen.kind is None and not inspect.isclass(seen.value)]
    functions.sort(key=lambda seen: not seen.own)
    if not functions:
        return None
    name, count = functions[0].name, len(required(functions[0].value))
    arguments = ", ".join(("completion", "reference")[: max(1, min(count, 2))])
    return f"    def score(completion, reference):\n        return {name}({arguments})"


def private_in(module: ModuleType) -> list[str]:
    """The names of the file's private functions, which can be a reward only if the user names them."""
    found = {name: value for name, value in vars(module).items() if name[:1] == "_" and name[:2] != "__"}
    return [name for name, value in found.items() if inspect.isfunction(value) and _is_own(value, module)]


def are_verifiers(functions: Sequence[Callable[..., Any]]) -> bool:
    """Whether the functions of a list require only parameters that verifiers passes."""
    return len(functions) > 1 and all(
        set(required(one)) <= VERIFIERS and not {"completions", TOKENS} & set(parameters_of(one)) and named(one)
        for one in functions
    )


def are_rewards(functions: Sequence[Callable[..., Any]]) -> bool:
    """Whether every function of a list may be a reward; a list of helpers is not a list of rewards."""
    return are_verifiers(functions) or all(kind_of("", one) is not None or takes_all(one) for one in functions)


def is_two_roles(function: Callable[..., Any]) -> bool:
    """Whether the function, or a class's __call__, has parameters for both a completion and a reference."""
    binding = bind(function.__call__ if inspect.isclass(function) else function)
    return binding.has("completion") and binding.has("reference")
