"""The body of one request for chat completions: the one place where sampling becomes a server's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rewardlab.engines.dialect import LOGPROBS, TOKEN_IDS, Body, Dialect
from rewardlab.engines.ladder import Rung
from rewardlab.task import Json, Request, Sampling

#: Servers refuse more alternatives of a token.
MOST_LOGPROBS = 20
#: Said in every request, for a server's own default may be another: none of them stands in OpenAI's interface alone.
NEUTRAL: Mapping[str, Json] = {"top_p": 1.0, "presence_penalty": 0.0, "frequency_penalty": 0.0}


def sampling_of(sampling: Sampling) -> Body:
    """How tokens are drawn, in OpenAI's names; what was not asked for is neutral."""
    return {"temperature": sampling.temperature, **NEUTRAL}


def body_of(
    request: Request,
    indexes: Sequence[int],
    sampling: Sampling,
    *,
    model: str,
    dialect: Dialect,
    rung: Rung,
    extra: Mapping[str, Json],
) -> Body:
    """The request for these generations of one prompt, as the server takes it; `extra` goes in as it is, last."""
    body: Body = {
        "model": model,
        "messages": [dict(message) for message in request.prompt.messages],
        **sampling_of(sampling),
        "seed": sampling.seed_of(request.prompt.id) + indexes[0],
        dialect.limit: sampling.max_tokens,
    }
    if len(indexes) > 1:
        body["n"] = len(indexes)
    if tools := request.prompt.row.get("tools"):
        body["tools"] = tools
    if sampling.logprobs:
        body |= dict(zip(LOGPROBS, (True, min(sampling.logprobs, MOST_LOGPROBS)), strict=True))
    if sampling.token_ids:
        body[TOKEN_IDS] = True
    fixed = {name: value for name, value in dialect.fixed.items() if name != "tool_choice" or "tools" in body}
    body |= {**fixed, **rung.body}
    return {name: value for name, value in body.items() if name not in dialect.dropped} | {**extra}
