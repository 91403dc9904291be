"""What one OpenAI-compatible server accepts, as learnt from its list of models and from its refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from rewardlab.engines.failure import too_long
from rewardlab.engines.ladder import FREE, Ladder, Rung
from rewardlab.task import Json, Sampling

Body: TypeAlias = dict[str, Json]

#: The parameters that request alternatives of the first token.
LOGPROBS = ("logprobs", "top_logprobs")
#: Asks vLLM's and SGLang's servers for each choice's `token_ids`; others ignore or refuse it.
TOKEN_IDS = "return_token_ids"  # noqa: S105 - a parameter's name
#: Parameters that are left out if a server refuses them, with the notice for it; empty where nothing is lost.
DISPENSABLE: Mapping[str, str] = {
    "seed": "the server takes no seed: what it uses instead is its own choice",
    "top_p": "the server takes no top_p: what it uses instead is its own choice",
    "presence_penalty": "",
    "frequency_penalty": "",
    TOKEN_IDS: "the server gives no token ids",
}
#: Servers that apply a model's default filters and penalties, which no training rollout has, unless told otherwise.
FILTERING = ("vllm", "sglang", "llamacpp")
#: Values that switch them off, besides those in every request: for each key whose default vLLM 0.32 takes from
#: generation_config.json or its own options. `watermarking` marks texts if the server was started with it.
NO_FILTERS: Mapping[str, Json] = {"top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}
NO_WATERMARK: Mapping[str, Json] = {"watermarking": False}
#: Sent in every request, since a server's own default may differ.
ALWAYS: Mapping[str, Json] = {"top_p": 1.0, "presence_penalty": 0.0, "frequency_penalty": 0.0}
#: Neutral values. Only a parameter with its neutral value may be left out; refusing another value is an error.
NEUTRAL: Mapping[str, Json] = {**ALWAYS, **NO_FILTERS, **NO_WATERMARK}


@dataclass(slots=True)
class Dialect:
    """What the server accepts. `notices` are shared with other servers; `optional` parameters came with a preset."""

    notices: dict[str, None]
    several: bool = True
    limit: str = "max_tokens"
    fixed: Body = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    served: list[str] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    ladder: Ladder = field(default_factory=Ladder)

    def hear(self, listed: Json) -> None:
        """Learn from a server's list of models; an answer that is not such a list is ignored."""
        data = listed.get("data") if isinstance(listed, dict) else None
        models = [model for model in data if isinstance(model, dict)] if isinstance(data, list) else []
        self.served = [one for model in models if isinstance(one := model.get("id"), str)]
        self.roots = [one for model in models if isinstance(one := model.get("root"), str)]
        owners = [model.get("owned_by") for model in models]
        self.ladder.vllm = "vllm" in owners
        if any(owner in FILTERING for owner in owners):
            self.fixed |= {**NO_FILTERS, **(NO_WATERMARK if self.ladder.vllm else {})}

    def learn(self, sent: Body, refusal: str, rung: Rung) -> bool:
        """Adapt to a refusal; True if the request should be sent again."""
        if "logprobs" in refusal and "logprobs" in sent:
            return self.without_logprobs()
        if "tools" in sent and "tool choice" in refusal and "tool_choice" not in sent:
            self.fixed["tool_choice"] = "none"
            self.notices["the server reads no calls of tools: they stay in the text, as the model wrote them"] = None
            return True
        if self.ladder.descend(rung, refusal):
            return True
        if too_long(refusal):
            return False
        if "max_completion_tokens" in refusal and "max_tokens" in sent:
            self.limit = "max_completion_tokens"
            return True
        return self._without(sent, refusal) or (sent.get("n", 1) > 1 and self.one_by_one())

    def _without(self, sent: Body, refusal: str) -> bool:
        for name in self.optional:
            if name in refusal and name in sent and name not in self.dropped:
                self.dropped.add(name)
                self.notices[f"the server takes no {name}: it is sampled in the model's own way"] = None
                return True
        for name in (*DISPENSABLE, *NO_FILTERS, *NO_WATERMARK):
            if name in refusal and name in sent and sent[name] == NEUTRAL.get(name, sent[name]):
                self.dropped.add(name)
                if notice := DISPENSABLE.get(name):
                    self.notices[notice] = None
                return True
        return False

    def without_logprobs(self) -> bool:
        """Request no log-probabilities from now on; returns True."""
        self.dropped.update(LOGPROBS)
        self.notices["the server gives no log-probabilities: how likely a first token was stays unknown"] = None
        return True

    def rung(self, sampling: Sampling) -> Rung:
        """The best way to ask for the choices or the schema that the server has not refused."""
        rung = self.ladder.rung(sampling)
        if rung is FREE and (sampling.choices or sampling.schema is not None):
            self.notices["the server keeps to no choices and no schema: responses are free text"] = None
        return rung

    def one_by_one(self) -> bool:
        """Request one generation at a time from now on; returns True."""
        self.several = False
        self.notices["the server gives one generation a request: each is asked for on its own"] = None
        return True
