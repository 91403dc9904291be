"""The objects of a JSONL file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeAlias

from rewardlab.errors import InputError
from rewardlab.readers.conversation import kind_of_json
from rewardlab.readers.fast import read_fast
from rewardlab.readers.opened import BROKEN, open_file

Json: TypeAlias = Any
BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Rows:
    """The objects of a JSONL file, line by line; blank lines are skipped, anything else that is no object raises.

    With `nan`, NaN is a number: libraries write it for a score that is missing.
    """

    path: Path
    what: str
    nan: bool = False
    shown: str = field(init=False)

    def __post_init__(self) -> None:
        self.shown = str(self.path)

    def __iter__(self) -> Iterator[tuple[int, dict[str, Json]]]:
        with open_file(self.path, what=self.what) as file:
            yield from self.of(file)

    def of(self, file: IO[bytes]) -> Iterator[tuple[int, dict[str, Json]]]:
        """The objects of an opened file."""
        try:
            for line, raw in enumerate(file, start=1):
                if raw.strip():
                    yield line, self._parse(line, raw)
        except BROKEN as error:
            said = getattr(error, "strerror", None) or first_line(error)
            raise InputError(
                f"cannot be read ({said})", where=self.shown, expected=f"a file with {self.what}"
            ) from None

    def _parse(self, line: int, raw: bytes) -> dict[str, Json]:
        where = f"{self.shown}:{line}"
        try:
            row = read_fast(raw.removeprefix(BOM) if line == 1 else raw, nan=self.nan)
        except UnicodeDecodeError as error:
            raise InputError(
                f"not UTF-8 (byte {raw[error.start]:#04x} at column {error.start + 1})",
                where=where,
                expected=self.what,
                do="save the file as UTF-8",
            ) from None
        except json.JSONDecodeError as error:
            raise InputError(
                f"not JSON ({error.msg} at column {error.colno})",
                where=where,
                expected=self.what,
                do="write one object per line, with no line breaks inside",
            ) from None
        except ValueError as error:
            raise InputError(f"not usable JSON ({first_line(error)})", where=where, expected=self.what) from None
        if not isinstance(row, dict):
            raise InputError(f"a JSON {kind_of_json(row)}", where=where, expected=self.what)
        return row


def first_line(error: Exception) -> str:
    """What an error says, in one line; its kind where it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0]
