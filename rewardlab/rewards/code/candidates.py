"""What in a module of reward code can be called as a reward, of which kind it is, and why the rest is passed over.

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

#: What a file may define under a name that tells the kind; TRL's and verifiers' functions have any name.
NAMES = {"lambda_handler": "lambda", "compute_score": "verl", "grade": "openai"}
#: How TRL passes a completion's tokens; a function of them alone is one of its rewards too.
TOKENS = "completion_ids"
#: Lists of functions and of their weights, by the names that people give them, whatever their case.
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
#: Where the words of annotations come from; some can be called.
TYPING = ("typing", "typing_extensions")
#: What verifiers hands to a function that names it.
VERIFIERS = frozenset(("prompt", "completion", "answer", "state", "task", "info", "parser"))
#: What the name of a reward holds, where several functions look like one.
TELLING = ("reward", "score", "grade")


@dataclass(frozen=True)
class Seen:
    """A name of the module that can be called: `own` where the file defines or builds it, else imported.

    `kind` is None for what is no reward, and `why` then tells in words what it lacks.
    """

    name: str
    value: Any
    own: bool
    kind: str | None
    why: str


def seen_in(module: ModuleType) -> list[Seen]:
    """The module's public callables in the order of the file, each object once.

    What another is built of (the function of a partial, what a decorator wraps, the class of an instance) is left out
    where that other is a reward.
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
    """Whether the file defines or builds it, or imports it under one of the entry names on purpose."""
    if inspect.isroutine(value) or inspect.isclass(value):
        return getattr(value, "__module__", None) == module.__name__ or getattr(value, "__name__", "") in NAMES
    return True  # a partial, a closure's object, an instance: it is not told where it was built


def _ingredients(value: Any) -> list[Any]:
    made_of = [getattr(value, "func", None)] if isinstance(value, partial) else []
    made_of += [getattr(value, "__wrapped__", None), *([] if inspect.isroutine(value) else [type(value)])]
    return [one for one in made_of if one is not None and one is not value]


def kind_of(name: str, function: Callable[..., Any], *, bound: bool = True) -> str | None:
    """The kind of a callable: by its own name, else by its parameters; None where neither tells.

    `bound` is False for a method of a class, whose first parameter is the object.
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
    """What has that name in the module, private and dotted ones included; None if nothing.

    A dotted name is an imported module's function or an object's method; a class is made, where it can be without
    arguments.
    """
    value: Any = module
    for step in name.split("."):
        if inspect.isclass(value) and inspect.isfunction(inspect.getattr_static(value, step, None)):
            value = value() if not required(value) else None
        value = vars(value).get(step) if isinstance(value, ModuleType) else getattr(value, step, None)
    return value


def listed(module: ModuleType, names: tuple[str, ...]) -> Mapping[str, Any]:
    """The module's lists, tuples and tables under one of these names, whatever its case, in the order of `names`."""
    held = {key.lower(): key for key in vars(module)}
    found = {held[name]: vars(module)[held[name]] for name in names if name in held}
    return {key: value for key, value in found.items() if isinstance(value, list | tuple | dict)}


def functions_of(module: ModuleType, value: Any) -> list[tuple[str | None, Any, Any]] | None:
    """The functions of a list: of each its name, itself and its weight; None for what the list does not give.

    A list holds functions, the names of functions of the module, or pairs of one and its weight; a table has them by
    name. None for any other value.
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
    """What was seen and why each was passed over, with two lines to copy that make one of them a reward."""
    passed = [seen for seen in found if seen.kind is None and (seen.own or not inspect.isclass(seen.value))]
    passed.sort(key=lambda seen: not seen.own)
    if not passed:
        return ""
    shown = "; ".join(f"{seen.name} ({seen.why}{'' if seen.own else ', imported'})" for seen in passed[:6])
    more = f"; and {len(passed) - 6} more" if len(passed) > 6 else ""
    return f"seen and passed over: {shown}{more}"


def wrapper(found: list[Seen]) -> str | None:
    """Two lines to copy that make the likeliest of them a reward; None where there is no function to call."""
    functions = [seen for seen in found if seen.kind is None and not inspect.isclass(seen.value)]
    functions.sort(key=lambda seen: not seen.own)
    if not functions:
        return None
    name, count = functions[0].name, len(required(functions[0].value))
    arguments = ", ".join(("completion", "reference")[: max(1, min(count, 2))])
    return f"    def score(completion, reference):\n        return {name}({arguments})"


def private_in(module: ModuleType) -> list[str]:
    """The names of the file's private functions, which count where they are named."""
    found = {name: value for name, value in vars(module).items() if name[:1] == "_" and name[:2] != "__"}
    return [name for name, value in found.items() if inspect.isfunction(value) and _is_own(value, module)]


def are_verifiers(functions: Sequence[Callable[..., Any]]) -> bool:
    """Whether functions of one list ask for nothing but what verifiers hands over."""
    return len(functions) > 1 and all(
        set(required(one)) <= VERIFIERS and not {"completions", TOKENS} & set(parameters_of(one)) and named(one)
        for one in functions
    )


def are_rewards(functions: Sequence[Callable[..., Any]]) -> bool:
    """Whether each function of a list may be a reward: a list of helpers is none."""
    return are_verifiers(functions) or all(kind_of("", one) is not None or takes_all(one) for one in functions)


def is_two_roles(function: Callable[..., Any]) -> bool:
    """Whether a completion and a reference both have a parameter; of a class, of its __call__."""
    binding = bind(function.__call__ if inspect.isclass(function) else function)
    return binding.has("completion") and binding.has("reference")
