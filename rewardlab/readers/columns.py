"""Our names for a file's columns: `--columns prompt=question,reference=solution`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from rewardlab.errors import InputError
from rewardlab.readers.plain import ASKED, REFERENCES, TEXT, TEXTS
from rewardlab.readers.reading import Reading, Row, value_at
from rewardlab.readers.source import readable

Json: TypeAlias = Any

#: Names of prompts and of generations; the first become these columns.
PROMPT_NAMES = {
    "id": "id",
    "prompt": "prompt",
    "messages": "messages",
    "reference": "reference_answer",
    "right": "right",
}
LOG_NAMES = {
    "text": "text",
    "prompt_id": "prompt_id",
    "index": "index",
    "finish_reason": "finish_reason",
    "score": "score",
    "step": "step",
}
#: Without which a row is of no use: the first row tells a name that is written wrongly.
NEEDED = frozenset({"prompt", "messages", "text"})
#: What else holds references, where a mapping is proposed.
ALSO_REFERENCES = ("expected_answer", "ideal", "label", "final_answer", "gold", "output")


def renamed_prompts(rows: Iterable[Row], reading: Reading) -> Iterator[Row]:
    """The rows with the columns of prompts under our names.

    Raises: InputError for a column that no row has.
    """
    names = {ours: theirs for ours, theirs in reading.columns.items() if ours in PROMPT_NAMES}
    return _renamed(rows, names, PROMPT_NAMES, must=names)


def renamed_answers(rows: Iterable[Row], reading: Reading, *, always: bool = False) -> Iterator[Row]:
    """The rows of a log with its columns under our names; those of prompts only where it has columns of its own named.

    With `always` there are no prompts but the log's, so that all columns are its own.
    Raises: InputError for a column of generations that no row has.
    """
    columns = {**PROMPT_NAMES, **LOG_NAMES}
    must = {ours: theirs for ours, theirs in reading.columns.items() if ours in LOG_NAMES}
    if always:
        must = dict(reading.columns)
    return _renamed(rows, dict(reading.columns) if must else {}, columns, must=must)


def _renamed(
    rows: Iterable[Row], names: Mapping[str, str], columns: Mapping[str, str], *, must: Mapping[str, str]
) -> Iterator[Row]:
    lacking, last = set(must), None
    for row in rows:
        found = {ours: value_at(row.values, theirs) for ours, theirs in names.items()}
        lacking -= {ours for ours, value in found.items() if value is not None or names[ours] in row.values}
        if last is None and (needed := lacking & NEEDED):
            raise _no_column(must[min(needed)], row)
        last = row
        # A text that is null is no generation, and no other column is one in its place.
        held = {columns[one]: value for one, value in found.items() if value is not None or one == "text"}
        yield Row(row.where, row.number, _with(row.values, held)) if held else row
    if lacking and last is not None:
        raise _no_column(must[min(lacking)], last)


def _no_column(name: str, row: Row) -> InputError:
    return InputError(f"no column {name!r}", where=row.where, expected=f"one of {readable(row.values)}")


def _with(values: Mapping[str, Json], found: Mapping[str, Json]) -> dict[str, Json]:
    """The values with those that were named, which win over all that might be taken for the same."""
    rivals = set()
    if "text" in found:
        rivals |= {*TEXT, *TEXTS}
    if "prompt" in found:
        rivals |= {"messages"}
    if "reference_answer" in found:
        rivals |= {"reward_model"}
    return {**{name: value for name, value in values.items() if name not in rivals}, **found}


def mapping_for(values: Mapping[str, Json], *, text: bool = False) -> str | None:
    """The `--columns` that would do for a row, guessed by names; None where nothing can be guessed."""
    texts = [name for name, value in values.items() if isinstance(value, str)]
    asked = next((name for name in ASKED if name in values), next(iter(texts), None))
    references = [name for name in (*REFERENCES, *ALSO_REFERENCES) if name in values and name != asked]
    said = next((name for name in TEXT if name in values and name != asked), None)
    if text:
        return None if asked is None or said is None else f"--columns prompt={asked},text={said}"
    if asked is None:
        return None
    return f"--columns prompt={asked}" + (f",reference={references[0]}" if references else "")
