"""Judges that are the user's own Python: `python:FILE:FUNCTION`."""

from __future__ import annotations

from pathlib import Path

from rewardlab.judging.definition import Judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.verdict import Verdict
from rewardlab.outcome import Unscored


class PythonJudge:
    """A judge's function, loaded. One at a time or from several threads, as the caller likes.

    Raises: UsageError with the file when it cannot be loaded or has no such function.
    """

    def __init__(self, judge: Judge, *, log: Path | None = None) -> None:
        raise NotImplementedError(judge, log)

    def ask(self, exhibit: Exhibit) -> Verdict | Unscored:
        """The function's verdict on `exhibit`; whatever it does otherwise is Unscored, with the reason."""
        raise NotImplementedError(exhibit)
