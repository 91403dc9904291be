"""Reads wheels: their name and version, their requirements, the files they install."""

from __future__ import annotations

import email.parser
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name, parse_wheel_filename

from rewardlab.errors import InputError

#: Parts of `NAME.data` that are installed beside modules; scripts, headers and data files are not.
MODULES = ("purelib", "platlib")
#: Files that are not taken: those that an installer would write or rewrite, and caches of another Python.
LEFT_OUT = (".pyc", ".pyo")

#: Limits against a small wheel that unpacks to very much: more fits neither in a function nor in a container.
MOST_BYTES, MOST_METADATA_BYTES = 2 << 30, 16 << 20

#: The errors that reading a damaged or hostile zip, or its metadata, raises.
DAMAGED = (
    *(OSError, ValueError, LookupError, StopIteration, RuntimeError, EOFError, MemoryError, struct.error),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, InvalidRequirement),
)


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel on disk: its distribution's name and version, its requirements, and its file."""

    name: NormalizedName
    version: str
    requires: tuple[Requirement, ...]
    path: Path

    @property
    def pin(self) -> str:
        """The requirement that pins this version."""
        return f"{self.name}=={self.version}"


def read_wheel(path: Path) -> Wheel:
    """The wheel in a file.

    Raises: InputError when it is damaged.
    """
    try:
        name, version, _, _ = parse_wheel_filename(path.name)
        with zipfile.ZipFile(path) as archive:
            metadata = next(
                one for one in archive.namelist() if one.endswith(".dist-info/METADATA") and one.count("/") == 1
            )
            if archive.getinfo(metadata).file_size > MOST_METADATA_BYTES:
                raise ValueError("its metadata are too large")
            headers = email.parser.BytesHeaderParser().parsebytes(archive.read(metadata))
        requires = tuple(Requirement(text) for text in headers.get_all("Requires-Dist", []))
        return Wheel(canonicalize_name(name), str(version), requires, path)
    except DAMAGED as error:
        raise _damaged(path, error) from None


def files_of(wheel: Wheel) -> Iterator[tuple[str, bytes]]:
    """The names and contents of the files that the wheel installs into the folder of modules.

    Raises: InputError for one that would be installed elsewhere, is damaged, or would be too much to hold.
    """
    try:
        with zipfile.ZipFile(wheel.path) as archive:
            if (size := sum(info.file_size for info in archive.infolist())) > MOST_BYTES:
                raise InputError(
                    f"holds {size} bytes unpacked", where=wheel.path.name, expected=f"at most {MOST_BYTES}"
                )
            yield from _files(archive, wheel.path.name)
    except DAMAGED as error:
        raise _damaged(wheel.path, error) from None


def _files(archive: zipfile.ZipFile, where: str) -> Iterator[tuple[str, bytes]]:
    for info in archive.infolist():
        name = _place(info.filename)
        if info.is_dir() or name is None or name.endswith(LEFT_OUT):
            continue
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name:
            raise InputError(f"would install {name!r} outside its folder", where=where)
        yield name, archive.read(info)


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(f"cannot be read as a wheel ({error})", where=path.name, do="fetch it again (pip cache purge)")


def _place(name: str) -> str | None:
    top, _, rest = name.partition("/")
    if not top.endswith(".data"):
        return name
    kind, _, inner = rest.partition("/")
    return inner if kind in MODULES and inner else None
