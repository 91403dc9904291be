"""The Linux system calls that fence a process in, called through ctypes.

Standard library only: this file runs in the isolated worker. Each function raises OSError where the kernel or the
machine's configuration does not allow the call, and always on systems other than Linux.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Sequence
from typing import Any

PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 22, 24, 36, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
SECCOMP_MODE_FILTER = 2
AF_INET, SOCK_DGRAM = 2, 2
#: Landlock's system call numbers, the same on every architecture that has it.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
RULE_PATH_BENEATH, CREATE_RULESET_VERSION = 1, 1
CAPABILITY_VERSION, CAPABILITIES = 0x2008_0522, 64


def _libc() -> Any:
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "only on Linux")
    return ctypes.CDLL(None, use_errno=True)


def checked(result: int) -> int:
    """The result of a call unless it is -1. Raises: OSError with the call's errno."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


def prctl(option: int, value: int = 1, third: int = 0) -> None:
    """Set an attribute of this process."""
    checked(_libc().prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(third), ctypes.c_ulong(0), ctypes.c_ulong(0)))


def unshare(flags: int) -> None:
    """Move this process into new namespaces of the kinds that the flags name."""
    checked(_libc().unshare(flags))


def inet_socket() -> int:
    """Open a datagram socket without the socket module, whose import would take a third of a worker's start."""
    return checked(_libc().socket(AF_INET, SOCK_DGRAM | os.O_CLOEXEC, 0))


def mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """Mount a filesystem, or a folder at a second place."""
    names = [None if text is None else os.fsencode(text) for text in (source, target, kind, data)]
    checked(_libc().mount(names[0], names[1], names[2], ctypes.c_ulong(flags), names[3]))


def keep_capabilities(kept: Sequence[int]) -> None:
    """Drop every capability but these, for this process and the programs it starts."""
    for number in range(CAPABILITIES):
        if number not in kept:
            try:
                prctl(PR_CAPBSET_DROP, number)
            except OSError as error:
                if error.errno != errno.EINVAL:  # EINVAL: this kernel does not know the capability
                    break  # not permitted, so there is nothing to drop
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = struct.pack("=Ii", CAPABILITY_VERSION, 0)
    words = struct.pack("=6I", *[0] * 6)
    held = ctypes.create_string_buffer(words, len(words))
    checked(_libc().capget(header, held))
    allowed = sum(1 << number for number in kept)
    effective, permitted, _, high_effective, high_permitted, _ = struct.unpack("=6I", held.raw)
    low, high = allowed & 0xFFFF_FFFF, allowed >> 32
    wanted = (effective & low, permitted & low, 0, high_effective & high, high_permitted & high, 0)
    checked(_libc().capset(header, struct.pack("=6I", *wanted)))


def landlock_version() -> int:
    """The kernel's version of Landlock's interface, from 1."""
    return checked(_libc().syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(CREATE_RULESET_VERSION)))


class Ruleset:
    """A ruleset of Landlock: the given rights are forbidden except where a rule allows them.

    `files`, `ports` and `scopes` are sets of rights as the kernel numbers them; they must not contain rights that
    `version` does not know.
    """

    def __init__(self, version: int, *, files: int, ports: int, scopes: int) -> None:
        size = 8 if version < 4 else 16 if version < 6 else 24
        attributes = struct.pack("=QQQ", files, ports, scopes)[:size]
        self._file = checked(_libc().syscall(CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint(0)))

    def allow(self, path: str, rights: int) -> None:
        """Allow these rights on a file, or on a folder and everything below it."""
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            rule = struct.pack("=Qi", rights, opened)
            numbers = ctypes.c_int(self._file), ctypes.c_int(RULE_PATH_BENEATH)
            checked(_libc().syscall(ADD_RULE, *numbers, rule, ctypes.c_uint(0)))
        finally:
            os.close(opened)

    def enter(self) -> None:
        """Enforce the rules for this process and everything it starts. This cannot be undone."""
        checked(_libc().syscall(RESTRICT_SELF, ctypes.c_int(self._file), ctypes.c_uint(0)))
        os.close(self._file)


def filter_calls(program: bytes) -> None:
    """Enforce a filter of system calls (a seccomp program) for this process and everything it starts."""
    held = ctypes.create_string_buffer(program, len(program))
    whole = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held)))
    checked(_libc().prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), whole, ctypes.c_ulong(0)))
