"""Calls a reward function as TRL calls it: once for a batch, everything by name.

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

#: What TRL passes itself, and no column of the data by the same name.
GIVEN = ("completion", "completion_ids")
#: transformers.TrainerState before the first step, with its names and defaults (5.8); max_steps is 1 and not 0, so that
#: a share of the training done is 0 and no division by zero.
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
    call: Callable[..., Any],
    event: list[Sample],
    token_ids: Sequence[Sequence[int] | None] | None = None,
    forms: set[str] | None = None,
    row_ids: Sequence[Any] | None = None,
) -> list[Any] | Later:
    """One value per sample from a TRL function: `f(prompts, completions, completion_ids, **columns)`; NaN is None.

    Of an async function a Later, which gives the same list when it has been awaited.
    `token_ids` are the completions' own, the token that ended one included, None where they are not known; `row_ids`
    are the rows' own, where the samples' ids do not hold them. The row's id, the reference, what a platform moved into
    metadata, and what newer versions pass besides (trainer_state, log_extra, log_metric) are given where the signature
    takes them. So is the reference under another known name that it asks for and the rows lack, which `forms` then
    takes. A row without a prompt of its own has the form that the
    annotation of `completions` says.
    Raises: ValueError or TypeError where TRL would: another number of values, a dict, a coroutine from an ordinary
    function; TokensMissing when it read ids that are not known, also where it caught what that raised.
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
    """The list that TRL makes of what is given.

    Raises: as `call_trl`.
    """
    try:
        return _values(give(), count)
    finally:
        if any(isinstance(one, UnknownTokens) and one.read for one in ids):
            raise TokensMissing("it read completion_ids, which are not known")


def _check_arguments(call: Callable[..., Any], passed: Mapping[str, Any]) -> None:
    """Raises: TypeError for a function that TRL's own call would not fit, with what to write."""
    known = parameters_of(call)
    if known and not takes_all(call) and (lacking := [name for name in passed if name not in known]):
        raise TypeError(
            f"does not take {', '.join(lacking)}, which {TRL} passes by name: add **kwargs to its parameters"
        )


def _values(values: Any, count: int) -> list[Any]:
    """The list that TRL makes of what a function returned."""
    if inspect.iscoroutine(values):
        values.close()  # else Python warns that nobody awaited it
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
    """Columns that do not stand at the top level of the samples: the reference, and what a platform has moved."""
    rows = [hidden_columns_of(sample) for sample in event]
    return {key: [row.get(key) for row in rows] for row in rows for key in row}


def _besides(call: Callable[..., Any], columns: Mapping[str, Any], offered: dict[str, Any]) -> dict[str, Any]:
    """What is passed beside the columns where the signature takes it."""
    offered["trainer_state"] = SimpleNamespace(**TRAINER_STATE, log_history=[], stateful_callbacks={})
    offered["log_extra"] = offered["log_metric"] = ignore
    every, named = takes_all(call), parameters_of(call)
    taken = {*columns, *GIVEN}
    return {key: value for key, value in offered.items() if key not in taken and (every or key in named)}


def _renamed(call: Callable[..., Any], event: list[Sample], known: set[str]) -> dict[str, Any]:
    """The reference under known names that the function asks for and the rows have no column by."""
    asked = [name for name in required(call) if name.lower() in REFERENCES | EITHER and name not in known]
    if not asked:
        return {}
    references = [reference_of(sample) for sample in event]
    return dict.fromkeys(asked, references) if any(one is not None for one in references) else {}


def row_id_of(sample: Sample) -> Any:
    """The row's own id: the audit's samples are called by it and the generation's number."""
    name, colon, number = str(sample.get("id")).rpartition(":")
    return name if colon and number.isdigit() else sample.get("id")
