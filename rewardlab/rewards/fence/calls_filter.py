"""The filter of system calls around fenced code, as a program for the kernel (seccomp).

Standard library only: this file runs in the isolated worker.
"""

from __future__ import annotations

import errno
import os
import struct
from dataclasses import dataclass

from rewardlab.rewards.fence.kernel import filter_calls

LOAD, EQUALS, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, FAIL = 0x7FFF_0000, 0x0005_0000
#: The offsets of the call's number, its architecture and its first argument in the kernel's data.
NUMBER, ARCHITECTURE, FIRST = 0, 4, 16
#: The socket families that cannot reach another machine: sockets in the file system, and requests to the kernel.
AF_UNIX, AF_NETLINK = 1, 16
#: x86_64's second numbering of calls begins here; nothing uses it.
SECOND = 0x4000_0000


@dataclass(frozen=True)
class Numbers:
    """One architecture's numbers: its own, the call that makes a socket, and the calls that are refused.

    Refused are calls for the kernel's keyrings (keys of the user's session), for programs in the kernel, for the
    processor's counters, and for opening files by handle, which rules about paths do not cover.
    """

    architecture: int
    socket: int
    refused: tuple[int, ...]


#: The calls of io_uring, which can make sockets past any filter. They fail as if absent; programs then do without it.
ABSENT = (425, 426, 427)
KNOWN = {
    "x86_64": Numbers(0xC000_003E, 41, (248, 249, 250, 298, 304, 321)),
    "aarch64": Numbers(0xC000_00B7, 198, (217, 218, 219, 241, 265, 280)),
}


def is_known() -> bool:
    """Whether this machine's system call numbers are known."""
    return os.uname().machine in KNOWN


def program(numbers: Numbers, *, sockets: bool) -> bytes:
    """The filter's program; unless `sockets`, no socket can be made that reaches another machine."""
    steps = [(LOAD, 0, 0, ARCHITECTURE), (EQUALS, 1, 0, numbers.architecture), (RETURN, 0, 0, FAIL | errno.ENOSYS)]
    steps += [(LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, SECOND), (RETURN, 0, 0, FAIL | errno.ENOSYS)]
    for call in ABSENT:
        steps += [(EQUALS, 0, 1, call), (RETURN, 0, 0, FAIL | errno.ENOSYS)]
    for call in numbers.refused:
        steps += [(EQUALS, 0, 1, call), (RETURN, 0, 0, FAIL | errno.EPERM)]
    if not sockets:
        steps += [(EQUALS, 0, 4, numbers.socket), (LOAD, 0, 0, FIRST)]
        steps += [(EQUALS, 2, 0, AF_UNIX), (EQUALS, 1, 0, AF_NETLINK), (RETURN, 0, 0, FAIL | errno.EACCES)]
    steps += [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def enter(*, sockets: bool) -> None:
    """Apply the filter to this process.

    Raises: OSError where the kernel does not allow it.
    """
    if not is_known():
        raise OSError(errno.ENOSYS, f"unknown on {os.uname().machine}")
    filter_calls(program(KNOWN[os.uname().machine], sockets=sockets))
