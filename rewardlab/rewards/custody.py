"""What the audit's own process does about itself before it starts somebody's code."""

from __future__ import annotations

import contextlib
import ctypes

PR_SET_DUMPABLE = 4


def seal() -> None:
    """On Linux, let no process of this user's read this one's memory and environment, where the credentials are.

    The files under /proc/PID then belong to root, the process is not to be traced, and it leaves no core dump. What
    this process itself reads of its own (descriptors, memory in use) it still may. Programs that it starts are as open
    as ever, and root may read everything.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
