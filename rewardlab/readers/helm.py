"""HELM: scenario_state.json of a run, in crfm-helm 0.5.16: request_states, each an instance, a request and its result.

A request's prompt holds the instructions and the examples before the question; references tagged "correct" are right.
Where the choices have letters, output_mapping says which letter is which choice. Adapters that compare likelihoods
sample no text: they ask for no tokens, or for an embedding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from rewardlab.readers.answer import Answer
from rewardlab.readers.reading import Row
from rewardlab.readers.turns import finish_of, turns_of

Json: TypeAlias = Any

#: What HELM calls an instance that its scenario gave no id: its place.
PLACE = re.compile(r"id\d+")
CORRECT = "correct"


def is_state(values: Mapping[str, Json]) -> bool:
    """Whether a row is the state of a request."""
    return isinstance(values.get("instance"), Mapping) and isinstance(values.get("request"), Mapping)


def answered(row: Row) -> Iterator[Answer]:
    """The generations of a request: one of each completion; none where it asked for no text, or failed."""
    request = row.values["request"]
    if (kind := _without_text(row.values)) is not None:
        yield Answer(where=row.where, text=None, lost=f"{kind}, and no text")
        return
    result = row.values.get("result")
    name = row.values["instance"].get("id")
    common: dict[str, Json] = {
        "where": row.where,
        "prompt": _asked(row.values),
        "id": name if isinstance(name, str) and name else None,
        "id_is_place": isinstance(name, str) and PLACE.fullmatch(name) is not None,
        "model": _model(request),
    }
    lost = _why(result)
    listed = result.get("completions") if isinstance(result, Mapping) else None
    if lost is not None or not isinstance(listed, list) or not listed:
        yield Answer(**common, text=None, lost=lost or "no answer")
        return
    for one in listed:
        text = _text(one, request)
        yield Answer(**common, text=text, lost=None if text is not None else "no text", finish_reason=_finish(one))


def _without_text(values: Mapping[str, Json]) -> str | None:
    """What a request asked for in place of a text; None where it asked for one. Its prompt is then none to train on."""
    if values["request"].get("embedding") is True:
        return "an embedding"
    is_compared = values["request"].get("max_tokens") == 0 or values.get("reference_index") is not None
    return "likelihoods" if is_compared else None


def _why(result: Json) -> str | None:
    """Why a request has no generation; None where it may have."""
    if not isinstance(result, Mapping):
        return "no answer"
    if result.get("success") is False:
        return f"an error: {' '.join(str(result.get('error')).split())[:60]}"
    return None


def _text(completion: Json, request: Mapping[str, Json]) -> str | None:
    text = completion.get("text") if isinstance(completion, Mapping) else None
    if not isinstance(text, str) or (not text and completion.get("multimodal_content")):
        return None
    prompt = request.get("prompt")
    return text.removeprefix(prompt) if request.get("echo_prompt") is True and isinstance(prompt, str) else text


def _finish(completion: Json) -> str | None:
    told = completion.get("finish_reason") if isinstance(completion, Mapping) else None
    reason = told.get("reason") if isinstance(told, Mapping) else told
    return "stop" if reason == "endoftext" else finish_of(reason)


def _asked(values: Mapping[str, Json]) -> dict[str, Json] | None:
    request, instance = values["request"], values["instance"]
    prompt = request.get("prompt")
    said = turns_of(request.get("messages")) or (prompt if isinstance(prompt, str) and prompt.strip() else None)
    if said is None:
        return None
    right = _right(instance)
    letters = values.get("output_mapping")
    if isinstance(letters, Mapping) and letters:
        right = [letter for letter, text in letters.items() if text in right]
    held = {} if not right else {"reference_answer": right[0] if len(right) == 1 else right}
    beside = {"choices": letters, "references": instance.get("references"), "extra_data": instance.get("extra_data")}
    return {"prompt": said, **held, **{name: value for name, value in beside.items() if value}}


def _right(instance: Mapping[str, Json]) -> list[str]:
    """The texts of the references that are right, each once."""
    listed = instance.get("references")
    found: dict[str, None] = {}
    for one in listed if isinstance(listed, list) else ():
        output, tags = (one.get("output"), one.get("tags")) if isinstance(one, Mapping) else (None, None)
        text = output.get("text") if isinstance(output, Mapping) else None
        if isinstance(text, str) and text and isinstance(tags, list) and CORRECT in tags:
            found[text] = None
    return list(found)


def _model(request: Mapping[str, Json]) -> str | None:
    model = request.get("model_deployment", request.get("model"))
    return model if isinstance(model, str) and model else None
