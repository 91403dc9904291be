"""TRL: rows of prompts, and the completions that GRPOTrainer logs (`log_completions=True`, completions/*.parquet).

The columns of the log, in trl 1.16.0: step, prompt, completion, one float for each reward function, what log_extra was
given, advantage. A conversation is a list of turns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from rewardlab.readers.answer import Answer
from rewardlab.readers.reading import Row
from rewardlab.readers.turns import last_turn, number_of, turns_of

Json: TypeAlias = Any

OWN = ("step", "prompt", "completion", "advantage")


def is_prompt(values: Mapping[str, Json]) -> bool:
    """Whether a row is one of prompts: `prompt`, a text or turns, and no answer of a log."""
    return isinstance(values.get("prompt"), str | list) and not is_logged(values)


def is_logged(values: Mapping[str, Json]) -> bool:
    """Whether a row is one of the log's."""
    return "step" in values and "completion" in values and "prompt" in values


def logged(row: Row) -> Iterator[Answer]:
    """The generation of a row of the log; its scores are the floats, each named as its reward function is."""
    values = row.values
    completion = values["completion"]
    text, calls, lost = (completion, None, None) if isinstance(completion, str) else last_turn(completion)
    prompt = values["prompt"]
    said = prompt if isinstance(prompt, str) else turns_of(prompt)
    scores = {name: number_of(value) for name, value in values.items() if name not in OWN and isinstance(value, float)}
    step = values["step"]
    yield Answer(
        where=row.where,
        text=text,
        lost=lost,
        prompt=None if said is None else {"prompt": said},
        tool_calls=calls,
        scores=tuple((name, score) for name, score in scores.items() if score is not None),
        step=step if type(step) is int else None,
    )
