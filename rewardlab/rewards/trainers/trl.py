"""Calls a reward function as TRL does: once per batch, with all arguments by name.

Standard library only: this file runs in the isolated worker.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, NoReturn

from rewardlab.rewards.events.sample import (
    Sample,
    columns_of,
    conversation_of,
    hidden_columns_of,
    question_of,
    reference_of,
    written_of,
)
from rewardlab.rewards.trainers.loop import Given, is_async
from rewardlab.rewards.trainers.rounds import Later
from rewardlab.rewards.trainers.signature import EITHER, REFERENCES, parameters_of, required, takes_all
from rewardlab.rewards.trainers.table import TRL

#: Columns of the data that are not passed on, because TRL uses these names itself.
GIVEN = ("completion", "completion_ids")
#: transformers.TrainerState before the first step, with its names and defaults (5.8). max_steps is 1 instead of 0, so
#: that a reward can compute the share of the training done without a division by zero.
TRAINER_STATE: Mapping[str, Any] = {
    "epoch": 0.0,
    "global_step": 0,
    "max_steps": 1,
    "logging_steps": 500,
    "eval_steps": 500,
    "save_steps": 500,
    "train_batch_size": None,
    "num_train_epochs": 1,
    "num_input_tokens_seen": 0,
    "total_flos": 0.0,
    "best_metric": None,
    "best_global_step": None,
    "best_model_checkpoint": None,
    "is_local_process_zero": True,
    "is_world_process_zero": True,
    "is_hyper_param_search": False,
    "trial_name": None,
    "trial_params": None,
}


class TokensMissing(Exception):  # noqa: N818 - it stops the call and is not an error of the reward
    """The reward read the token ids of a completion for which only the text is known."""


class UnknownTokens(Sequence[int]):
    """Stands for a completion's unknown token ids: reading it raises, since an empty list would be false."""

    def __init__(self) -> None:
        self.read = False

    def _refuse(self, *_: object) -> NoReturn:
        self.read = True
        raise TokensMissing("TRL passes completion_ids; this completion's are not known, only its text")

    __len__ = __iter__ = __getitem__ = _refuse


def ignore(*_: object, **__: object) -> None:
    """Stands for TRL's log_extra and log_metric, since there is no log here."""


def call_trl(
    call: Callable[..., Any],
    event: list[Sample],
    token_ids: Sequence[Sequence[int] | None] | None = None,
    forms: set[str] | None = None,
    row_ids: Sequence[Any] | None = None,
) -> list[Any] | Later:
    """Call a TRL function, `f(prompts, completions, completion_ids, **columns)`; returns one value per sample.

    NaN is returned as None. For an async function the result is a Later that yields the same list.
    `token_ids` are the completions' token ids, including the token that ended each, None where unknown; `row_ids` are
    the rows' own ids if the samples' ids do not contain them. If the signature takes them, these are passed too: the
    row's id, the reference, columns that a platform moved into metadata, and what newer versions of TRL pass
    (trainer_state, log_extra, log_metric). If the signature requires a column that the rows lack and that has a known
    name of the reference, the reference is passed, and `forms` records it. A row without its own prompt gets texts or
    messages according to the annotation of `completions`.
    Raises: ValueError or TypeError where TRL would: a wrong number of values, a dict, a coroutine from an ordinary
    function; TokensMissing when the function read unknown ids, even if it caught the exception.
    """
    texts = _asks_for_texts(call)
    prompts, completions = zip(
        *(
            (question_of(sample), written_of(sample)) if texts and "prompt" not in sample else conversation_of(sample)
            for sample in event
        ),
        strict=True,
    )
    names = sorted({key for sample in event for key in columns_of(sample)} - set(GIVEN))
    ids = [UnknownTokens() if one is None else list(one) for one in token_ids or [None] * len(event)]
    columns = {key: [sample.get(key) for sample in event] for key in names}
    hidden = _hidden(event)
    renamed = _renamed(call, event, {*columns, *hidden})
    passed = {
        "prompts": list(prompts),
        "completions": list(completions),
        "completion_ids": ids,
        **_besides(call, columns, hidden | renamed | {"id": row_ids or [row_id_of(sample) for sample in event]}),
        **columns,
    }
    _check_arguments(call, passed)
    if forms is not None:
        forms |= {f"column {name}" for name in renamed}
    if not is_async(call):
        return _checked(ids, len(event), partial(call, **passed))
    return Later(call(**passed), partial(_checked, ids, len(event)))


def _checked(ids: Sequence[Any], count: int, give: Given) -> list[Any]:
    """The list that TRL makes of the given result.

    Raises: as `call_trl`.
    """
    try:
        return _values(give(), count)
    finally:
        if any(isinstance(one, UnknownTokens) and one.read for one in ids):
            raise TokensMissing("it read completion_ids, which are not known")


def _check_arguments(call: Callable[..., Any], passed: Mapping[str, Any]) -> None:
    """Check that the function takes all arguments that TRL passes.

    Raises: TypeError if it does not, with the remedy.
    """
    known = parameters_of(call)
    if known and not takes_all(call) and (lacking := [name for name in passed if name not in known]):
        raise TypeError(
            f"does not take {', '.join(lacking)}, which {TRL} passes by name: add **kwargs to its parameters"
        )


def _values(values: Any, count: int) -> list[Any]:
    """The list that TRL makes of what a function returned."""
    if inspect.iscoroutine(values):
        values.close()  # otherwise Python warns that it was never awaited
        raise TypeError(
            f"returned a coroutine that {TRL} does not await: it awaits `async def`, a partial of one and an object's "
            "async __call__; write the function itself as `async def`"
        )
    values = values.tolist() if hasattr(values, "tolist") else values
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise TypeError(f"returned a {type(values).__name__} for {count} completions; {TRL} takes a list of numbers")
    given = list(values)
    if len(given) != count:
        raise ValueError(f"returned {len(given)} values for {count} completions; {TRL} raises unless they are as many")
    return [None if _is_nan(one) else one for one in given]


def _is_nan(value: Any) -> bool:
    try:
        return math.isnan(value)
    except (TypeError, ValueError, OverflowError):
        return False


def _asks_for_texts(call: Callable[..., Any]) -> bool:
    """Whether the annotation says that completions are texts: `list[str]`."""
    annotation = getattr(parameters_of(call).get("completions"), "annotation", None)
    return "[str]" in (annotation if isinstance(annotation, str) else str(annotation))


def _hidden(event: list[Sample]) -> dict[str, Any]:
    """Columns that are not at the top level of the samples: the reference, and columns that a platform has moved."""
    rows = [hidden_columns_of(sample) for sample in event]
    return {key: [row.get(key) for row in rows] for row in rows for key in row}


def _besides(call: Callable[..., Any], columns: Mapping[str, Any], offered: dict[str, Any]) -> dict[str, Any]:
    """The further arguments, besides the columns, that the signature takes."""
    offered["trainer_state"] = SimpleNamespace(**TRAINER_STATE, log_history=[], stateful_callbacks={})
    offered["log_extra"] = offered["log_metric"] = ignore
    every, named = takes_all(call), parameters_of(call)
    taken = {*columns, *GIVEN}
    return {key: value for key, value in offered.items() if key not in taken and (every or key in named)}


def _renamed(call: Callable[..., Any], event: list[Sample], known: set[str]) -> dict[str, Any]:
    """The reference, under each of its known names that the function requires and that is no column of the rows."""
    asked = [name for name in required(call) if name.lower() in REFERENCES | EITHER and name not in known]
    if not asked:
        return {}
    references = [reference_of(sample) for sample in event]
    return dict.fromkeys(asked, references) if any(one is not None for one in references) else {}


def row_id_of(sample: Sample) -> Any:
    """The row's own id; the audit's sample ids consist of it and the generation's number."""
    name, colon, number = str(sample.get("id")).rpartition(":")
    return name if colon and number.isdigit() else sample.get("id")
