"""The prompt a judge reads: its template, filled with one exhibit."""

from __future__ import annotations

from rewardlab.judging.definition import Judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.outcome import Unscored
from rewardlab.task import Message


def messages_of(judge: Judge, exhibit: Exhibit) -> tuple[Message, ...] | Unscored:
    """The messages that ask `judge` about `exhibit`; Unscored("abstained", ...) when the row lacks a field it needs."""
    raise NotImplementedError(judge, exhibit)
