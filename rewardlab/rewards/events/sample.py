"""Reads a sample of an event in any form that a platform sends.

Standard library only: this file runs in the isolated worker, next to the user's code.
A sample is `{"id", "messages": [..., the model's turn], "reference_answer", ...}` with content as text or as parts, or
`{"id", "query", "response", "model_response", "reference_answer": {"text"}, ...}`.
"""

from __future__ import annotations

from typing import Any

from rewardlab.rewards.events.called import as_objects, calls_of, written

Sample = dict[str, Any]

#: Keys that are not columns of the user's data.
TAKEN = ("id", "messages", "prompt", "reference_answer")
FIELDS = ("query", "response", "model_response")


def response_of(sample: Sample) -> str:
    """The text of the model's turn."""
    return sample["model_response"] if is_fields(sample) else text_of(sample["messages"][-1].get("content"))


def calls_in(sample: Sample) -> list[dict[str, Any]]:
    """The tool calls in the model's turn, in OpenAI's form; none where the platform sends fields."""
    return [] if is_fields(sample) else calls_of(sample["messages"][-1])


def written_of(sample: Sample) -> str:
    """The model's turn as the model wrote it: its text, and the tool calls that a server removed from it."""
    return written(response_of(sample), calls_in(sample))


def message_of(sample: Sample) -> dict[str, Any]:
    """The model's turn as a message, with `tool_calls` if there are any."""
    calls = calls_in(sample)
    return {"role": "assistant", "content": response_of(sample), **({"tool_calls": calls} if calls else {})}


def turns_of(sample: Sample) -> list[dict[str, Any]]:
    """The conversation up to the model's turn, with every content as a text."""
    if is_fields(sample):
        return [{"role": "user", "content": sample.get("query", "")}]
    return [{**turn, "content": text_of(turn.get("content"))} for turn in sample["messages"][:-1]]


def question_of(sample: Sample) -> str:
    """The prompt as one text: the row's prompt if it is a text, else the user's turns."""
    prompt = sample.get("prompt", _metadata(sample).get("prompt"))
    if isinstance(prompt, str):
        return prompt
    return "\n\n".join(turn["content"] for turn in turns_of(sample) if turn.get("role") == "user" and turn["content"])


def conversation_of(sample: Sample) -> tuple[Any, Any]:
    """Prompt and completion in the data's own format: texts if the row's prompt is a text, else messages.

    Tool calls have their arguments as objects, as in TRL.
    """
    prompt = sample.get("prompt", _metadata(sample).get("prompt"))
    if isinstance(prompt, str):
        return prompt, written_of(sample)
    message = message_of(sample)
    if "tool_calls" in message:
        message["tool_calls"] = as_objects(message["tool_calls"])
    return turns_of(sample), [message]


def reference_of(sample: Sample) -> Any:
    """The reference answer, from the top level, metadata, or `reference_answer.text`; None if there is none."""
    reference = sample.get("reference_answer", _metadata(sample).get("reference_answer"))
    return reference.get("text") if is_fields(sample) and isinstance(reference, dict) else reference


def columns_of(sample: Sample) -> dict[str, Any]:
    """The columns of the user's row at the top level of the sample."""
    taken = (*TAKEN, *FIELDS) if is_fields(sample) else TAKEN
    return {key: value for key, value in sample.items() if key not in taken}


def hidden_columns_of(sample: Sample) -> dict[str, Any]:
    """Further columns: the reference as `reference_answer`, and columns that a platform has moved into metadata."""
    moved = {key: value for key, value in _metadata(sample).items() if key not in {*TAKEN, *sample}}
    reference = reference_of(sample)
    return moved if reference is None else {**moved, "reference_answer": reference}


def is_fields(sample: Sample) -> bool:
    """Whether the sample has fields instead of messages."""
    return "messages" not in sample and "model_response" in sample


def text_of(content: Any) -> str:
    """The text of a content, which is a text or a list of parts."""
    if isinstance(content, list):
        return "".join(part.get("text", "") if isinstance(part, dict) else str(part) for part in content)
    return "" if content is None else content


def _metadata(sample: Sample) -> dict[str, Any]:
    metadata = sample.get("metadata")
    return metadata if isinstance(metadata, dict) else {}
