"""What a fence is built from, asked of the kernel here in other words than the fence's own; and how to do without.

`python -m tests.kernels landlock,namespaces -- COMMAND ...` runs a command under a filter of calls that takes away what
containers and older kernels lack: any of LACKING. There is no way back, for the command or for what it starts.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from rewardlab.rewards.fence.calls_filter import ALLOW, EQUALS, FAIL, FIRST, LOAD, NUMBER, RETURN
from rewardlab.rewards.fence.fence import Built
from rewardlab.rewards.fence.kernel import PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, filter_calls, prctl

ROOT = Path(__file__).parent.parent
UNFENCED = " is not fenced in wholly on this machine: "
LACKING = ("landlock", "namespaces", "filter")
ANY_OF, LANDLOCK = 0x45, (444, 445, 446)
#: unshare, setns, mount, clone and prctl; of clone's flags those that ask for a namespace; clone3 hides its flags.
CALLS = {"x86_64": (272, 308, 165, 56, 157), "aarch64": (97, 268, 40, 220, 167)}
CLONE3, SECCOMP, NEW = 435, {"x86_64": 317, "aarch64": 277}, 0x7E02_0000
SLAVE, BIND = (1 << 19) | 16384, 4096


@dataclass(frozen=True)
class Kernel:
    """Landlock's version, 0 for none; whether a process gets mounts and a network of its own, and may mount over what
    everybody writes to; whether it may hold itself to a filter of calls.
    """

    landlock: int
    apart: bool
    mounts: bool
    filter: bool

    @property
    def missing(self) -> bool:
        """Whether a report has something to tell of a fence here."""
        return not self.landlock or self.fence().network in {"ports", ""}

    def fence(self) -> Built:
        """The fence that stands here, but for its words on what is missing."""
        ports = "ports" if self.landlock >= 4 else ""
        closed = "namespace" if self.apart else "filter" if self.filter else ports
        hidden = self.mounts and not self.landlock
        return Built(self.landlock, self.mounts, hidden, closed)


@cache
def kernel_here() -> Kernel:
    """This machine's, as a process sees it that is started here."""
    command = [sys.executable, "-m", "tests.kernels"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return Kernel(**json.loads(done.stdout))


def untold(error: str) -> str:
    """What a command said, but for the line on what the fence lacks here: that is the kernel's, not the command's."""
    lines = error.splitlines(keepends=True)
    return "".join(line for line in lines if not (kernel_here().missing and UNFENCED in line))


def without(kernel: Kernel, lacking: Collection[str]) -> Kernel:
    """What is left of a kernel."""
    return replace(
        kernel,
        landlock=0 if "landlock" in lacking else kernel.landlock,
        apart=kernel.apart and "namespaces" not in lacking,
        mounts=kernel.mounts and "namespaces" not in lacking,
        filter=kernel.filter and "filter" not in lacking,
    )


def _asked() -> Kernel:
    """Each question is asked in a child of its own: most answers change who asks."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = max(libc.syscall(LANDLOCK[0], None, ctypes.c_size_t(0), ctypes.c_uint(1)), 0)
    return Kernel(version, _does(_leave), _does(_mount), os.uname().machine in CALLS and _does(_hold))


def _does(deed) -> bool:
    child = os.fork()
    if child == 0:
        try:
            deed(ctypes.CDLL(None, use_errno=True))
        except BaseException:  # noqa: BLE001 - whatever it is, the answer is no
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def _well(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "no")


def _leave(libc) -> None:
    user, group = os.getuid(), os.getgid()
    if libc.unshare(0x4802_0000) != 0:
        _well(libc.unshare(0x5802_0000))
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            Path("/proc/self", name).write_text(text)
    _well(libc.mount(None, b"/", None, ctypes.c_ulong(SLAVE), None))


def _mount(libc) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _leave(libc)
        _well(libc.mount(folder.encode(), b"/tmp", None, ctypes.c_ulong(BIND), None))
        for place in (b"/dev/shm", b"/run"):
            _well(libc.mount(b"tmpfs", place, b"tmpfs", ctypes.c_ulong(6), b"size=1m"))
        _well(libc.umount2(b"/tmp", 0))


def _hold(_) -> None:
    prctl(PR_SET_NO_NEW_PRIVS)
    filter_calls(struct.pack("=HBBI", RETURN, 0, 0, ALLOW))


def hold_back(lacking: Collection[str]) -> None:
    """Take these from this process, and from all that it will start."""
    machine = os.uname().machine
    unshare, setns, mount, clone, own = CALLS[machine]
    refused = {"landlock": LANDLOCK, "namespaces": (unshare, setns, mount), "filter": (SECCOMP[machine],)}
    steps = [(LOAD, 0, 0, NUMBER)]
    for name in lacking:
        number = errno.ENOSYS if name == "landlock" else errno.EPERM
        for call in refused[name]:
            steps += [(EQUALS, 0, 1, call), (RETURN, 0, 0, FAIL | number)]
    if "namespaces" in lacking:
        steps += [(EQUALS, 0, 1, CLONE3), (RETURN, 0, 0, FAIL | errno.ENOSYS)]
        steps += [(EQUALS, 0, 3, clone), (LOAD, 0, 0, FIRST), (ANY_OF, 0, 1, NEW), (RETURN, 0, 0, FAIL | errno.EPERM)]
        steps += [(LOAD, 0, 0, NUMBER)]
    if "filter" in lacking:
        steps += [(EQUALS, 0, 3, own), (LOAD, 0, 0, FIRST), (EQUALS, 0, 1, PR_SET_SECCOMP)]
        steps += [(RETURN, 0, 0, FAIL | errno.EPERM)]
    steps += [(RETURN, 0, 0, ALLOW)]
    prctl(PR_SET_NO_NEW_PRIVS)
    filter_calls(b"".join(struct.pack("=HBBI", *step) for step in steps))


def main(arguments: Sequence[str]) -> None:
    """Run a command with less, or, without one, tell what there is."""
    if not arguments:
        sys.stdout.write(json.dumps(asdict(_asked())))
        return
    hold_back(arguments[0].split(","))
    os.execvp(arguments[2], arguments[2:])


if __name__ == "__main__":
    main(sys.argv[1:])
