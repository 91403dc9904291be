"""Generations in files of nobody's format: JSONL, JSON, CSV or Parquet with any names.

A name of ours, of the field's, or one that `--columns` gives says what a column is. Two columns that may both hold the
text are a question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from rewardlab.errors import InputError
from rewardlab.readers.answer import Answer
from rewardlab.readers.reading import Row
from rewardlab.readers.turns import count_of, finish_of, last_turn, number_of, turns_of

Json: TypeAlias = Any

TEXT = (
    "text",
    "completion",
    "response",
    "output",
    "generation",
    "generated_text",
    "model_output",
    "model_response",
    "prediction",
)
#: Each holds a list with all generations of a prompt.
TEXTS = ("completions", "responses", "outputs", "generations", "samples", "predictions", "texts")
IDS = ("prompt_id", "id", "example_id", "question_id", "task_id", "custom_id", "uid")
ASKED = ("messages", "prompt", "question", "input", "query", "instruction", "problem")
SCORES = ("reward", "score")
#: Whose value is the reference, where a prompt is made of the row.
REFERENCES = ("reference_answer", "ground_truth", "answer", "solution", "target", "reference")


def texts_named(values: Mapping[str, Json]) -> list[str]:
    """The columns that may hold the text of a generation, or of several."""
    single = [name for name in TEXT if isinstance(values.get(name), str) or _is_turns(values.get(name))]
    several = [
        name for name in TEXTS if isinstance(values.get(name), list) and values[name] and not _is_turns(values[name])
    ]
    return [*single, *several]


def is_plain(values: Mapping[str, Json]) -> bool:
    """Whether a row names a prompt, by id or by text, and holds a generation of it."""
    return bool(texts_named(values)) and any(name in values for name in (*IDS, *ASKED))


def is_without_text(values: Mapping[str, Json]) -> bool:
    """Whether a row names a prompt, and holds null where others of its log hold the text."""
    is_null = any(name in values and values[name] is None for name in (*TEXT, *TEXTS))
    return is_null and any(name in values for name in (*IDS, *ASKED))


def _is_turns(value: Json) -> bool:
    return turns_of(value) is not None


def generated(row: Row) -> Iterator[Answer]:
    """The generations of a row.

    Raises: InputError where two columns may hold the text.
    """
    values = row.values
    named = texts_named(values)
    if len(named) > 1:
        raise InputError(
            f"the text may be {' or '.join(named)}",
            where=row.where,
            expected="one column of texts",
            do=f"--columns text={named[0]}, or --columns text={named[1]}",
        )
    held = values.get(named[0]) if named else None
    texts = held if isinstance(held, list) and not _is_turns(held) else [held]
    common = _common(row)
    index = values.get("index")
    for place, one in enumerate(texts):
        text, calls, lost = _text(one)
        if values.get("error") and not text:
            lost = f"an error: {' '.join(str(values['error']).split())[:60]}"
        number = place if len(texts) > 1 else index if type(index) is int and index >= 0 else None
        yield Answer(**common, index=number, text=None if lost else text, lost=lost, tool_calls=calls)


def _common(row: Row) -> dict[str, Json]:
    values = row.values
    name = next(
        (values[one] for one in IDS if isinstance(values.get(one), str | int) and not isinstance(values[one], bool)),
        None,
    )
    scores = ((one, number_of(values.get(one))) for one in SCORES if one in values)
    return {
        "where": row.where,
        "prompt": _asked(values),
        "id": None if name is None else str(name),
        "finish_reason": finish_of(values.get("finish_reason", values.get("stop_reason"))),
        "prompt_tokens": count_of(values.get("prompt_tokens")),
        "completion_tokens": count_of(values.get("completion_tokens")),
        "scores": tuple((one, score) for one, score in scores if score is not None),
        "step": values["step"] if type(values.get("step")) is int else None,
    }


def _text(value: Json) -> tuple[str | None, str | None, str | None]:
    if isinstance(value, str):
        return value, None, None
    if isinstance(value, list):
        return last_turn(value)
    inner = (
        next((value[one] for one in TEXT if isinstance(value.get(one), str)), None)
        if isinstance(value, Mapping)
        else None
    )
    return (inner, None, None) if inner is not None else (None, None, "no text")


def _asked(values: Mapping[str, Json]) -> dict[str, Json] | None:
    for name in ASKED:
        asked = values.get(name)
        said = asked if isinstance(asked, str) and asked.strip() else turns_of(asked)
        if said is not None:
            reference = next((values[one] for one in REFERENCES if values.get(one) not in (None, "")), None)
            right = values.get("right")
            return {
                "prompt": said,
                **({} if reference is None else {"reference_answer": reference}),
                **({"right": right} if isinstance(right, str) else {}),
            }
    return None
