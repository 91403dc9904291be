"""The settings of the reading: what the user says of files of prompts and generations beside their paths."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from rewardlab.errors import UsageError
from rewardlab.readers.columns import LOG_NAMES, PROMPT_NAMES
from rewardlab.readers.kinds import check_formats
from rewardlab.readers.reading import Reading
from rewardlab.settings.sampling import SamplingOptions, SamplingSettings

NAMES = (*PROMPT_NAMES, *LOG_NAMES)


def _formats(value: object) -> object:
    """`A,B` as it is written on the command line, once or repeatedly."""
    given = (value,) if isinstance(value, str) else value
    if not (isinstance(given, list | tuple) and all(isinstance(name, str) for name in given)):
        return value
    return [name.strip() for some in given for name in some.split(",") if name.strip()]


def _known(value: tuple[str, ...]) -> tuple[str, ...]:
    try:
        check_formats(value)
    except UsageError as error:
        raise ValueError(f"{error.what}" + (f"; expected {error.expected}" if error.expected else "")) from None
    return value


def _columns(value: object) -> object:
    """`NAME=COLUMN,NAME=COLUMN` as it is written on the command line, once or repeatedly; or a table."""
    given = (value,) if isinstance(value, str) else value
    if not (isinstance(given, list | tuple) and all(isinstance(one, str) for one in given)):
        return value
    pairs = [one.partition("=") for some in given for one in re.split(r",(?=\w+=)", some) if one.strip()]
    if wrong := [name + equals + column for name, equals, column in pairs if not equals or not column.strip()]:
        raise ValueError(f"{wrong[0]!r} is no mapping; expected NAME=COLUMN, such as prompt=question")
    return {name.strip(): column.strip() for name, _, column in pairs}


def _named(value: dict[str, str]) -> dict[str, str]:
    if unknown := [name for name in value if name not in NAMES]:
        raise ValueError(f"{unknown[0]!r} is no name of ours; expected one of {', '.join(NAMES)}")
    return value


def _steps(value: object) -> object:
    """`N`, or `A-B`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value, value)
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d{1,15})\s*(?:-\s*(\d{1,15})\s*)?", value)
        if found is None or int(found[1]) > int(found[2] or found[1]):
            raise ValueError(f"{value!r} is no step; expected a number, such as 10, or the first and the last, 10-20")
        return (int(found[1]), int(found[2] or found[1]))
    return value


class ReadingSettings(SamplingSettings):
    """How files are read, by the names of rewardlab.toml; `from_format` is `--from` on the command line."""

    from_format: Annotated[tuple[str, ...], BeforeValidator(_formats), AfterValidator(_known)] = ()
    columns: Annotated[dict[str, str], BeforeValidator(_columns), AfterValidator(_named)] = Field(default_factory=dict)
    split: Annotated[str, Field(min_length=1)] | None = None
    step: Annotated[tuple[int, int] | None, BeforeValidator(_steps)] = None

    @property
    def file_reading(self) -> Reading:
        """How prompts and recorded generations are read."""
        return Reading(self.from_format, self.columns, self.split, self.step)


def shown_reading(name: str, value: Any) -> str | None:
    """A setting of the reading as its option takes it; None for any other setting."""
    if name == "columns" and isinstance(value, Mapping):
        return ",".join(f"{ours}={theirs}" for ours, theirs in value.items())
    if name == "step" and isinstance(value, Sequence):
        return f"{value[0]}-{value[1]}"
    return None


class ReadingOptions(SamplingOptions, total=False):
    """The keyword arguments of the reading."""

    from_format: str | Sequence[str]
    columns: str | Mapping[str, str]
    split: str
    step: int | str
