"""promptfoo: results as JSON and JSONL; what a test's variables hold are the columns of its prompt."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from rewardlab.readers.answer import Answer
from rewardlab.readers.reading import Row
from rewardlab.readers.turns import count_of, finish_of, turns_of
from rewardlab.strict import read_json

Json: TypeAlias = Any


def is_result(values: Mapping[str, Json]) -> bool:
    """Whether a row is a result."""
    return isinstance(values.get("prompt"), Mapping) and "testIdx" in values and "promptIdx" in values


def result(row: Row) -> Iterator[Answer]:
    """The generation of a result; one whose provider failed is lost."""
    values = row.values
    response = values.get("response")
    response = response if isinstance(response, Mapping) else {}
    output, error = response.get("output"), response.get("error") or (None if response else values.get("error"))
    text = output if isinstance(output, str) else None if output is None else json.dumps(output, ensure_ascii=False)
    usage = response.get("tokenUsage")
    usage = usage if isinstance(usage, Mapping) else {}
    provider = values.get("provider")
    lost = f"an error: {' '.join(str(error).split())[:60]}" if error else None if text is not None else "no output"
    yield Answer(
        where=row.where,
        text=None if lost is not None else text,
        lost=lost,
        prompt=_asked(values),
        id=f"{values['testIdx']}",
        id_is_place=True,
        finish_reason=finish_of(response.get("finishReason")),
        prompt_tokens=count_of(usage.get("prompt")),
        completion_tokens=count_of(usage.get("completion")),
        model=str(provider["id"]) if isinstance(provider, Mapping) and provider.get("id") else None,
    )


def _asked(values: Mapping[str, Json]) -> dict[str, Json] | None:
    raw = values["prompt"].get("raw")
    if not isinstance(raw, str) or not raw.strip():
        return None
    turns = None
    if raw.lstrip().startswith("["):
        try:
            turns = turns_of(read_json(raw))
        except ValueError:
            turns = None
    named = values.get("vars")
    columns = (
        {name: one for name, one in named.items() if name not in {"id", "messages", "prompt"}}
        if isinstance(named, Mapping)
        else {}
    )
    return {**columns, "prompt": turns if turns is not None else raw}
