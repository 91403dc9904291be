"""What a worker is asked and what it replies, whether it is a process here or a deployed function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from rewardlab.outcome import Unscored
from rewardlab.rewards.fence.fence import Built


@dataclass(frozen=True, slots=True)
class EntryFound:
    """The entry that a worker found: its name, its kind (as in `Entry`), and the other candidates in the file.

    `names_tokens`: it has a parameter for token ids. `weights` are those of a weighted sum's parts, by name; `notes`
    are sentences about the signature. `is_async`: a batch is awaited concurrently. `fence` is the fence around the
    worker, None if there is none; `denied` is what the fence denied while the code was loaded.
    """

    name: str
    kind: str
    others: tuple[str, ...]
    names_tokens: bool = False
    weights: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    is_async: bool = False
    fence: Built | None = None
    denied: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reward returned, as JSON, and the invocation's own seconds, without waits for a busy machine.

    `mutated`: the event was changed in place; None if that was not checked. `cpu_seconds` is the part of the seconds in
    which it computed, None where unknown; the rest it waited for a network, a clock or its child processes. Children
    that have ended computed for `child_seconds` (over all processors). `told` are sentences about returned forms that
    the audit accepted but the reward's own trainer refuses.
    """

    results: Any
    seconds: float
    mutated: bool | None = None
    cpu_seconds: float | None = None
    told: tuple[str, ...] = ()
    child_seconds: float = 0.0


#: The token ids of each sample's completion, None where they are not known.
TokenIds: TypeAlias = Sequence[Sequence[int] | None]
#: The result of an invocation: an answer, or the reason why there is none, with the invocation's whole time.
Reply: TypeAlias = Answer | Unscored


class Worker(Protocol):
    """Answers one event at a time; an isolated process, or a deployed function."""

    def start(self) -> EntryFound: ...

    def allow(self, seconds: float) -> None: ...

    def invoke(
        self,
        event: bytes,
        *,
        watch: bool = False,
        token_ids: TokenIds | None = None,
        row_ids: Sequence[Any] | None = None,
    ) -> Reply: ...

    def kill(self) -> None: ...

    def close(self) -> None: ...
