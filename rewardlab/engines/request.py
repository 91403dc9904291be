"""The body of one request for chat completions: the one place where sampling becomes a server's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rewardlab.engines.dialect import ALWAYS, LOGPROBS, TOKEN_IDS, Body, Dialect
from rewardlab.engines.ladder import Rung
from rewardlab.task import Json, Request, Sampling

#: Servers refuse more alternatives of a token.
MOST_LOGPROBS = 20


def sampling_of(sampling: Sampling) -> Body:
    """How tokens are drawn, in the servers' names: what was asked for goes over what is neutral (`Dialect.fixed`)."""
    return {"temperature": sampling.temperature, **ALWAYS}


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
        **{name: value for name, value in dialect.fixed.items() if name != "tool_choice"},
        **sampling_of(sampling),
        "seed": sampling.seed_of(request.prompt.id) + indexes[0],
        dialect.limit: sampling.max_tokens,
    }
    if len(indexes) > 1:
        body["n"] = len(indexes)
    if tools := request.prompt.row.get("tools"):
        body["tools"] = tools
        body |= {name: value for name, value in dialect.fixed.items() if name == "tool_choice"}
    if sampling.logprobs:
        body |= dict(zip(LOGPROBS, (True, min(sampling.logprobs, MOST_LOGPROBS)), strict=True))
    if sampling.token_ids:
        body[TOKEN_IDS] = True
    body |= rung.body
    return {name: value for name, value in body.items() if name not in dialect.dropped} | {**extra}
