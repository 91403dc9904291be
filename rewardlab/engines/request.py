"""Builds the body of a chat completions request: the only place where sampling becomes a server's parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rewardlab.engines.dialect import ALWAYS, LOGPROBS, TOKEN_IDS, Body, Dialect
from rewardlab.engines.ladder import Rung
from rewardlab.engines.thinking import EFFORT, OFF, ON, SWITCHES, template_arguments
from rewardlab.errors import EngineError
from rewardlab.task import Json, Request, Sampling

UNSEEN = "the model's chat template is not at hand (--engine-option tokenizer=FOLDER): whether it reads"
#: The most alternatives of a token that servers accept.
MOST_LOGPROBS = 20


def sampling_of(sampling: Sampling) -> Body:
    """The sampling parameters by the servers' names; they override the neutral values of `Dialect.fixed`."""
    body: Body = {"temperature": sampling.temperature, **ALWAYS, "top_p": sampling.top_p}
    plain = Sampling()
    for name in ("top_k", "min_p", "repetition_penalty"):
        if (value := getattr(sampling, name)) != getattr(plain, name):
            body[name] = value
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    return body


def overruled(sampling: Sampling, extra: Mapping[str, Json]) -> list[str]:
    """The notice of settings that `extra_body` overrides; empty if it only adds fields."""
    neutral = Sampling()
    asked: Body = {**sampling_of(sampling), "max_tokens": sampling.max_tokens}
    asked |= {"max_completion_tokens": sampling.max_tokens}
    other = [
        f"{name} {extra[name]!r} in place of {value!r}"
        for name, value in asked.items()
        if name in extra and extra[name] != value
        if name not in ALWAYS and (name != "top_p" or value != neutral.top_p)
    ]
    return [f"extra_body goes over what was asked for: {', '.join(other)}"] if other else []


def thinking_of(
    sampling: Sampling, template: tuple[str, str] | None, *, is_templated: bool, model: str
) -> tuple[Body, list[str]]:
    """The request fields for `thinking`, and notices about them; both empty if nothing was asked for.

    Arguments: `template` is the model's chat template and its place, if known; `is_templated`: the server applies a
    chat template and passes it the arguments of the request.
    Raises: EngineError for a template, or a server, that does not know a thinking that must be applied.
    """
    if sampling.thinking is None:
        return {}, []
    try:
        return _thinking(sampling.thinking, template, is_templated=is_templated, model=model)
    except EngineError as error:
        if not sampling.thinking_if_known:
            raise
        return {}, [f"{error.what}: it is sampled in the model's own way"]


def _thinking(
    thinking: str, template: tuple[str, str] | None, *, is_templated: bool, model: str
) -> tuple[Body, list[str]]:
    if template is not None:
        return {"chat_template_kwargs": dict(template_arguments(thinking, template[0], where=model))}, []
    if thinking not in (ON, OFF):
        return {EFFORT: thinking}, []
    if is_templated:
        arguments = dict.fromkeys(SWITCHES, thinking == ON)
        return {"chat_template_kwargs": arguments}, [f"{UNSEEN} --thinking {thinking} is not known"]
    raise EngineError(
        f"the server has no --thinking {thinking}",
        where=model,
        expected="an effort (low, medium, high), or --engine-option extra_body={...}",
    )


def body_of(
    request: Request,
    indexes: Sequence[int],
    sampling: Sampling,
    *,
    model: str,
    dialect: Dialect,
    rung: Rung,
    thinking: Mapping[str, Json],
    extra: Mapping[str, Json],
) -> Body:
    """The request for these generations of one prompt, in the server's dialect; `extra` is added last, unchanged."""
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
    body |= {**rung.body, **thinking}
    return {name: value for name, value in body.items() if name not in dialect.dropped} | {**extra}
