"""Finds the entry in a module of reward code, by what the module defines.

Standard library only, and no import from the rest of rewardlab: this file runs in the isolated worker.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from rewardlab.rewards.calling import caller_of
from rewardlab.rewards.candidates import (
    LISTS,
    NAMES,
    TELLING,
    TOKENS,
    WEIGHTS,
    Seen,
    are_verifiers,
    by_name,
    is_two_roles,
    kind_of,
    listed,
    seen_in,
    told,
    wrapper,
)
from rewardlab.rewards.rubric import Rubric, are_functions, rubric_like, rubric_of, rubrics_of
from rewardlab.rewards.sample import Sample
from rewardlab.rewards.signature import bind, parameters_of, required, takes_all
from rewardlab.rewards.trainers import refusal
from rewardlab.rewards.verifiers_task import TaskError, TaskReward, is_task

KNOWN = (
    "lambda_handler(event, context)",
    "reward_funcs = [...] with reward_weights = [...]",
    "compute_score(data_source, solution_str, ground_truth, extra_info)",
    "grade(sample, item)",
    "a function with a parameter `completions` or `completion_ids`",
    "a rubric, a verifiers Task, or a function with the parameters `completion` and `answer`",
    "score(completion, reference)",
)
#: What verl passes by name.
VERL = ("data_source", "solution_str", "ground_truth", "extra_info")


class EntryError(Exception):
    """No entry, or more than one of a kind; the text says which, and `do` what to do about it."""

    def __init__(self, text: str, do: str | None = None):
        super().__init__(text)
        self.do = do


@dataclass(frozen=True)
class Chosen:
    """What was chosen of a file: names (one, or several by commas), their weights, arguments to add to each call."""

    name: str | None = None
    weights: tuple[float, ...] | None = None
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One function of a reward: its name, kind and weight; `ask` asks it about one sample, where it takes one."""

    name: str
    kind: str
    call: Callable[..., Any]
    weight: float = 1.0
    ask: Callable[[Sample], Any] | None = None


@dataclass(frozen=True)
class Entry:
    """What to call, its kind (lambda, verl, openai, trl, verifiers, plain; mixed), and what else the file could mean.

    `call` is the user's function, for verifiers the Rubric of one or several, for a weighted sum the first of `parts`.
    `notes` are sentences about the signature.
    """

    name: str
    kind: str
    call: Callable[..., Any]
    others: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def names_tokens(self) -> bool:
        """Whether it asks by name for the token ids that TRL passes beside the texts."""
        return any(part.kind == "trl" and TOKENS in parameters_of(part.call) for part in self.parts)

    @property
    def is_sum(self) -> bool:
        """Whether the score is a weighted sum of its parts, and not the one part's own."""
        return len(self.parts) > 1 or any(part.weight != 1 for part in self.parts)

    @property
    def weights(self) -> tuple[tuple[str, float], ...]:
        """The parts of a weighted sum with their weights, a rubric's functions too; none for a single function."""
        if self.is_sum:
            return tuple((part.name, part.weight) for part in self.parts)
        if isinstance(self.call, Rubric) and len(self.call.parts) > 1:
            return tuple((part.name, part.weight) for part in self.call.parts)
        if isinstance(self.call, TaskReward) and len(self.call.weights) > 1:
            return self.call.weights
        return ()


def load(path: Path, chosen: Chosen | str | None = None) -> Entry:
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
    return find_entry(module, chosen)


def find_entry(module: ModuleType, chosen: Chosen | str | None = None) -> Entry:
    """The entry of `module`: what was chosen, else the first kind it defines.

    Raises: EntryError when there is none, when a name is not one, when two are of the same kind, when weights and
    functions are not as many, or when a rubric cannot be called sample by sample.
    """
    chosen = chosen if isinstance(chosen, Chosen) else Chosen(chosen)
    if chosen.name is not None:
        names = [name.strip() for name in chosen.name.split(",") if name.strip()]
        parts = [part for name in names for part in _named(module, name)]
        lists = listed(module, LISTS)
        weights = _weights(module) if len(names) == 1 and names[0] in lists else None
        return _entry(",".join(names), parts, chosen, (), weights)
    name, parts, others, weights = _found(module)
    return _entry(name, parts, chosen, others, weights)


def _found(module: ModuleType) -> tuple[str, list[Part], tuple[str, ...], Sequence[Any] | None]:
    """What the file means when nothing was chosen: its name, its parts, what else it could mean, the file's weights."""
    seen = seen_in(module)
    for own in (True, False):  # imported ones count where nothing else does
        found = _by_kind(module, [one for one in seen if one.own is own], own=own)
        if found:
            break
    else:
        text = f"defines no reward function; {told(seen) or 'nothing in it can be called'}"
        raise EntryError(text, f"expected one of: {'; '.join(KNOWN)}. Or add two lines:\n{wrapper(seen)}")
    first = found[0]
    if len(found) > 1 and found[0][1] == found[1][1] and first[0] not in NAMES:
        alike = [name for name, kind in found if kind == first[1]]
        raise EntryError(
            f"defines {len(alike)} reward functions of one kind: {', '.join(alike)}",
            f"name the one to audit (--entry {alike[0]}); or audit their weighted sum, as a trainer takes it: --entry "
            f"{','.join(alike)} --weights {','.join('1' for _ in alike)}, or in the file reward_funcs = "
            f"[{', '.join(alike)}] and reward_weights = [{', '.join('1.0' for _ in alike)}]",
        )
    others = tuple(name for name, _ in found[1:])
    parts = _named(module, first[0])
    weights = _weights(module) if first[1] == "list" else None
    alone = len(parts) == 1 and weights is None
    return parts[0].name if alone else first[0], parts, others, weights


def _by_kind(module: ModuleType, seen: Sequence[Seen], *, own: bool) -> list[tuple[str, str]]:
    """The candidates with their kinds, in the order in which they are looked for."""
    kinds = {one.name: one.kind for one in seen if one.kind is not None}
    handler = [(name, kind) for name, kind in kinds.items() if name == "lambda_handler"]
    rubrics = [(name, "verifiers") for name in rubrics_of(module)] if own else []
    lists = [(name, "list") for name, value in listed(module, LISTS).items() if own and _is_list(value)]
    lists = [] if rubrics else lists[:1]  # a rubric was made of it
    known = [(name, kind) for name, kind in NAMES.items() if kinds.get(name) == kind and name != "lambda_handler"]
    taken = {name for name, _ in (*handler, *known)}
    free = {name: kind for name, kind in kinds.items() if name not in taken}
    trl = [] if lists else [(name, kind) for name, kind in free.items() if kind == "trl"]
    single = [(name, kind) for name, kind in free.items() if kind == "verifiers"]
    two = [name for name in free if is_two_roles(vars(module)[name])]
    plain = [(name, kind) for name, kind in free.items() if name == "score" and (own or name in two)]
    for some in ([*handler, *lists, *known, *trl], rubrics, single, plain):
        if some:
            return some
    rest = [(name, "other") for name, kind in free.items() if name in two or kind in {"openai", "lambda"}]
    telling = [(name, kind) for name, kind in rest if any(word in name.lower() for word in TELLING)]
    return telling if len(telling) == 1 else rest


def _is_list(value: Any) -> bool:
    return are_functions(value) or (isinstance(value, list | tuple) and bool(value) and all(map(_is_pair, value)))


def _is_pair(value: Any) -> bool:
    """Whether it is a function with its weight."""
    return isinstance(value, list | tuple) and len(value) == 2 and callable(value[0]) and hasattr(value[1], "__float__")


def _weights(module: ModuleType) -> Sequence[Any] | None:
    return next(iter(listed(module, WEIGHTS).values()), None)


def _named(module: ModuleType, name: str) -> list[Part]:
    """The parts that a name stands for: one, or those of a list.

    Raises: EntryError when nothing has that name, or what has it cannot be called.
    """
    value = by_name(module, name)
    if value is None:
        known = [seen.name for seen in seen_in(module) if seen.own]
        raise EntryError(
            f"defines no function {name!r}; it defines {', '.join([*known, *rubrics_of(module)]) or 'none'}"
        )
    if _is_list(value):
        return _several(module, name, [(one, 1.0) if callable(one) else (one[0], one[1]) for one in value])
    return [_part(module, name, value)]


def _several(module: ModuleType, name_of_list: str, pairs: Sequence[tuple[Any, Any]]) -> list[Part]:
    """The parts of a list of functions, each by a name of its own; of verifiers' functions one rubric."""
    functions, weights = zip(*pairs, strict=True)
    if are_verifiers(functions):
        return [_made(name_of_list, lambda: rubric_of(functions, list(weights), getattr(module, "parser", None)))]
    names = {id(value): key for key, value in reversed(vars(module).items()) if callable(value)}
    parts: list[Part] = []
    for one, weight in pairs:
        name = names.get(id(one)) or _name_of(one)
        same = sum(part.name.partition("#")[0] == name for part in parts)
        parts.append(replace(_part(module, name, one), name=f"{name}#{same + 1}" if same else name, weight=weight))
    return parts


def _name_of(value: Any) -> str:
    while isinstance(value, partial):
        value = value.func
    return str(getattr(value, "__name__", type(value).__name__))


def _part(module: ModuleType, name: str, value: Any) -> Part:
    """What is called for this object: itself, the object of a class, the rubric of verifiers' functions."""
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
    """verifiers' rubric or task, made."""
    try:
        return Part(name, "verifiers", make())
    except (TypeError, ValueError) as error:
        kind = "task" if isinstance(error, TaskError) else "rubric"
        raise EntryError(f"its {kind} {name} cannot be used: {error}") from error


def _entry(
    name: str, parts: Sequence[Part], chosen: Chosen, others: tuple[str, ...], in_file: Sequence[Any] | None
) -> Entry:
    """The entry of these parts with the weights chosen, else the file's."""
    parts = _weighted(parts, chosen.weights if chosen.weights is not None else in_file)
    parts = [_with_arguments(part, chosen.kwargs) for part in parts]
    lacking = [key for key in chosen.kwargs if not any(_takes(part, key) for part in parts)]
    if lacking:
        raise EntryError(f"{name} does not take {lacking[0]!r}, which --reward-kwargs names")
    kinds = {part.kind for part in parts}
    if len(parts) > 1 and "lambda" in kinds:
        raise EntryError("a handler cannot be part of a weighted sum; it returns whole results", "leave it out")
    asked = tuple(replace(part, ask=_asker(part)) for part in parts)
    notes = tuple(note for part in asked for note in _notes(part))
    return Entry(name, kinds.pop() if len(kinds) == 1 else "mixed", asked[0].call, others, asked, notes)


def _asker(part: Part) -> Callable[[Sample], Any] | None:
    return None if part.kind in {"lambda", "trl"} else caller_of(part.kind, part.call)


def _weighted(parts: Sequence[Part], weights: Sequence[Any] | None) -> list[Part]:
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


def _takes(part: Part, key: str) -> bool:
    call = part.call
    return (
        part.kind != "lambda"
        and not isinstance(call, Rubric | TaskReward)
        and (takes_all(call) or key in parameters_of(call))
    )


def _with_arguments(part: Part, kwargs: Mapping[str, Any]) -> Part:
    taken = {key: value for key, value in kwargs.items() if _takes(part, key)}
    return replace(part, call=partial(part.call, **taken)) if taken else part


def _notes(part: Part) -> list[str]:
    """What is to be told of a signature: a pair in the other order, arguments that its trainer passes and it lacks."""
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
