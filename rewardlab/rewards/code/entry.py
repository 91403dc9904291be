"""Finds the entry of a module of reward code: the function, list or rubric that is the reward.

Standard library only, and no import from the rest of rewardlab: this file runs in the isolated worker.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from rewardlab.rewards.code.candidates import (
    LISTS,
    NAMES,
    TELLING,
    TOKENS,
    Seen,
    are_rewards,
    functions_of,
    is_two_roles,
    listed,
    private_in,
    seen_in,
    told,
    wrapper,
)
from rewardlab.rewards.code.part import (
    Chosen,
    EntryError,
    Part,
    asker_of,
    notes_of,
    parts_named,
    takes,
    weighted,
    weights_of,
    with_arguments,
)
from rewardlab.rewards.trainers.loop import is_async
from rewardlab.rewards.trainers.rubric import Rubric, rubrics_of
from rewardlab.rewards.trainers.signature import parameters_of
from rewardlab.rewards.trainers.verifiers_task import TaskReward

__all__ = ["Chosen", "Entry", "EntryError", "Part", "find_entry", "load"]

KNOWN = (
    "lambda_handler(event, context)",
    "reward_funcs = [...] with reward_weights = [...]",
    "compute_score(data_source, solution_str, ground_truth, extra_info)",
    "grade(sample, item)",
    "a function with a parameter `completions` or `completion_ids`",
    "a rubric, a verifiers Task, or a function with the parameters `completion` and `answer`",
    "score(completion, reference)",
)


@dataclass(frozen=True)
class Entry:
    """What to call, its kind (lambda, verl, openai, trl, verifiers, plain; mixed), and the file's other candidates.

    `call` is the user's function; for verifiers the Rubric of its functions; for a weighted sum the first of `parts`.
    `notes` are sentences about the signature for the user.
    """

    name: str
    kind: str
    call: Callable[..., Any]
    others: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def names_tokens(self) -> bool:
        """Whether it has a parameter for the token ids that TRL passes besides the texts."""
        return any(part.kind == "trl" and TOKENS in parameters_of(part.call) for part in self.parts)

    @property
    def is_async(self) -> bool:
        """Whether one of its functions is async, so that the samples of a batch are awaited concurrently."""
        return any(_awaits(part.call) for part in self.parts)

    @property
    def is_sum(self) -> bool:
        """Whether the score is a weighted sum of the parts, rather than the score of a single part."""
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


def _awaits(call: Callable[..., Any]) -> bool:
    if isinstance(call, Rubric):
        return any(is_async(part.call) for part in call.parts)
    return isinstance(call, TaskReward) or is_async(call)


def load(path: Path, chosen: Chosen | str | None = None) -> Entry:
    """Import the file under its own name, with its folder first on the path as on Lambda, and find its entry.

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
    """The entry of `module`: the one chosen, else the first kind that the module defines.

    Raises: EntryError when there is none, when a chosen name is not one, when two are of the same kind, when the
    numbers of weights and functions differ, or when a rubric cannot be called sample by sample.
    """
    chosen = chosen if isinstance(chosen, Chosen) else Chosen(chosen)
    if chosen.name is not None:
        names = [name.strip() for name in chosen.name.split(",") if name.strip()]
        parts = [part for name in names for part in parts_named(module, name)]
        weights = weights_of(module, names[0]) if len(names) == 1 and names[0] in listed(module, LISTS) else None
        return _entry(",".join(names), parts, chosen, (), weights)
    name, parts, others, weights = _found(module)
    return _entry(name, parts, chosen, others, weights)


def _found(module: ModuleType) -> tuple[str, list[Part], tuple[str, ...], Sequence[Any] | None]:
    """The entry when none was chosen: its name, its parts, the other candidates, and the file's weights."""
    seen = seen_in(module)
    for own in (True, False):  # imported candidates count only if the file defines none
        found = _by_kind(module, [one for one in seen if one.own is own], own=own)
        if found:
            break
    else:
        text = f"defines no reward function; {told(seen) or 'nothing in it can be called'}"
        private, lines = private_in(module), wrapper(seen)
        ways = [f"expected one of: {'; '.join(KNOWN)}"]
        ways += [f"or name a private one (--entry {private[0]})"] if private else []
        ways += ["or add these lines:"] if lines else []
        raise EntryError(text, "; ".join(ways), lines)
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
    parts = parts_named(module, first[0])
    weights = weights_of(module, first[0]) if first[1] == "list" else None
    alone = len(parts) == 1 and weights is None
    return parts[0].name if alone else first[0], parts, others, weights


def _by_kind(module: ModuleType, seen: Sequence[Seen], *, own: bool) -> list[tuple[str, str]]:
    """The candidates with their kinds, in order of precedence."""
    kinds = {one.name: one.kind for one in seen if one.kind is not None}
    handler = [(name, kind) for name, kind in kinds.items() if name == "lambda_handler"]
    rubrics = [(name, "verifiers") for name in rubrics_of(module)] if own else []
    lists = [(name, "list") for name in listed(module, LISTS) if own and _is_list(module, name)]
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


def _is_list(module: ModuleType, name: str) -> bool:
    """Whether it is a list of rewards, by its name or because all its functions look like rewards."""
    members = functions_of(module, vars(module)[name])
    return bool(members) and ("reward_" in name.lower() or are_rewards([function for _, function, _ in members or ()]))


def _entry(
    name: str, parts: Sequence[Part], chosen: Chosen, others: tuple[str, ...], in_file: Sequence[Any] | None
) -> Entry:
    """The entry made of these parts, with the weights chosen by the user, else the file's."""
    parts = weighted(parts, chosen.weights if chosen.weights is not None else in_file)
    parts = [with_arguments(part, chosen.kwargs) for part in parts]
    lacking = [key for key in chosen.kwargs if not any(takes(part, key) for part in parts)]
    if lacking:
        raise EntryError(f"{name} does not take {lacking[0]!r}, which --reward-kwargs names")
    kinds = {part.kind for part in parts}
    if len(parts) > 1 and "lambda" in kinds:
        raise EntryError("a handler cannot be part of a weighted sum; it returns whole results", "leave it out")
    asked = tuple(replace(part, ask=asker_of(part)) for part in parts)
    notes = tuple(note for part in asked for note in notes_of(part))
    return Entry(name, kinds.pop() if len(kinds) == 1 else "mixed", asked[0].call, others, asked, notes)
