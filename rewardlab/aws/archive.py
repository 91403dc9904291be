"""A zip whose bytes depend on its contents alone: sorted names, one time, one mode, one compression."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping

EPOCH = (1980, 1, 1, 0, 0, 0)
#: Lambda reads files as another user. What a program starts as is decided by its content, for modes differ by machine.
READABLE, RUNNABLE = 0o100644, 0o100755
PROGRAM = (b"\x7fELF", b"#!")
#: Contents up to so many bytes are stored as they are: deflate's output differs between zlib and zlib-ng, and with it
#: the digest of one package on two machines. More is compressed, for the zip's limit is 50 MB.
STORED_BYTES = 16 << 20
LEVEL = 9
UNIX = 3
MB = 1 << 20


def archive(contents: Mapping[str, bytes]) -> bytes:
    """The zip of these files, by name."""
    small = sum(map(len, contents.values())) <= STORED_BYTES
    method = zipfile.ZIP_STORED if small else zipfile.ZIP_DEFLATED
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name in sorted(contents):
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = UNIX
            info.external_attr = (RUNNABLE if contents[name].startswith(PROGRAM) else READABLE) << 16
            info.compress_type = method
            made.writestr(info, contents[name], compresslevel=LEVEL)
    return out.getvalue()


def digest(content: bytes) -> str:
    """The SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()
