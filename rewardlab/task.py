"""The subjects of an audit: prompts, generations, and the settings with which generations are sampled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Any
Message: TypeAlias = Mapping[str, Json]

Reasoning: TypeAlias = Literal["keep", "drop"]

#: The column with the text of a right response. Only rewardlab uses it; the reward does not see it.
RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One row of prompts.jsonl.

    `messages` is the conversation up to the model's turn; `reference` the known answer, None when the row has none;
    `row` the whole row as read, which the reward function sees; `line` counts from 1. `is_text` marks a row whose
    prompt was a bare string: it becomes one user turn, or raw text for a model without a chat template. `cut` is the
    assistant's turn at the end of the row: it is not part of the prompt, and it need not be right. `right` is the full
    text of a right answer that the user gave as an example, None where none was given. `known` keeps
    what was worked out of the prompt, by the name of what did: probes ask the same of it many times.
    """

    id: str
    messages: tuple[Message, ...]
    reference: Json
    row: Mapping[str, Json]
    line: int
    is_text: bool = False
    cut: str | None = None
    right: str | None = None
    known: dict[str, Any] = field(init=False, default_factory=dict, compare=False, repr=False)

    @property
    def digest(self) -> str:
        """A hash of the row without its id and its example of a right answer: of what is sampled and scored.

        Two prompts with the same id are the same prompt only if their digests are equal.
        """
        content = {key: value for key, value in self.row.items() if key not in {"id", RIGHT}}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Generation:
    """One finished response to a prompt.

    `index` counts a prompt's generations from 0; `finish_reason` is "stop", "length" (cut off at the token limit), or
    the engine's own word, None where unknown; token counts are None where the engine does not report them.
    `first_logprobs` are the most likely first tokens, best first: each token's text and the natural logarithm of its
    probability at temperature 1. Some engines restrict the tokens to the allowed choices first, so renormalise. Empty
    where unknown; not stored. `token_ids` are the sampled tokens, including the one that ended the response; None where
    they are unknown or were not requested. `tool_calls` is the JSON text of the tool calls that a server removed from
    the text (`rewardlab.readers.calls`), None without any.
    """

    prompt_id: str
    index: int
    text: str
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    first_logprobs: tuple[tuple[str, float], ...] = ()
    token_ids: tuple[int, ...] | None = None
    tool_calls: str | None = None


@dataclass(frozen=True, slots=True)
class Sampling:
    """How all generations of a run are sampled; `max_tokens` limits a response, `seed` makes it repeatable.

    The filters are vLLM's: `top_p` in (0, 1], 1 for none; `top_k` the number of tokens kept, 0 for all; `min_p` in
    [0, 1], relative to the most likely token's probability, 0 for none; `repetition_penalty` above 0, 1 for none, on
    each token of prompt and response so far. A response ends before the first of the texts in `stop`.
    `thinking` is "on", "off" or an effort, None for the model's default; with `thinking_if_known`, a model without the
    setting is sampled without it, and a notice says so.
    With `choices` a response is exactly one of these texts; with `schema` it is JSON that satisfies this JSON Schema;
    never both. `logprobs` is the number of alternatives for the first token to return; `token_ids` asks for each
    response's tokens, which does not change the sampling. `reasoning` decides whether a thought that a server returns
    apart from the text is put back before the text or left out. An engine or a server that cannot do one of these
    samples without it and says so in its notices.
    """

    temperature: float = 1.0
    max_tokens: int = 512
    seed: int = 0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    stop: tuple[str, ...] = ()
    thinking: str | None = None
    thinking_if_known: bool = False
    choices: tuple[str, ...] = ()
    schema: Mapping[str, Json] | None = None
    logprobs: int = 0
    token_ids: bool = False
    reasoning: Reasoning = "drop"

    def __post_init__(self) -> None:
        assert not (self.choices and self.schema is not None), "choices or a schema, not both"

    def seed_of(self, prompt_id: str) -> int:
        """The seed of a prompt's generation 0; generation i uses this plus i. 31 bits, which every engine accepts."""
        digest = hashlib.sha256(f"{self.seed}:{prompt_id}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1


@dataclass(frozen=True, slots=True)
class Request:
    """One prompt and the indexes of the generations still to be drawn for it."""

    prompt: Prompt
    indexes: tuple[int, ...]
