"""The first program of an execution environment, like /var/runtime/bootstrap.py on Lambda; it is run, not imported.

Standard library only. It is copied beside the runtime client and started with `python -S`: nothing installed on this
machine can be imported, so that a package which lacks a dependency fails here as it would on Lambda.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import runpy
import signal
import site
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER, CLONE_NEWNS = 0x1000_0000, 0x0002_0000
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
#: The number of mount_setattr(2), the same on x86_64 and arm64: the C libraries on Lambda do not have the call yet.
SYS_MOUNT_SETATTR = 442
AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = -100, 0x8000, 1
TEMPORARY_FOLDER = "/tmp"  # noqa: S108 - Lambda's only writable folder
#: Lambda's quota of file descriptors; and how far the address space may exceed the memory, which stops one huge
#: allocation for which polling would be too slow.
DESCRIPTORS, SPARE_BYTES = 1024, 8 << 30
REFUSED = 71


def main() -> None:
    """Make the environment like Lambda's, as far as this machine allows, and run the client for ever."""
    settings = json.loads(sys.argv[1])
    status = settings["status"]
    task = settings["task"]
    limit(settings["memory_mb"])
    if settings["isolate"]:
        try:
            isolate(settings["private"], settings["keep"], settings["temporary_mb"])
        except OSError as error:
            os.write(status, f"refused {error}".encode())
            os._exit(REFUSED)
    else:
        os.environ["TMPDIR"] = settings["private"]
    die_with_parent(settings["parent"])
    os.write(status, b"ok")
    os.close(status)
    os.chdir(task)
    sys.path[0] = task
    sys.argv = [str(Path(__file__)), settings["handler"]]
    for given in (site.setquit, site.sethelper, site.setcopyright):  # -S leaves these out, and code may use them
        given()
    runpy.run_module("awslambdaric", run_name="__main__")  # it lies beside this file


def limit(memory_mb: int) -> None:
    """Limit descriptors, core files and the address space; the parent process watches the resident size."""
    most = {
        resource.RLIMIT_NOFILE: DESCRIPTORS,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: (memory_mb << 20) + SPARE_BYTES,
    }
    for name, value in most.items():
        hard = resource.getrlimit(name)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (bound, bound))


def isolate(private: str, keep: Sequence[str], megabytes: int) -> None:
    """Enter namespaces where every file is read-only, except in a new, empty temporary folder of limited size.

    `keep` are folders below the machine's own temporary folder that must stay visible.
    Raises: OSError where the system does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    _checked(_libc().unshare(CLONE_NEWUSER | CLONE_NEWNS))
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    attributes = struct.pack("=QQQQ", MOUNT_ATTR_RDONLY, 0, MS_PRIVATE, 0)
    _checked(_libc().syscall(SYS_MOUNT_SETATTR, AT_FDCWD, b"/", AT_RECURSIVE, attributes, len(attributes)))
    _mount("tmpfs", private, "tmpfs", MS_NOSUID | MS_NODEV, f"size={megabytes}m,mode=1777")
    for folder in keep:
        place = Path(private) / Path(folder).relative_to(TEMPORARY_FOLDER)
        place.mkdir(parents=True, exist_ok=True)
        _mount(folder, str(place), None, MS_BIND | MS_REC, None)
    _mount(private, TEMPORARY_FOLDER, None, MS_BIND | MS_REC, None)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent, the proof, dies."""
    _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _mount(source: str, target: str, kind: str | None, flags: int, data: str | None) -> None:
    encoded = [None if text is None else text.encode() for text in (source, target, kind, data)]
    _checked(_libc().mount(encoded[0], encoded[1], encoded[2], ctypes.c_ulong(flags), encoded[3]))


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main()
