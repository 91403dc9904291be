"""Puts a worker into its own namespaces: a network without a connection, and temporary folders of its own.

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
#: Flags with the same value in statvfs and in mount: no set-user-ID, no devices, no programs, no access times.
KEPT_FLAGS = 2 | 4 | 8 | 1024 | 2048
SET_FLAGS, IS_UP = 0x8914, 1
TEMPORARY, SHARED, RUNTIME = "/tmp", "/dev/shm", "/run"  # noqa: S108 - the shared folders that are to be covered


def leave(*, network: bool) -> None:
    """Enter new namespaces for mounts and for messages between processes, and for the network unless `network`.

    Raises: OSError where this machine does not allow it.
    """
    flags = NEW_MOUNTS | NEW_MESSAGES | (0 if network else NEW_NETWORK)
    user, group = os.getuid(), os.getgid()
    try:
        unshare(flags)  # allowed for root outside containers
    except OSError:
        unshare(flags | NEW_USER)
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path("/proc/self", name).write_bytes(text.encode())
    mount(None, "/", None, RECURSIVE | SLAVE)
    if not network:
        _raise_loopback()


def _raise_loopback() -> None:
    """Make 127.0.0.1 work within this worker's own processes, if that is allowed."""
    with contextlib.suppress(OSError):
        any_socket = inet_socket()
        try:
            fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", IS_UP))
        finally:
            os.close(any_socket)


def own_temporary_folders(private: Path, needed: Sequence[str], *, memory_mb: int) -> None:
    """Replace the shared temporary folder by one of the worker's own, which contains only the `needed` paths.

    Shared memory becomes the worker's own too, and the sockets of services disappear.
    Raises: OSError where this machine does not allow it.
    """
    cover(TEMPORARY, private / "tmp", needed)
    mount("tmpfs", SHARED, "tmpfs", NO_SUID | NO_DEVICES, f"size={memory_mb}m,mode=1777")
    if not any(_is_below(one, RUNTIME) for one in needed):
        mount("tmpfs", RUNTIME, "tmpfs", NO_SUID | NO_DEVICES, "size=0,mode=755")


def write_protect(paths: Sequence[str]) -> None:
    """Make folders read-only for this worker and the programs it starts.

    Raises: OSError where this machine does not allow it.
    """
    for one in paths:
        mount(one, one, None, BIND | RECURSIVE)
        held = os.statvfs(one).f_flag  # a remount must keep the mount's restrictions
        flags = (held & KEPT_FLAGS) | (RELATIVE_TIMES if held & os.ST_RELATIME else 0)
        mount(None, one, None, BIND | REMOUNT | READ_ONLY | flags)


def cover(place: str, by: Path, needed: Sequence[str]) -> None:
    """Cover the folder `place` with the folder `by`, in which the `needed` paths of `place` stay visible.

    Raises: OSError where this machine does not allow it.
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
    """The paths that are not below another one of them."""
    found: list[str] = []
    for one in sorted(set(paths)):
        if not any(_is_below(one, other) for other in found):
            found.append(one)
    return found


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")
