"""The objects of a JSONL file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from rewardlab.errors import InputError
from rewardlab.readers.conversation import kind_of_json
from rewardlab.strict import read_json

Json: TypeAlias = Any


@dataclass(slots=True)
class Rows:
    """The objects of a JSONL file, line by line; blank lines are skipped, anything else that is no object raises."""

    path: Path
    what: str
    shown: str = field(init=False)

    def __post_init__(self) -> None:
        self.shown = str(self.path)

    def __iter__(self) -> Iterator[tuple[int, dict[str, Json]]]:
        try:
            with self.path.open("rb") as file:
                for line, raw in enumerate(file, start=1):
                    if raw.strip():
                        yield line, self._parse(line, raw)
        except IsADirectoryError:
            raise InputError("is a folder", where=self.shown, expected=f"a file with {self.what}") from None
        except OSError as error:
            raise InputError(
                f"cannot be read ({error.strerror})", where=self.shown, expected=f"a file with {self.what}"
            ) from None

    def _parse(self, line: int, raw: bytes) -> dict[str, Json]:
        where = f"{self.shown}:{line}"
        try:
            text = raw.decode("utf-8-sig" if line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"not UTF-8 (byte {raw[error.start]:#04x} at column {error.start + 1})",
                where=where,
                expected=self.what,
                do="save the file as UTF-8",
            ) from None
        try:
            row = read_json(text)
        except json.JSONDecodeError as error:
            raise InputError(
                f"not JSON ({error.msg} at column {error.colno})",
                where=where,
                expected=self.what,
                do="write one object per line, with no line breaks inside",
            ) from None
        except ValueError as error:
            raise InputError(f"not usable JSON ({_first_line(error)})", where=where, expected=self.what) from None
        if not isinstance(row, dict):
            raise InputError(f"a JSON {kind_of_json(row)}", where=where, expected=self.what)
        return row


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
