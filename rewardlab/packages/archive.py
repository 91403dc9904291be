"""Makes zips whose bytes depend on their contents alone: sorted names, one time, one mode, one compression."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from importlib import metadata
from typing import Any

from rewardlab.errors import UsageError

EPOCH = (1980, 1, 1, 0, 0, 0)
#: Modes of files. Lambda reads them as another user. Only programs are runnable; their content tells, because modes
#: differ by machine.
READABLE, RUNNABLE = 0o100644, 0o100755
PROGRAM = (b"\x7fELF", b"#!")
#: Contents up to so many bytes are stored as they are. More is compressed, because a zip may have 50 MB; by one version
#: of libdeflate, because zlib's output, and so a package's digest, differs between builds of Python (zlib, zlib-ng).
#: "No version of libdeflate has ever been non-deterministic, but the output has varied across versions" (its author,
#: github.com/ebiggers/libdeflate/issues/400).
STORED_BYTES = 16 << 20
COMPRESSOR, VERSION, LEVEL = "deflate", "0.9.0", 9
UNIX = 3
MB = 1 << 20


def archive(contents: Mapping[str, bytes]) -> bytes:
    """The zip of these files, by name.

    Raises: UsageError when they are so large that they are to be compressed, and the compressor is not installed.
    """
    small = sum(map(len, contents.values())) <= STORED_BYTES
    compressor = None if small else _Compressor()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in sorted(contents):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = UNIX
            info.external_attr = (RUNNABLE if contents[name].startswith(PROGRAM) else READABLE) << 16
            info.file_size = len(contents[name])
            info.compress_type = zipfile.ZIP_DEFLATED if compressor else zipfile.ZIP_STORED
            member: Any
            with made.open(info, "w") as member:
                member._compressor = compressor  # noqa: SLF001 - zipfile offers no other way to a compressor of one's own
                member.write(contents[name])
    return out.getvalue()


class _Compressor:
    """A compressor as zipfile expects it; zipfile gives it each file in one piece."""

    def __init__(self) -> None:
        try:
            held = metadata.version(COMPRESSOR)
        except metadata.PackageNotFoundError:
            held = "none"
        if held != VERSION:
            raise UsageError(
                f"what is above {STORED_BYTES >> 20} MB is compressed, and here is {COMPRESSOR} {held}",
                expected=f"{COMPRESSOR} {VERSION}: another version would give other bytes",
                do="install it: pip install 'rewardlab[aws]'",
            )
        import deflate  # noqa: PLC0415 - optional

        self._deflate = deflate.deflate_compress

    def compress(self, data: bytes) -> bytes:
        """The whole file as one deflate stream."""
        return bytes(self._deflate(data, LEVEL))

    def flush(self) -> bytes:
        """The rest of the stream: nothing."""
        return b""


def digest(content: bytes) -> str:
    """The SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
