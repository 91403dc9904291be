"""The formats that are read, and which of them a row is of: found by content; `--from` settles a doubt."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from rewardlab.errors import InputError, UsageError
from rewardlab.readers import (
    batches,
    helm,
    inspect_ai,
    lm_eval,
    nemo,
    nova,
    openai_rft,
    plain,
    promptfoo,
    trl,
    verifiers,
    verl,
)
from rewardlab.readers.answer import Answer
from rewardlab.readers.reading import Reading, Row

Json: TypeAlias = Any
Values: TypeAlias = Mapping[str, Json]
Wanted: TypeAlias = Literal["prompts", "generations"]


@dataclass(frozen=True, slots=True)
class PromptFormat:
    """Rows that ask. `row` gives a row in our form, None where it holds no conversation.

    Where `is_wide`, rows of a narrower format fit it too, and are of that one.
    """

    title: str
    fits: Callable[[Values], bool]
    row: Callable[[Values], Values | None]
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class LogFormat:
    """Rows that hold generations: `answers` gives those of one row; their scores are the trainer's if `is_trained`."""

    title: str
    fits: Callable[[Values], bool]
    answers: Callable[[Row], Iterator[Answer]]
    is_trained: bool = False
    is_wide: bool = False


def _same(values: Values) -> Values:
    return values


def _is_ours(values: Values) -> bool:
    return isinstance(values.get("messages"), list)


def _is_recorded(values: Values) -> bool:
    return "prompt_id" in values and ("text" in values or "tool_calls" in values)


PROMPTS: Mapping[str, PromptFormat] = {
    "verl": PromptFormat("verl's rows", verl.is_prompt, _same),
    "openai-rft": PromptFormat("OpenAI's rows with item", openai_rft.is_item, openai_rft.prompt),
    "nemo-gym": PromptFormat("NeMo Gym's rows", nemo.is_gym_prompt, nemo.gym_prompt),
    "nemo-rl": PromptFormat("NeMo RL's rows", nemo.is_rl_prompt, nemo.rl_prompt),
    "nova-sft": PromptFormat("Nova's rows for supervised tuning", nova.is_conversation, nova.prompt),
    "openai-batch-input": PromptFormat("an OpenAI batch's input", batches.is_openai_input, batches.openai_prompt),
    "bedrock-batch-input": PromptFormat("a Bedrock batch's input", batches.is_bedrock_input, batches.bedrock_prompt),
    "trl": PromptFormat("TRL's rows", trl.is_prompt, _same, is_wide=True),
    "nova-rft": PromptFormat("rows with messages", _is_ours, _same, is_wide=True),
}
LOGS: Mapping[str, LogFormat] = {
    "trl-completions": LogFormat("TRL's logged completions", trl.is_logged, trl.logged, is_trained=True),
    "verl-rollouts": LogFormat("verl's dumped rollouts", verl.is_rollout, verl.rollout, is_trained=True),
    "verifiers-results": LogFormat("verifiers' results", verifiers.is_result, verifiers.result, is_trained=True),
    "verifiers-traces": LogFormat("verifiers' traces", verifiers.is_trace, verifiers.traced, is_trained=True),
    "inspect": LogFormat("an inspect_ai log", inspect_ai.is_sample, inspect_ai.sampled),
    "helm": LogFormat("HELM's states of requests", helm.is_state, helm.answered),
    "lm-eval": LogFormat("lm-eval's samples", lm_eval.is_sample, lm_eval.sampled),
    "nemo-gym-rollouts": LogFormat("NeMo Gym's rollouts", nemo.is_gym_rollout, nemo.gym_rollout, is_trained=True),
    "promptfoo": LogFormat("promptfoo's results", promptfoo.is_result, promptfoo.result),
    "openai-batch": LogFormat("an OpenAI batch's output", batches.is_openai_output, batches.openai_output),
    "bedrock-batch": LogFormat("a Bedrock batch's output", batches.is_bedrock_output, batches.bedrock_output),
    "plain": LogFormat("rows with a text", plain.is_plain, plain.generated, is_trained=True, is_wide=True),
}
#: Ours, which has no reader of foreign names.
RECORDED = "rewardlab"


def check_formats(names: tuple[str, ...]) -> None:
    """Refuse a name that is no format's, and two formats of one kind.

    Raises: UsageError.
    """
    known = [*PROMPTS, RECORDED, *LOGS]
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"perhaps {close[0]}; " if close else ""
            raise UsageError(f"no format {name!r}", where="--from", expected=f"{hint}one of {', '.join(known)}")
    for table, kind in ((PROMPTS, "prompts"), ({**LOGS, RECORDED: None}, "generations")):
        if len(held := [name for name in names if name in table]) > 1:
            raise UsageError(
                f"two formats of {kind}: {' and '.join(held)}", where="--from", expected="one of each kind"
            )


def is_recorded(values: Values, reading: Reading) -> bool:
    """Whether a log's row is of our own form: `prompt_id` and `text`."""
    said = _said(reading, LOGS)
    if RECORDED in reading.formats:
        return True
    return (
        said is None and "text" not in reading.columns and "prompt_id" not in reading.columns and _is_recorded(values)
    )


def prompt_format(row: Row, reading: Reading) -> PromptFormat | None:
    """The format of a file of prompts, from one of its rows; None where it fits none.

    Raises: InputError where it fits two.
    """
    if (said := _said(reading, PROMPTS)) is not None:
        return PROMPTS[said]
    fitting = [name for name, one in PROMPTS.items() if one.fits(row.values)]
    narrow = [name for name in fitting if not PROMPTS[name].is_wide]
    found = _settled(narrow or fitting[-1:], row, {name: one.title for name, one in PROMPTS.items()})
    return None if found is None else PROMPTS[found]


def log_format(row: Row, reading: Reading) -> LogFormat | None:
    """The format of a log, from one of its rows; None where it fits none.

    Raises: InputError where it fits two.
    """
    if (said := _said(reading, LOGS)) is not None:
        return LOGS[said]
    fitting = [name for name, one in LOGS.items() if one.fits(row.values)]
    narrow = [name for name in fitting if not LOGS[name].is_wide]
    found = _settled(narrow or fitting, row, {name: one.title for name, one in LOGS.items()})
    return None if found is None else LOGS[found]


def _said(reading: Reading, table: Mapping[str, object]) -> str | None:
    return next((name for name in reading.formats if name in table), None)


def _settled(names: list[str], row: Row, titles: Mapping[str, str]) -> str | None:
    if len(names) > 1:
        raise InputError(
            f"may be {' or '.join(titles[name] for name in names)}",
            where=row.where,
            expected="rows of one format",
            do=" or ".join(f"--from {name}" for name in names),
        )
    return names[0] if names else None
