"""The ways to make an OpenAI-compatible server keep to choices or a schema, from the best down to free text.

vLLM has `structured_outputs`, and before 0.12 `guided_choice`, with which the response is the bare choice. Other
servers are asked for JSON (`response_format`), from which the choice is extracted. The last rung is free text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from rewardlab.engines.structure import choice_of, choice_schema, likeliest
from rewardlab.task import Json, Sampling

#: Words in a refusal that is about the requested structure.
STRUCTURE = ("response_format", "structured", "guided", "json_schema", "schema", "grammar", "json")
#: The text before the choice in its JSON object; the next token is the choice's first.
OPENING = re.compile(r'\s*\{\s*"answer"\s*:\s*"')

Odds: TypeAlias = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to ask: the fields that it adds to a request. `wrapped`: the choice comes inside a JSON object."""

    name: str
    body: Mapping[str, Json] = field(default_factory=dict)
    wrapped: bool = False


FREE = Rung("")


def rungs(sampling: Sampling, *, vllm: bool) -> Sequence[Rung]:
    """The ways to ask for the choices or the schema of `sampling`, the best first and free text last."""
    if sampling.choices:
        bare = [
            Rung("structured_outputs", {"structured_outputs": {"choice": list(sampling.choices)}}),
            Rung("guided_choice", {"guided_choice": list(sampling.choices)}),
        ]
        return [
            *(bare if vllm else []),
            Rung("json_schema of choices", _format(choice_schema(sampling.choices)), wrapped=True),
            FREE,
        ]
    if sampling.schema is not None:
        return [
            Rung("json_schema", _format(sampling.schema)),
            Rung("json_schema, not strict", _format(sampling.schema, strict=False)),
            Rung("json_object", {"response_format": {"type": "json_object"}}),
            FREE,
        ]
    return [FREE]


def _format(schema: Mapping[str, Json], *, strict: bool = True) -> Mapping[str, Json]:
    named = {"name": "response", "schema": dict(schema), "strict": strict}
    return {"response_format": {"type": "json_schema", "json_schema": named}}


@dataclass(slots=True)
class Ladder:
    """The ways that a server has refused, remembered over all its requests."""

    vllm: bool = False
    refused: set[str] = field(default_factory=set)

    def rung(self, sampling: Sampling) -> Rung:
        """The best way that has not been refused."""
        return next(rung for rung in rungs(sampling, vllm=self.vllm) if rung.name not in self.refused)

    def descend(self, rung: Rung, refusal: str) -> bool:
        """Whether `refusal` is about the structure; if so, `rung` is not used again."""
        if not rung.name or not any(word in refusal.lower() for word in STRUCTURE):
            return False
        self.refused.add(rung.name)
        return True

    def ignored(self, rung: Rung, sampling: Sampling, texts: Sequence[str]) -> bool:
        """Whether finished responses show that the server ignored the choices, as old ones do; then drop `rung`."""
        if not rung.name or not sampling.choices or all(text in sampling.choices for text in texts):
            return False
        self.refused.add(rung.name)
        return True


def text_of(rung: Rung, text: str) -> str:
    """The response, taken out of the text that a server returned for this rung."""
    return choice_of(text) if rung.wrapped else text


def odds_of(rung: Rung, logprobs: Json, count: int) -> Odds:
    """The most likely first tokens of the response, from a completion's `logprobs`; empty where unknown.

    In a JSON object it is the token that starts where the choice starts; unknown if that token starts earlier.
    """
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    if not count or not isinstance(content, list):
        return ()
    before = ""
    for token in content:
        if not isinstance(token, dict):
            return ()
        if not rung.wrapped or OPENING.fullmatch(before):
            return likeliest(_alternatives(token.get("top_logprobs")), count)
        before += str(token.get("token"))
    return ()


def _alternatives(listed: Json) -> list[tuple[str, float]]:
    """The (text, number) pairs in `top_logprobs`; anything else is left out."""
    return [
        (one["token"], one["logprob"])
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict) and isinstance(one.get("token"), str) and isinstance(one.get("logprob"), int | float)
    ]
