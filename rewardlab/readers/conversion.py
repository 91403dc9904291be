"""Foreign files written anew in our own forms: prompts.jsonl, or generations.jsonl with the trainer's scores."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from rewardlab.errors import InputError, UsageError
from rewardlab.readers.generations import read_recorded
from rewardlab.readers.kinds import LOGS, PROMPTS, RECORDED, is_recorded, log_format, prompt_format
from rewardlab.readers.logged_prompts import LoggedPrompts
from rewardlab.readers.logs import ONE_ANSWER, Log, is_ours, read_log
from rewardlab.readers.matching import Matched, match
from rewardlab.readers.prompts import note_of_cuts, prompts_of, read_prompts
from rewardlab.readers.reading import Reading
from rewardlab.readers.source import first_row
from rewardlab.task import Generation, Prompt

Json: TypeAlias = Any
Form: TypeAlias = Literal["prompts", "generations"]

#: What a row of ours says in its own words.
OURS = ("id", "messages", "prompt", "reference_answer")


@dataclass(frozen=True, slots=True)
class Converted:
    """The rows of a file in our form, and what of it was kept and lost, a sentence each."""

    form: Form
    rows: tuple[dict[str, Json], ...]
    notes: tuple[str, ...]


def convert(path: Path, reading: Reading, *, to: Form | None = None, prompts: Path | None = None) -> Converted:
    """Read a file of any format that `kinds` lists, as `to`, or as what it holds.

    The generations of a log are named by the ids of `prompts`; without them as its own prompts are, which the same file
    gives with `to="prompts"`.
    Raises: InputError with file:line for what cannot be read; UsageError for prompts beside prompts.
    """
    form = to or form_of(path, reading)
    if form == "prompts":
        if prompts is not None:
            raise UsageError("these are prompts themselves", where="--prompts", do="leave it out")
        return _prompts(read_prompts(path, reading))
    asked = None if prompts is None else read_prompts(prompts, reading)
    return _generations(path, reading, asked)


def form_of(path: Path, reading: Reading) -> Form:
    """What a file holds, from its first row.

    Raises: InputError where it cannot be read.
    """
    if said := [name for name in reading.formats if name in {*PROMPTS, *LOGS, RECORDED}]:
        return "prompts" if said[0] in PROMPTS else "generations"
    if "text" in reading.columns:
        return "generations"
    first = first_row(path, what="rows", reading=reading)
    if first is None:
        raise InputError("empty", where=str(path), expected="prompts, or generations")
    if is_recorded(first.values, reading):
        return "generations"
    asked = prompt_format(first, reading)
    if asked is not None and not asked.is_wide:
        return "prompts"
    log = log_format(first, reading)
    return "generations" if log is not None and (asked is None or not log.is_wide) else "prompts"


def _prompts(prompts: Sequence[Prompt]) -> Converted:
    names = sorted({name for prompt in prompts for name in prompt.row if name not in OURS})
    lacking = sum(prompt.reference is None for prompt in prompts)
    notes = [f"{len(prompts):,} prompts" + (f"; columns kept beside: {', '.join(names)}" if names else "")]
    notes += [f"{lacking:,} have no reference answer"] if lacking else []
    notes += [note] if (note := note_of_cuts(prompts)) is not None else []
    return Converted("prompts", tuple(_prompt_row(prompt) for prompt in prompts), tuple(notes))


def _prompt_row(prompt: Prompt) -> dict[str, Json]:
    """A bare text stays one: a model without a chat template reads it as it stands."""
    asked = (
        {"prompt": prompt.messages[0]["content"]}
        if prompt.is_text
        else {"messages": [dict(one) for one in prompt.messages]}
    )
    known = {} if prompt.reference is None else {"reference_answer": prompt.reference}
    beside = {name: value for name, value in prompt.row.items() if name not in OURS}
    return {"id": prompt.id, **asked, **known, **beside}


def _generations(path: Path, reading: Reading, prompts: Sequence[Prompt] | None) -> Converted:
    if is_ours(path, reading):
        found = read_recorded(path, reading)
        matched = Matched(found.generations, found.scores, (f"{path}: in our form already",), 0)
    else:
        log, known = _log(path, reading, prompts)
        matched = match(log, known, where=str(path))
    if not matched.generations:
        raise InputError(
            "no generation is of one of the prompts", where=str(path), expected=ONE_ANSWER, do="name its prompts"
        )
    scores: dict[tuple[str, int], dict[str, float]] = {}
    for name, index, function, score in matched.scores:
        scores.setdefault((name, index), {})[function] = score
    rows = tuple(_generation_row(one, scores.get((one.prompt_id, one.index))) for one in matched.generations)
    ids = {one.prompt_id for one in matched.generations}
    notes = (f"{len(rows):,} generations of {len(ids):,} prompts", *matched.notices)
    return Converted("generations", rows, notes)


def _log(path: Path, reading: Reading, prompts: Sequence[Prompt] | None) -> tuple[Log, Sequence[Prompt]]:
    """The log, and the prompts, or those that it holds itself; where it holds none, its ids."""
    if prompts is not None:
        return read_log(path, reading), prompts
    asked = LoggedPrompts()
    log = read_log(path, reading, asked=asked)
    if asked.rows:
        return log, prompts_of(asked.rows, path)
    names = dict.fromkeys(one.id for one in log.answers if one.id is not None)
    return log, [Prompt(name, (), None, {}, line) for line, name in enumerate(names, start=1)]


def _generation_row(one: Generation, scores: dict[str, float] | None) -> dict[str, Json]:
    calls = None if one.tool_calls is None else json.loads(one.tool_calls)
    values = {
        "prompt_id": one.prompt_id,
        "index": one.index,
        "text": one.text,
        "finish_reason": one.finish_reason,
        "prompt_tokens": one.prompt_tokens,
        "completion_tokens": one.completion_tokens,
        "token_ids": one.token_ids,
        "tool_calls": calls,
        "scores": scores,
    }
    return {name: value for name, value in values.items() if value is not None}


def lines_of(rows: Sequence[dict[str, Json]]) -> Iterator[str]:
    """The rows as lines of JSON."""
    return (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
