"""Bedrock's Converse API: builds requests from prompts, and reads generations from responses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal, TypeAlias

from rewardlab.engines import table_option
from rewardlab.engines.structure import choice_of, choice_schema
from rewardlab.engines.thinking import OFF, ON
from rewardlab.errors import EngineError
from rewardlab.task import Generation, Json, Message, Prompt, Sampling

Body: TypeAlias = dict[str, Json]
#: How a model is made to follow a schema: by its own JSON output, by a tool that it must call, or not at all.
Hold: TypeAlias = Literal["text_format", "tool", "free"]
HOLDS: tuple[Hold, ...] = ("text_format", "tool", "free")

ROLES = ("system", "developer", "user", "assistant")
#: The roles whose turns Converse takes apart from the conversation.
INSTRUCTING = ("system", "developer")
TOOL = "respond"
#: Bedrock's default effort for a training that names none.
DEFAULT_EFFORT = "medium"
#: Converse's stop reasons as a generation's finish reasons; others (guardrail_intervened, content_filtered,
#: malformed_model_output) are kept unchanged.
STOP_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
}


@dataclass(frozen=True, slots=True)
class Form:
    """How requests are written for one model.

    `effort` is its reasoning effort; `additional` is passed unchanged as additionalModelRequestFields; `dropped` names
    fields of inferenceConfig that the model refused; `coldest` is the lowest temperature that it accepts.
    """

    model: str
    effort: str | None = None
    additional: Mapping[str, Json] = field(default_factory=dict)
    hold: Hold = "text_format"
    dropped: AbstractSet[str] = frozenset()
    coldest: float = 0.0

    @property
    def effort_alone(self) -> bool:
        """Whether the model refuses an inferenceConfig together with reasoning, as Nova 2 does at high effort."""
        return self.is_nova and self.effort == "high"

    @property
    def is_nova(self) -> bool:
        """Whether the model is one of Amazon's own."""
        return "amazon.nova" in self.model

    def asked(self, sampling: Sampling) -> Form:
        """This form with the sampling's `thinking` as the effort, if the engine's options name none.

        Raises: EngineError for "on" if no default effort is known for the model.
        """
        thinking = sampling.thinking
        if thinking is None or self.effort is not None:
            return self
        if thinking == ON and not self.is_nova and not sampling.thinking_if_known:
            raise EngineError(
                f"what --thinking {ON} is to this model is not known",
                where=f"bedrock:{self.model}",
                expected="an effort (low, medium, high), or --engine-option additional_fields={...}",
            )
        effort = {OFF: None, ON: DEFAULT_EFFORT if self.is_nova else None}.get(thinking, thinking)
        return replace(self, effort=effort)


def form_of(model: str, options: Mapping[str, Json]) -> Form:
    """How requests are written for `model`, from the engine's options `reasoning_effort` and `additional_fields`.

    topP is left out for Claude, which refuses it together with a temperature and has no default filter to switch off.
    Raises: UsageError for additional fields that are not a table.
    """
    effort = options.get("reasoning_effort")
    return Form(
        model,
        None if effort is None else str(effort),
        table_option(options, "additional_fields"),
        dropped=frozenset({"topP"} if "anthropic." in model else ()),
    )


def check(prompts: Iterable[Prompt], sampling: Sampling, *, model: str) -> None:
    """Refuse what Converse would refuse, before anything is paid for.

    Raises: EngineError for a temperature above 1, a tool turn, a turn without text, or a conversation that does not
    begin with a user turn.
    """
    if not 0 <= sampling.temperature <= 1:
        raise EngineError(f"temperature {sampling.temperature:g}", where=f"bedrock:{model}", expected="0 to 1")
    for prompt in prompts:
        _check_prompt(prompt)


def _check_prompt(prompt: Prompt) -> None:
    where = f"prompt {prompt.id!r} (line {prompt.line})"
    for number, message in enumerate(prompt.messages, start=1):
        if message["role"] not in ROLES or message.get("tool_calls"):
            raise EngineError(
                f"message {number} is of a tool", where=where, expected="system, user and assistant turns of text"
            )
        if not str(message.get("content") or "").strip():
            raise EngineError(f"message {number} is empty", where=where, expected="text: Bedrock refuses blank turns")
    first = next((message["role"] for message in prompt.messages if message["role"] not in INSTRUCTING), None)
    if first != "user":
        raise EngineError(
            f"the conversation begins with {first or 'no turn after the system prompt'}",
            where=where,
            expected="a user's turn first",
        )


def body_of(prompt: Prompt, sampling: Sampling, form: Form) -> Body:
    """The body of a Converse request, without the model's id."""
    form = form.asked(sampling)
    systems = [message for message in prompt.messages if message["role"] in INSTRUCTING]
    turns = [message for message in prompt.messages if message["role"] not in INSTRUCTING]
    body: Body = {"messages": [_turn(role, list(group)) for role, group in groupby(turns, _role)]}
    if systems:
        body["system"] = [_text(message) for message in systems]
    if not form.effort_alone:
        # Unless told otherwise, models apply default filters (Nova's topP is 0.9), which no training rollout has.
        temperature = max(float(sampling.temperature), form.coldest)
        settings = {"maxTokens": sampling.max_tokens, "temperature": temperature, "topP": sampling.top_p}
        body["inferenceConfig"] = {name: value for name, value in settings.items() if name not in form.dropped}
        if sampling.stop:
            body["inferenceConfig"]["stopSequences"] = list(sampling.stop)
    fields = {**_reasoning(form), **_top_k(sampling.top_k, form), **form.additional}
    if fields:
        body["additionalModelRequestFields"] = fields
    return body | _structure(sampling, form.hold)


def _role(message: Message) -> str:
    return str(message["role"])


def _text(message: Message) -> Body:
    return {"text": str(message["content"])}


def _turn(role: str, messages: Sequence[Message]) -> Body:
    """One turn made of consecutive messages of one role, since Converse requires roles to alternate."""
    return {"role": role, "content": [_text(message) for message in messages]}


def _reasoning(form: Form) -> Mapping[str, Json]:
    if form.effort is None:
        return {}
    if form.is_nova:
        return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": form.effort}}
    return {"reasoning_effort": form.effort}


def _top_k(count: int, form: Form) -> Mapping[str, Json]:
    """The top-k field; Converse has none, but Nova and Claude accept it among the model's own fields."""
    if count == 0:
        return {}
    return {"inferenceConfig": {"topK": count}} if form.is_nova else {"top_k": count}


def _structure(sampling: Sampling, hold: Hold) -> Body:
    schema = choice_schema(sampling.choices) if sampling.choices else sampling.schema
    if schema is None or hold == "free":
        return {}
    if hold == "tool":
        tool = {"name": TOOL, "description": "Gives the response.", "inputSchema": {"json": dict(schema)}}
        return {"toolConfig": {"tools": [{"toolSpec": tool}], "toolChoice": {"tool": {"name": TOOL}}}}
    named = {"schema": json.dumps(schema), "name": "response"}
    return {"outputConfig": {"textFormat": {"type": "json_schema", "structure": {"jsonSchema": named}}}}


def generation_of(response: Json, *, prompt_id: str, index: int, sampling: Sampling) -> Generation | None:
    """The generation in a Converse response, without reasoning; None if the response has no message."""
    fields = response if isinstance(response, dict) else {}
    output = fields.get("output")
    message = output.get("message") if isinstance(output, dict) else None
    blocks = message.get("content") if isinstance(message, dict) else None
    if not isinstance(blocks, list):
        return None
    text = "".join(_written(block) for block in blocks if isinstance(block, dict))
    reason = fields.get("stopReason")
    usage = fields.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    return Generation(
        prompt_id,
        index,
        choice_of(text) if sampling.choices else text,
        STOP_REASONS.get(reason, reason) if isinstance(reason, str) else None,
        _count(counts.get("inputTokens")),
        _count(counts.get("outputTokens")),
    )


def _written(block: Mapping[str, Json]) -> str:
    """The text of a block: its own text, or the input of the forced tool call."""
    call = block.get("toolUse")
    if isinstance(call, dict) and call.get("name") == TOOL:
        return json.dumps(call.get("input"), ensure_ascii=False)
    text = block.get("text")
    # A lone surrogate, which JSON can hold but a file cannot, becomes a question mark.
    return text.encode(errors="replace").decode() if isinstance(text, str) else ""


def _count(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None
