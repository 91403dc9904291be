"""lm-eval: the samples it logs (--log_samples): in 0.4.13 a line for each document and filter, resps nested per repeat.

Only tasks that generate text have generations; those that compare likelihoods have none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from rewardlab.readers.answer import Answer
from rewardlab.readers.reading import Row
from rewardlab.readers.turns import turns_of
from rewardlab.strict import read_json

Json: TypeAlias = Any


def is_sample(values: Mapping[str, Json]) -> bool:
    """Whether a row is a logged sample."""
    return {"doc_id", "resps", "arguments"} <= values.keys()


def sampled(row: Row) -> Iterator[Answer]:
    """The generations of a document: one of each repeat. Another filter's line repeats them: see `key_of`."""
    values = row.values
    asked, options = _arguments(values["arguments"])
    responses = values["resps"]
    texts = responses[0] if isinstance(responses, list) and responses else None
    common: dict[str, Json] = {"where": row.where, "prompt": _asked(asked, values), "id": str(values["doc_id"])}
    if not isinstance(options, Mapping) or not isinstance(texts, list) or len(responses) > 1:
        yield Answer(**common, id_is_place=True, text=None, lost="likelihoods, and no text")
        return
    for index, text in enumerate(texts):
        said = text if isinstance(text, str) else None
        yield Answer(**common, id_is_place=True, index=index, text=said, lost=None if said is not None else "no text")


def key_of(values: Mapping[str, Json]) -> tuple[Json, Json, str] | None:
    """What lines of the same document share, whatever their filter; None where a line has no filter."""
    name = values.get("filter")
    if not isinstance(name, str):
        return None
    return values.get("doc_hash"), values["doc_id"], name


def _arguments(listed: Json) -> tuple[Json, Json]:
    """The prompt and the options of the first request; a later version names them, an earlier one lists them."""
    if isinstance(listed, Mapping):
        first = listed.get("gen_args_0")
        return (first.get("arg_0"), first.get("arg_1")) if isinstance(first, Mapping) else (None, None)
    first = listed[0] if isinstance(listed, list) and listed else None
    return (first[0], first[1]) if isinstance(first, list) and len(first) > 1 else (None, None)


def _asked(asked: Json, values: Mapping[str, Json]) -> dict[str, Json] | None:
    turns = turns_of(asked if not isinstance(asked, str) else _parsed(asked))
    said = turns if turns is not None else asked if isinstance(asked, str) and asked.strip() else None
    if said is None:
        return None
    document, target = values.get("doc"), values.get("target")
    kept = (
        {name: one for name, one in document.items() if name not in {"id", "messages", "prompt"}}
        if isinstance(document, Mapping)
        else {}
    )
    held = {"reference_answer": target} if target not in (None, "", []) else {}
    return {**kept, "prompt": said, **held}


def _parsed(text: str) -> Json:
    """A conversation that was written as JSON, as for models behind a chat interface."""
    if not text.startswith("[{"):
        return None
    try:
        return read_json(text)
    except (ValueError, json.JSONDecodeError):
        return None
