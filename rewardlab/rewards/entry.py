"""Finds the entry in a module of reward code, by what the module defines.

Standard library only, and no import from the rest of rewardlab: this file runs in the isolated worker.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from rewardlab.rewards.rubric import parameters_of, rubric_of, rubrics_of

#: What a file may define, in the order in which it is looked for; TRL's and verifiers' functions have any name.
NAMES = {"lambda_handler": "lambda", "compute_score": "verl", "grade": "openai"}
#: How TRL passes a completion's tokens; a function of them alone is one of its rewards too.
TOKENS = "completion_ids"
KNOWN = (
    "lambda_handler(event, context)",
    "compute_score(data_source, solution_str, ground_truth, extra_info)",
    "grade(sample, item)",
    "a function with a parameter `completions` or `completion_ids`",
    "a rubric, or a function with the parameters `completion` and `answer`",
    "score(completion, reference)",
)


class EntryError(Exception):
    """No entry, or more than one of a kind; the text says which."""


@dataclass(frozen=True)
class Entry:
    """What to call, its kind (lambda, verl, openai, trl, verifiers, plain), and what else the file could mean.

    `call` is the user's function, for verifiers the Rubric of one or several.
    """

    name: str
    kind: str
    call: Callable[..., Any]
    others: tuple[str, ...]

    @property
    def names_tokens(self) -> bool:
        """Whether it asks by name for the token ids that TRL passes beside the texts."""
        return self.kind == "trl" and TOKENS in parameters_of(self.call)


def load(path: Path, name: str | None) -> Entry:
    """Import the file by its own name, its folder first on the path as on Lambda, and find its entry.

    Raises: EntryError; whatever importing the file raises.
    """
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise EntryError("is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return find_entry(module, name)


def find_entry(module: ModuleType, name: str | None = None) -> Entry:
    """The entry of `module`: the function or rubric `name`, or the first kind it defines.

    Raises: EntryError when there is none, when `name` is not one, when two are of the same kind, or when a rubric
    cannot be called sample by sample.
    """
    own = {
        key: value
        for key, value in vars(module).items()
        if not key.startswith("_") and (_is_own(value, module) or _is_handler(key, value))
    }
    if name is not None:
        return _chosen(module, own, name)
    named = [(key, kind) for key, kind in NAMES.items() if key in own]
    taken = {key for key, _ in named}
    trl = [(key, "trl") for key, value in own.items() if key not in taken and _is_trl(value)]
    found = [*named, *trl] or _unnamed(module, own)
    if not found:
        raise EntryError(f"defines no reward function; expected one of: {'; '.join(KNOWN)}")
    key, kind = found[0]
    if kind in {"trl", "verifiers"} and len(found) > 1:
        raise EntryError(f"defines {len(found)} reward functions of one kind: {', '.join(key for key, _ in found)}")
    return Entry(key, kind, _callable(module, own, key, kind), tuple(other for other, _ in found[1:]))


def _unnamed(module: ModuleType, own: Mapping[str, Callable[..., Any]]) -> list[tuple[str, str]]:
    """The entries that count only where nothing else is: a helper called score is the rule beside a handler."""
    rubrics = [(key, "verifiers") for key in rubrics_of(module)]
    single = [(key, "verifiers") for key, value in own.items() if _kind(key, value) == "verifiers"]
    plain = [("score", "plain")] if "score" in own else []
    return rubrics or single or plain


def _chosen(module: ModuleType, own: Mapping[str, Callable[..., Any]], name: str) -> Entry:
    rubrics = rubrics_of(module)
    if name not in own and name not in rubrics:
        raise EntryError(f"defines no function {name!r}; it defines {', '.join([*own, *rubrics]) or 'none'}")
    kind = "verifiers" if name in rubrics else _kind(name, own[name])
    return Entry(name, kind, _callable(module, own, name, kind), ())


def _callable(module: ModuleType, own: Mapping[str, Callable[..., Any]], name: str, kind: str) -> Callable[..., Any]:
    if kind != "verifiers":
        return own[name]
    made = rubrics_of(module).get(name)
    try:
        return made() if made else rubric_of([own[name]], parser=getattr(module, "parser", None))
    except (TypeError, ValueError) as error:
        raise EntryError(f"its rubric {name} cannot be used: {error}") from error


def _is_own(value: Any, module: ModuleType) -> bool:
    """Whether it is a function that the file defines, or imports under one of the entry names on purpose."""
    if not inspect.isroutine(value):
        return False
    return getattr(value, "__module__", None) == module.__name__ or getattr(value, "__name__", "") in NAMES


def _is_trl(function: Callable[..., Any]) -> bool:
    return not {"completions", TOKENS}.isdisjoint(parameters_of(function))


def _is_handler(key: str, value: Any) -> bool:
    """Whether Lambda would call it: whatever of that name can be called, be it an object, as a package's handler is."""
    return NAMES.get(key) == "lambda" and callable(value) and not inspect.isclass(value)


def _kind(name: str, function: Callable[..., Any]) -> str:
    """The kind of a function: by its own name, else by its parameters."""
    parameters = list(parameters_of(function))
    if name in NAMES:
        return NAMES[name]
    if _is_trl(function):
        return "trl"
    if "solution_str" in parameters:
        return "verl"
    if parameters[:2] == ["event", "context"]:
        return "lambda"
    if parameters[:2] == ["sample", "item"]:
        return "openai"
    # score(completion, answer) is a plain function whose second parameter is called otherwise.
    return "verifiers" if {"completion", "answer"} <= set(parameters) and name != "score" else "plain"
