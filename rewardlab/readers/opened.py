"""The bytes of a file, unpacked where gzip or zstd packed it."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import IO

import pyarrow as pa
from typing_extensions import override

from rewardlab.errors import InputError

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


def open_file(path: Path, *, what: str) -> IO[bytes]:
    """Open a file for reading from its beginning, whatever its name says of how it is packed.

    Raises: InputError where it cannot be opened; reading it may raise one of BROKEN.
    """
    try:
        file = path.open("rb")
    except IsADirectoryError:
        raise InputError("is a folder", where=str(path), expected=f"a file with {what}") from None
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot be read ({said})", where=str(path), expected=f"a file with {what}") from None
    try:
        head = file.peek(4)[:4]
    except OSError as error:
        file.close()
        raise InputError(
            f"cannot be read ({error.strerror})", where=str(path), expected=f"a file with {what}"
        ) from None
    if head.startswith(GZIP):
        return io.BufferedReader(_Gunzipped(file))
    if head == ZSTD:
        return io.BufferedReader(_Unpacked(file))
    return file


#: What reading a file can raise that is cut short or damaged.
BROKEN = (OSError, EOFError, zlib.error, pa.ArrowException)


class _Gunzipped(gzip.GzipFile):
    """What gzip unpacks; the packed file is closed with it."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(fileobj=file)
        self._packed = file

    @override
    def close(self) -> None:
        super().close()
        self._packed.close()


class _Unpacked(io.RawIOBase):
    """What Arrow unpacks, as a file of Python's."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._stream = pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd")

    @override
    def close(self) -> None:
        if not self.closed:
            super().close()
            self._file.close()

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
