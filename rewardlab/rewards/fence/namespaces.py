"""Namespaces of a worker's own: a network without a cable, and temporary folders that nobody else sees.

Standard library only: this file runs in the isolated worker.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
from collections.abc import Sequence
from pathlib import Path

from rewardlab.rewards.fence.kernel import inet_socket, mount, unshare

NEW_MOUNTS, NEW_MESSAGES, NEW_USER, NEW_NETWORK = 0x0002_0000, 0x0800_0000, 0x1000_0000, 0x4000_0000
NO_SUID, NO_DEVICES, BIND, RECURSIVE, SLAVE = 2, 4, 4096, 16384, 1 << 19
READ_ONLY, REMOUNT, RELATIVE_TIMES = 1, 32, 1 << 21
#: Flags that a mount's description and the call to mount it write alike: no set-user-ID, devices, programs, times.
KEPT_FLAGS = 2 | 4 | 8 | 1024 | 2048
SET_FLAGS, IS_UP = 0x8914, 1
TEMPORARY, SHARED, RUNTIME = "/tmp", "/dev/shm", "/run"  # noqa: S108 - what everybody writes to, and services listen in


def leave(*, network: bool) -> None:
    """Enter new namespaces: of mounts and of messages between processes, and of networks unless `network`.

    Raises: OSError where that is not allowed here.
    """
    flags = NEW_MOUNTS | NEW_MESSAGES | (0 if network else NEW_NETWORK)
    user, group = os.getuid(), os.getgid()
    try:
        unshare(flags)  # root may, where it is not a container's
    except OSError:
        unshare(flags | NEW_USER)
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path("/proc/self", name).write_bytes(text.encode())
    mount(None, "/", None, RECURSIVE | SLAVE)
    if not network:
        _raise_loopback()


def _raise_loopback() -> None:
    """127.0.0.1 answers, to this worker's own processes only; where that is not allowed, it does not."""
    with contextlib.suppress(OSError):
        any_socket = inet_socket()
        try:
            fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", IS_UP))
        finally:
            os.close(any_socket)


def own_temporary_folders(private: Path, needed: Sequence[str], *, memory_mb: int) -> None:
    """Put a folder of the worker's own where everybody's temporary folder is, empty but for what is `needed` of it.

    Shared memory becomes the worker's own too, and the sockets of services disappear.
    Raises: OSError where that is not allowed here.
    """
    cover(TEMPORARY, private / "tmp", needed)
    mount("tmpfs", SHARED, "tmpfs", NO_SUID | NO_DEVICES, f"size={memory_mb}m,mode=1777")
    if not any(_is_below(one, RUNTIME) for one in needed):
        mount("tmpfs", RUNTIME, "tmpfs", NO_SUID | NO_DEVICES, "size=0,mode=755")


def write_protect(paths: Sequence[str]) -> None:
    """Make folders read-only, for this worker and what it starts.

    Raises: OSError where that is not allowed here.
    """
    for one in paths:
        mount(one, one, None, BIND | RECURSIVE)
        held = os.statvfs(one).f_flag  # a mount may not lose what holds it back
        flags = (held & KEPT_FLAGS) | (RELATIVE_TIMES if held & os.ST_RELATIME else 0)
        mount(None, one, None, BIND | REMOUNT | READ_ONLY | flags)


def cover(place: str, by: Path, needed: Sequence[str]) -> None:
    """Put a folder where another is, with what is `needed` of that one in its place.

    Raises: OSError where that is not allowed here.
    """
    held = [(one, os.open(one, os.O_PATH | os.O_CLOEXEC)) for one in _topmost(needed) if _is_below(one, place)]
    mount(str(by), place, None, BIND)
    for one, opened in held:
        target = Path(one)
        if Path(f"/proc/self/fd/{opened}").is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        mount(f"/proc/self/fd/{opened}", one, None, BIND | RECURSIVE)
        os.close(opened)


def _topmost(paths: Sequence[str]) -> list[str]:
    """Those that lie in no other of them."""
    found: list[str] = []
    for one in sorted(set(paths)):
        if not any(_is_below(one, other) for other in found):
            found.append(one)
    return found


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
