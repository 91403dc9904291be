"""Reads a judge's TOML: the keys it may have, with errors that name the line."""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr, ValidationError
from pydantic_core import ErrorDetails

from rewardlab.errors import UsageError
from rewardlab.judging.form import Answer
from rewardlab.judging.scale import Kind, Level

Number = Annotated[StrictInt | StrictFloat, Field(allow_inf_nan=False)]
Text = Annotated[StrictStr, Field(min_length=1)]


class Table(BaseModel):
    """A TOML table that allows no other keys than its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SamplingTable(Table):
    """How the judge's model is sampled."""

    temperature: Annotated[Number, Field(ge=0, le=10)] = 0.0
    max_tokens: Annotated[StrictInt, Field(ge=1, le=1_000_000)] | None = None
    seed: Annotated[StrictInt, Field(ge=0, lt=2**63)] = 0


class PriceTable(Table):
    """The price of a million tokens."""

    prompt: Annotated[Number, Field(ge=0)]
    completion: Annotated[Number, Field(ge=0)]
    currency: Text = "USD"


class Declaration(Table):
    """The keys of a judge's definition."""

    kind: Kind
    name: Text | None = None
    description: StrictStr = ""
    labels: tuple[StrictStr | StrictInt | StrictFloat, ...] | None = None
    values: tuple[Number, ...] | None = None
    range: tuple[Number, ...] | None = None
    level: Level | None = None
    success_at: Number | StrictStr | None = None
    prompt: Text | None = None
    criteria: StrictStr | tuple[Text, ...] | None = None
    answer: Answer | None = None
    model: Text | None = None
    repeats: Annotated[StrictInt, Field(ge=0, le=100)] = 2
    sampling: SamplingTable = SamplingTable()
    engine: dict[str, Any] = {}
    price: PriceTable | None = None


def read_declaration(path: Path) -> tuple[Declaration, str]:
    """The definition in `path`, and its text.

    Raises: UsageError with file:line for invalid TOML, an unknown key, or a value that is not allowed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise UsageError(f"the judge's definition cannot be read ({why})", where=str(path)) from None
    try:
        return Declaration.model_validate(tomllib.loads(text)), text
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"{path}:{line[1]}" if line else str(path)
        raise UsageError(f"not readable as TOML ({error})", where=where) from None
    except ValidationError as error:
        raise _refusal(_foremost(error.errors()), path, text) from None


def line_of(key: str, text: str, *, table: str | None = None) -> int | None:
    """The line of a definition's text that sets `key`, counted from 1; None if there is none."""
    inside: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[\s*[\"']?([\w-]+)", line):
            inside = header[1]
            if table is None and inside == key:
                return number
        elif inside == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
            return number
    return None


def place(path: Path, text: str, key: str, *, table: str | None = None) -> str:
    """`file:line` of a key, or the file alone if the line is not known."""
    line = line_of(key, text, table=table) or (line_of(table, text) if table else None)
    return f"{path}:{line}" if line else str(path)


def _foremost(errors: list[ErrorDetails]) -> ErrorDetails:
    """The error to report: an unknown key comes before a missing one, which may be what it was meant to be."""
    return next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])


def _refusal(detail: ErrorDetails, path: Path, text: str) -> UsageError:
    names = [str(step) for step in detail["loc"] if isinstance(step, str)]
    tables: dict[str, type[Table]] = {"sampling": SamplingTable, "price": PriceTable}
    nested = len(names) > 1 and names[0] in tables
    table, key = (names[0], names[1]) if nested else (None, names[0])
    where = place(path, text, key, table=table)
    known = list((tables[names[0]] if nested else Declaration).model_fields)
    if detail["type"] == "extra_forbidden":
        close = difflib.get_close_matches(key, known, n=1)
        kept = f" in [{table}]" if table else ""
        return UsageError(
            f"unknown key {key!r}{kept}",
            where=where,
            expected=("perhaps " + close[0] + "; " if close else "") + "one of " + ", ".join(known),
        )
    if detail["type"] == "missing":
        return UsageError(f"no {key}", where=where, expected=EXPECTED[table or key])
    shown = repr(detail["input"])
    return UsageError(
        f"{key} = {shown if len(shown) <= 60 else shown[:57] + '...'} is not allowed",
        where=where,
        expected=_sentence(detail) if nested else EXPECTED.get(key) or _sentence(detail),
    )


#: What to expect for keys that allow several types, where pydantic's own sentence would name only one.
EXPECTED = {
    "kind": "one of score, label, boolean, pairwise",
    "labels": 'a list of texts or numbers, such as [1, 2, 3] or ["bad", "good"]',
    "success_at": "a value of the scale, or a label",
    "criteria": "a text, or a list of texts",
    "engine": "a table of engine options",
    "sampling": "a table with " + ", ".join(SamplingTable.model_fields),
    "price": "a table with prompt and completion: what a million tokens of each cost",
    "prompt": "the name of the file with the prompt text",
}


def _sentence(detail: ErrorDetails) -> str:
    """Pydantic's sentence without its verb: "Input should be greater than 0" becomes "greater than 0"."""
    text = detail["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return text[:1].lower() + text[1:]
