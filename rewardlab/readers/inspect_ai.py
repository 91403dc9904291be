"""inspect_ai: logs of evaluations, `.eval` (a zip file) and `.json`; epochs are generations.

A sample is one member, samples/ID_epoch_N.json, or in the chunked shape (0.3.285) a folder of that name with
sample.json, metadata.json, messages/ and attachments/. Long texts are "attachment://KEY" and stand beside the sample.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from rewardlab.errors import InputError
from rewardlab.readers.answer import Answer
from rewardlab.readers.archive import Archive
from rewardlab.readers.calls import read_calls
from rewardlab.readers.reading import Row
from rewardlab.readers.turns import count_of, finish_of, text_of, turns_of

Json: TypeAlias = Any

MEMBER = re.compile(r"samples/(.+?)(?:/sample)?\.json")
CHUNKS = re.compile(r"samples/(.+)/attachments/(\d+)\.json")
ATTACHED = "attachment://"


def samples_of(path: Path) -> Iterator[Row]:
    """The samples of a log's archive, as inspect_ai's JSON has them.

    Raises: InputError where it is none, or damaged.
    """
    with Archive(path) as archive:
        names = [name for name in archive.members if _is_sample(name)]
        if not names and "header.json" not in archive.members:
            first = next(iter(archive.members), "nothing")
            raise InputError(f"a zip file with {first}", where=str(path), expected="a log of inspect_ai (.eval)")
        for number, name in enumerate(names, start=1):
            sample = archive.json(name)
            where = f"{path}:{number}"
            if not isinstance(sample, dict):
                raise InputError(f"{name} is no object", where=where, expected="a log of inspect_ai (.eval)")
            yield Row(where, number, sample if not name.endswith("/sample.json") else _whole(archive, name, sample))


def _is_sample(name: str) -> bool:
    return MEMBER.fullmatch(name) is not None and (name.endswith("/sample.json") or name.count("/") == 1)


def _whole(archive: Archive, name: str, sample: dict[str, Json]) -> dict[str, Json]:
    """A chunked sample with its metadata and its attachments, which stand in files of their own."""
    folder = name.removesuffix("sample.json")
    found = dict(sample)
    if f"{folder}metadata.json" in archive.members:
        found["metadata"] = archive.json(f"{folder}metadata.json")
    attached: dict[str, Json] = {}
    for other in archive.members:
        chunk = CHUNKS.fullmatch(other)
        if chunk is not None and other.startswith(folder):
            held = archive.json(other)
            texts = held if isinstance(held, list) else []
            attached |= {str(place): text for place, text in enumerate(texts, start=int(chunk[2]))}
    return {**found, "attachments": attached} if attached else found


def is_sample(values: Mapping[str, Json]) -> bool:
    """Whether a row is a sample of a log."""
    return {"id", "epoch", "input", "target"} <= values.keys() and ("output" in values or "scores" in values)


def sampled(row: Row) -> Iterator[Answer]:
    """The generation of a sample: the text the model ended with."""
    attachments = row.values.get("attachments")
    values = _resolved(row.values, attachments if isinstance(attachments, Mapping) else {}, depth=0)
    choice = _choice(values)
    message = choice.get("message")
    text, calls = _said(values, message if isinstance(message, Mapping) else {})
    usage = values["output"].get("usage") if isinstance(values.get("output"), Mapping) else None
    usage = usage if isinstance(usage, Mapping) else {}
    epoch = values["epoch"]
    yield Answer(
        where=row.where,
        text=text,
        lost=None if text is not None else _why(values),
        prompt=_asked(values),
        id=str(values["id"]),
        index=epoch - 1 if type(epoch) is int and epoch >= 1 else None,
        finish_reason=finish_of(choice.get("stop_reason")),
        prompt_tokens=count_of(usage.get("input_tokens")),
        completion_tokens=count_of(usage.get("output_tokens")),
        tool_calls=calls,
        model=_model(values),
    )


#: What of a sample can be long: events are not read.
READ = ("id", "epoch", "input", "target", "choices", "output", "metadata", "error")
DEEPEST = 40


def _resolved(value: Json, attachments: Mapping[str, Json], *, depth: int) -> Json:
    if depth == 0:
        return {name: _resolved(value[name], attachments, depth=1) for name in READ if name in value}
    if isinstance(value, str):
        return attachments.get(value.removeprefix(ATTACHED), value) if value.startswith(ATTACHED) else value
    if depth > DEEPEST or not attachments:
        return value
    if isinstance(value, Mapping):
        return {name: _resolved(one, attachments, depth=depth + 1) for name, one in value.items()}
    if isinstance(value, list):
        return [_resolved(one, attachments, depth=depth + 1) for one in value]
    return value


def _choice(values: Mapping[str, Json]) -> Mapping[str, Json]:
    output = values.get("output")
    choices = output.get("choices") if isinstance(output, Mapping) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, Mapping) else {}


def _said(values: Mapping[str, Json], message: Mapping[str, Json]) -> tuple[str | None, str | None]:
    if values.get("error"):
        return None, None
    calls, _ = read_calls(_functions(message.get("tool_calls")))
    text = text_of(message.get("content"))
    return (text or "" if text is not None or calls is not None else None), calls


def _functions(listed: Json) -> Json:
    """Calls as OpenAI writes them: inspect's hold the function's name where OpenAI has an object."""
    if not isinstance(listed, list):
        return None
    named = [one for one in listed if isinstance(one, Mapping)]
    return [
        {"id": one.get("id"), "function": {"name": one.get("function"), "arguments": one.get("arguments")}}
        for one in named
    ]


def _why(values: Mapping[str, Json]) -> str:
    error = values.get("error")
    if isinstance(error, Mapping):
        return f"an error: {' '.join(str(error.get('message')).split())[:60]}"
    return "no answer"


def _asked(values: Mapping[str, Json]) -> dict[str, Json] | None:
    asked = values["input"]
    said = asked if isinstance(asked, str) and asked.strip() else turns_of(asked)
    if said is None:
        return None
    target = values["target"]
    held = {"reference_answer": target} if target not in (None, "", []) else {}
    kept = {name: values[name] for name in ("choices", "metadata") if values.get(name)}
    return {"prompt": said, **held, **kept}


def _model(values: Mapping[str, Json]) -> str | None:
    output = values.get("output")
    model = output.get("model") if isinstance(output, Mapping) else None
    return model if isinstance(model, str) and model else None
