"""Batch jobs: OpenAI's input and output (custom_id), Bedrock's (recordId, modelInput, modelOutput)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from rewardlab.readers.answer import Answer
from rewardlab.readers.reading import Row
from rewardlab.readers.responses import said_in, tokens_in
from rewardlab.readers.turns import text_of, turns_of

Json: TypeAlias = Any


def is_openai_input(values: Mapping[str, Json]) -> bool:
    """Whether a row is a request of an OpenAI batch."""
    return "custom_id" in values and isinstance(values.get("body"), Mapping) and "response" not in values


def openai_prompt(values: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The request's conversation, with its custom_id for an id."""
    return _conversation(values["body"], str(values["custom_id"]))


def is_openai_output(values: Mapping[str, Json]) -> bool:
    """Whether a row is an answer of an OpenAI batch."""
    return "custom_id" in values and "response" in values


def openai_output(row: Row) -> Iterator[Answer]:
    """The generations of a record: one of each choice; a record that failed is lost, with what the server said."""
    values = row.values
    response = values["response"]
    body = response.get("body") if isinstance(response, Mapping) else None
    failed = _failure(values.get("error")) or (
        _failure(body.get("error")) if isinstance(body, Mapping) and body.get("error") else None
    )
    yield from _of_body(row.where, body, identifier=str(values["custom_id"]), failed=failed, prompt=None)


def is_bedrock_input(values: Mapping[str, Json]) -> bool:
    """Whether a row is a record of a Bedrock batch that was not run yet."""
    return isinstance(values.get("modelInput"), Mapping) and not {"modelOutput", "error"} & values.keys()


def bedrock_prompt(values: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The record's conversation, with its recordId for an id where it has one."""
    identifier = values.get("recordId")
    return _conversation(values["modelInput"], None if identifier is None else str(identifier))


def is_bedrock_output(values: Mapping[str, Json]) -> bool:
    """Whether a row is a record of a Bedrock batch that was run."""
    return isinstance(values.get("modelInput"), Mapping) and bool({"modelOutput", "error"} & values.keys())


def bedrock_output(row: Row) -> Iterator[Answer]:
    """The generation of a record."""
    values = row.values
    asked = _conversation(values["modelInput"], None)
    identifier = values.get("recordId")
    yield from _of_body(
        row.where,
        values.get("modelOutput"),
        identifier=None if identifier is None else str(identifier),
        failed=_failure(values.get("error")),
        prompt=asked,
    )


def _of_body(
    where: str, body: Json, *, identifier: str | None, failed: str | None, prompt: Mapping[str, Json] | None
) -> Iterator[Answer]:
    said = [] if failed is not None else said_in(body)
    if not said:
        yield Answer(
            where=where, text=None, lost=failed or "no answer in a shape that is known", id=identifier, prompt=prompt
        )
    asked, written = tokens_in(body)
    for one in said:
        yield Answer(
            where=where,
            text=one.text,
            lost=None if one.text is not None else "an answer without text",
            id=identifier,
            index=one.index if len(said) > 1 else None,
            prompt=prompt,
            finish_reason=one.finish_reason,
            prompt_tokens=asked,
            completion_tokens=written if len(said) == 1 else None,
            tool_calls=one.calls,
        )


def _failure(error: Json) -> str | None:
    if not error:
        return None
    if isinstance(error, Mapping):
        inner = error.get("error")
        fields = inner if isinstance(inner, Mapping) else error
        error = fields.get("message", fields.get("errorMessage", fields.get("code", fields.get("errorCode"))))
    return f"an error: {' '.join(str(error).split())[:60]}"


def _conversation(body: Mapping[str, Json], identifier: str | None) -> Mapping[str, Json] | None:
    """What a request asks: its messages, its input or its prompt, with the system's text before them."""
    spoken = body.get("messages", body.get("input", body.get("prompt", body.get("inputText"))))
    turns = [{"role": "user", "content": spoken}] if isinstance(spoken, str) and spoken.strip() else turns_of(spoken)
    if turns is None:
        return None
    system = text_of(body.get("system", body.get("instructions")))
    head = [{"role": "system", "content": system}] if system else []
    return {**({} if identifier is None else {"id": identifier}), "messages": [*head, *turns]}
