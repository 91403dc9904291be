"""One generation as a log holds it, before it is matched to a prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A recorded generation, or why there is none.

    `prompt` is a row of ours without its id (`messages` or `prompt`, the reference, other columns), None where the log
    holds none. `id` is what the log calls the prompt; `id_is_place` where that is only its place in some order, which
    another order changes. `index` counts the generations of a prompt, None where the log does not. `scores` are
    those of the trainer's own reward. `lost` says why `text` is no answer.
    """

    where: str
    text: str | None
    lost: str | None = None
    prompt: Mapping[str, Json] | None = None
    id: str | None = None
    id_is_place: bool = False
    index: int | None = None
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    token_ids: tuple[int, ...] | None = None
    tool_calls: str | None = None
    scores: tuple[tuple[str, float], ...] = ()
    step: int | None = None
    model: str | None = None
