"""verl: its rows of prompts in Parquet, and the rollouts it dumps (trainer.rollout_data_dir, validation_data_dir).

In verl 0.9.1 a dump is a JSONL file a step: input (the chat template's text, special tokens left out), output, gts (the
reference), score (the sum of the token rewards), step, and what the reward gave beside its score.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from rewardlab.readers.answer import Answer
from rewardlab.readers.reading import Row
from rewardlab.readers.turns import number_of

Json: TypeAlias = Any


def is_prompt(values: Mapping[str, Json]) -> bool:
    """Whether a row is one of verl's prompts: its reference lies in `reward_model`."""
    return isinstance(values.get("reward_model"), Mapping) and ("prompt" in values or "data_source" in values)


def is_rollout(values: Mapping[str, Json]) -> bool:
    """Whether a row is one of a dump's."""
    return {"input", "output", "score"} <= values.keys() and ("gts" in values or "step" in values)


def rollout(row: Row) -> Iterator[Answer]:
    """The generation of a row of a dump. Its score is the trainer's own reward, all of it."""
    values = row.values
    text, asked, step = values["output"], values["input"], values.get("step")
    score = number_of(values["score"])
    reference = values.get("gts")
    yield Answer(
        where=row.where,
        text=text if isinstance(text, str) else None,
        lost=None if isinstance(text, str) else "an output that is no text",
        prompt=None
        if not isinstance(asked, str) or not asked.strip()
        else {"prompt": asked, **({} if reference is None else {"reference_answer": reference})},
        scores=() if score is None else (("score", score),),
        step=step if type(step) is int else None,
    )
