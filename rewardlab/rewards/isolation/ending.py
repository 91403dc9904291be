"""How the process of a reward ended, in words."""

from __future__ import annotations

import signal


def how_it_ended(code: int | None) -> str:
    """What ended a process, by the code that subprocess gives: None for one that runs, below 0 for a signal."""
    if code is None:
        return "closed its connection"
    if code >= 0:
        return f"the process exited with {code}"
    named = -code in {one.value for one in signal.Signals}  # of the real-time signals only the ends have names
    return f"killed by {signal.Signals(-code).name if named else f'signal {-code}'}"
