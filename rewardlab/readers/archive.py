"""The members of an inspect_ai log: a zip file whose members zstd packed, which Python's zipfile cannot unpack."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Self, TypeAlias

import pyarrow as pa

from rewardlab.errors import InputError
from rewardlab.readers.fast import read_fast
from rewardlab.readers.rows import first_line

Json: TypeAlias = Any

ZSTD = 93
#: A local header's fixed part, in which the lengths of the name and of the extra field stand last.
LOCAL = struct.Struct("<4s22xHH")
#: More than any log's member unpacks to.
MOST_BYTES = 2**31


class Archive:
    """An opened zip file; a member is read as JSON. Use as a context manager."""

    def __init__(self, path: Path):
        self._shown = str(path)
        with contextlib.ExitStack() as opened:
            try:
                self._file: IO[bytes] = opened.enter_context(path.open("rb"))
                self._zip = opened.enter_context(zipfile.ZipFile(self._file))
            except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
                raise self._broken(error) from None
            self._opened = opened.pop_all()
        self.members: Mapping[str, zipfile.ZipInfo] = {one.filename: one for one in self._zip.infolist()}

    def json(self, name: str) -> Json:
        """The value of a member; NaN is a number in it, as the log writes a score that is missing.

        Raises: InputError where it cannot be read.
        """
        try:
            return read_fast(self._bytes(self.members[name]), nan=True)
        except (OSError, ValueError, KeyError, EOFError, zlib.error, zipfile.BadZipFile, pa.ArrowException) as error:
            raise self._broken(error, name) from None
        except (RuntimeError, NotImplementedError) as error:  # encrypted; packed by what nobody unpacks
            raise self._broken(error, name) from None

    def _bytes(self, member: zipfile.ZipInfo) -> bytes:
        if member.file_size > MOST_BYTES:
            raise ValueError(f"{member.file_size:,} bytes")
        if member.compress_type != ZSTD:
            return self._zip.read(member)
        self._file.seek(member.header_offset)
        signature, name, extra = LOCAL.unpack(self._file.read(LOCAL.size))
        if signature != b"PK\x03\x04":
            raise ValueError("no header where one should stand")
        self._file.seek(name + extra, io.SEEK_CUR)
        packed = self._file.read(member.compress_size)
        with pa.CompressedInputStream(pa.BufferReader(packed), "zstd") as stream:
            data: bytes = stream.read(member.file_size + 1)
        if len(data) != member.file_size or zlib.crc32(data) != member.CRC:
            raise ValueError("it is damaged")
        return data

    def _broken(self, error: Exception, name: str | None = None) -> InputError:
        what = f"{name or 'the archive'} cannot be read ({first_line(error)})"
        return InputError(what, where=self._shown, expected="a log of inspect_ai (.eval)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()
