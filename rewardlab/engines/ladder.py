"""How a server behind OpenAI's interface is asked to keep to choices or a schema: the best way it does not refuse.

vLLM has `structured_outputs`, and before 0.12 `guided_choice`, which leave the response bare; any other server is asked
for JSON (`response_format`), out of which the choice is taken. The last rung is free text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from rewardlab.engines.structure import choice_of, choice_schema, likeliest
from rewardlab.task import Json, Sampling

#: Words by which a refusal speaks of the structure that was asked for.
STRUCTURE = ("response_format", "structured", "guided", "json_schema", "schema", "grammar", "json")
#: What precedes the choice in its object, at whose end the choice's first token stands.
OPENING = re.compile(r'\s*\{\s*"answer"\s*:\s*"')

Odds: TypeAlias = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to ask: what it adds to a request. `wrapped` is a choice that comes inside an object."""

    name: str
    body: Mapping[str, Json] = field(default_factory=dict)
    wrapped: bool = False


FREE = Rung("")


def rungs(sampling: Sampling, *, vllm: bool) -> Sequence[Rung]:
    """The ways to ask for what `sampling` wants, the best first; free text last."""
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
    """Which ways a server refused; kept over all that it is asked."""

    vllm: bool = False
    refused: set[str] = field(default_factory=set)

    def rung(self, sampling: Sampling) -> Rung:
        """The best way that was not refused."""
        return next(rung for rung in rungs(sampling, vllm=self.vllm) if rung.name not in self.refused)

    def descend(self, rung: Rung, refusal: str) -> bool:
        """Whether `refusal` speaks of the structure; then `rung` is not taken again."""
        if not rung.name or not any(word in refusal.lower() for word in STRUCTURE):
            return False
        self.refused.add(rung.name)
        return True

    def ignored(self, rung: Rung, sampling: Sampling, texts: Sequence[str]) -> bool:
        """Whether the finished responses show that the server let the choices pass unread, as old ones do."""
        if not rung.name or not sampling.choices or all(text in sampling.choices for text in texts):
            return False
        self.refused.add(rung.name)
        return True


def text_of(rung: Rung, text: str) -> str:
    """The response in the text that a server gave for this rung."""
    return choice_of(text) if rung.wrapped else text


def odds_of(rung: Rung, logprobs: Json, count: int) -> Odds:
    """The likeliest first tokens of the response, out of a completion's `logprobs`; empty where they are not told.

    Inside an object it is the token that starts where the choice does; unknown where one token holds both.
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
    """The pairs in `top_logprobs`; what is no pair of a text and a number is left out."""
    return [
        (one["token"], one["logprob"])
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict) and isinstance(one.get("token"), str) and isinstance(one.get("logprob"), int | float)
    ]
