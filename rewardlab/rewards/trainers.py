"""Calls a reward function of another trainer the way that trainer calls it, from the samples of an event.

Standard library only, and no import from the rest of rewardlab: this file runs in the isolated worker.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, NoReturn

from rewardlab.rewards.rubric import parameters_of, takes_all, wait
from rewardlab.rewards.sample import (
    Sample,
    columns_of,
    conversation_of,
    hidden_columns_of,
    reference_of,
    response_of,
)

#: What TRL passes itself, and no column of the data by the same name.
GIVEN = ("completion", "completion_ids")


class TokensMissing(Exception):  # noqa: N818 - what stops the call, not an error of the reward's
    """The reward read the token ids of a completion of which only the text is known."""


class UnknownTokens(Sequence[int]):
    """A completion's token ids, which are not known: reading them raises, for no ids would be a lie."""

    def __init__(self) -> None:
        self.read = False

    def _refuse(self, *_: object) -> NoReturn:
        self.read = True
        raise TokensMissing("TRL passes completion_ids; this completion's are not known, only its text")

    __len__ = __iter__ = __getitem__ = _refuse


def ignore(*_: object, **__: object) -> None:
    """TRL's log_extra and log_metric, where there is no log."""


def call_trl(
    call: Callable[..., Any], event: list[Sample], token_ids: Sequence[Sequence[int] | None] | None = None
) -> list[Any]:
    """One value per sample from a TRL function: `f(prompts, completions, completion_ids, **columns)`.

    `token_ids` are the completions' own, the token that ended one included, None where they are not known. The
    reference, what a platform moved into metadata, and what newer versions pass besides (trainer_state, log_extra,
    log_metric) are given where the signature takes them.
    Raises: ValueError unless it returns one value per completion; TokensMissing when it read ids that are not known,
    also where it caught what that raised.
    """
    prompts, completions = zip(*map(conversation_of, event), strict=True)
    names = sorted({key for sample in event for key in columns_of(sample)} - set(GIVEN))
    ids = [UnknownTokens() if one is None else list(one) for one in token_ids or [None] * len(event)]
    try:
        values = wait(
            call(
                prompts=list(prompts),
                completions=list(completions),
                completion_ids=ids,
                **_besides(call, event),
                **{key: [sample.get(key) for sample in event] for key in names},
            )
        )
    finally:
        if any(isinstance(one, UnknownTokens) and one.read for one in ids):
            raise TokensMissing("it read completion_ids, which are not known")
    values = values.tolist() if hasattr(values, "tolist") else values
    if not isinstance(values, list | tuple) or len(values) != len(event):
        given = f"{len(values)} values" if isinstance(values, list | tuple) else f"a {type(values).__name__}"
        raise ValueError(f"returned {given} for {len(event)} completions")
    return list(values)


def _besides(call: Callable[..., Any], event: list[Sample]) -> dict[str, Any]:
    hidden = [hidden_columns_of(sample) for sample in event]
    taken = {key for sample in event for key in columns_of(sample)} | set(GIVEN)
    offered: dict[str, Any] = {key: [row.get(key) for row in hidden] for row in hidden for key in row}
    # Before the first step; max_steps is 1 so that a share of the training done is 0 and no division by zero.
    offered["trainer_state"] = SimpleNamespace(global_step=0, max_steps=1, epoch=0.0, num_train_epochs=1)
    offered["log_extra"] = offered["log_metric"] = ignore
    every, named = takes_all(call), parameters_of(call)
    return {key: value for key, value in offered.items() if key not in taken and (every or key in named)}


def call_verl(call: Callable[..., Any], sample: Sample) -> Any:
    """`compute_score(data_source, solution_str, ground_truth, extra_info)`."""
    columns = {**hidden_columns_of(sample), **columns_of(sample)}
    return wait(
        call(
            data_source=columns.get("data_source", "rewardlab"),
            solution_str=response_of(sample),
            ground_truth=reference_of(sample),
            extra_info=columns.get("extra_info", {}),
        )
    )


def call_openai(call: Callable[..., Any], sample: Sample) -> Any:
    """`grade(sample, item)`: output_json is the response read as JSON, None where it is none; there are no tools."""
    text = response_of(sample)
    message = {"role": "assistant", "content": text}
    output = {
        "output_text": text,
        "output_json": _json(text),
        "output_tools": [],
        "choices": [{"index": 0, "message": message}],
    }
    item = {**hidden_columns_of(sample), **columns_of(sample), "reference_answer": reference_of(sample)}
    return wait(call(output, item))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def call_plain(call: Callable[..., Any], sample: Sample) -> Any:
    """`score(completion, reference)`."""
    return wait(call(response_of(sample), reference_of(sample)))
