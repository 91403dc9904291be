"""Says in words how a reward's process ended."""

from __future__ import annotations

import signal


def how_it_ended(code: int | None) -> str:
    """How a process ended, from subprocess's return code: None if it still runs, below 0 for a signal."""
    if code is None:
        return "closed its connection"
    if code >= 0:
        return f"the process exited with {code}"
    named = -code in {one.value for one in signal.Signals}  # only the first and last real-time signal have names
    return f"killed by {signal.Signals(-code).name if named else f'signal {-code}'}"
