"""Asks functions about a batch in rounds: all that one round leaves to be awaited is awaited at the same time.

Standard library only: this file runs in the isolated worker. Trainers await a batch's async rewards together: TRL and
verifiers gather them, verl too. What a function does without being awaited is done here, in the asker's own thread and
in the samples' order, for it may not be fit for another thread (a signal, a lock) or for another order.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from rewardlab.rewards.trainers.loop import Given, wait_all

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Later:
    """What is to be awaited, and what is done next, in the asker's own thread: it may give another Later.

    `then` gets what was awaited as a call, which raises what the awaitable raised.
    """

    awaitable: Any
    then: Callable[[Given], Any]


@dataclass(frozen=True)
class Question(Generic[Answer]):
    """One call of a function, or several in turn, and what is made of the value, or of what was raised.

    `give` gives a value, an awaitable or a Later. `failed` raises where a failure takes the whole batch.
    """

    give: Callable[[], Any]
    read: Callable[[Any], Answer]
    failed: Callable[[BaseException], Answer]

    def answer(self, give: Given) -> Answer | Later:
        """The answer, or what is to be awaited before there is one."""
        try:
            value = give()
            if isinstance(value, Later):
                return value
            return Later(value, _same) if inspect.isawaitable(value) else self.read(value)
        except BaseException as error:
            if not _costs_one(error):
                raise
            return self.failed(error)


def ask(questions: Sequence[Question[Answer]]) -> list[Answer]:
    """The answer of each question, in their order.

    Raises: what ends the process (sys.exit), and what a question's `failed` raises; what was not awaited yet is closed.
    """
    answers: dict[int, Answer] = {}
    turn: list[tuple[int, Given]] = [(number, question.give) for number, question in enumerate(questions)]
    while turn:
        waiting: dict[int, Later] = {}
        try:
            for number, give in turn:
                answer = questions[number].answer(give)
                if isinstance(answer, Later):
                    waiting[number] = answer
                else:
                    answers[number] = answer
        except BaseException:
            for later in waiting.values():
                _close(later.awaitable)
            raise
        given = wait_all([later.awaitable for later in waiting.values()])
        turn = [(number, partial(waiting[number].then, one)) for number, one in zip(waiting, given, strict=True)]
    return [answers[number] for number in range(len(questions))]


def _same(give: Given) -> Any:
    return give()


def _costs_one(error: BaseException) -> bool:
    """Whether it is the failure of one question: also a cancellation, which asyncio counts among what ends a task."""
    return isinstance(error, Exception) or type(error).__name__ == "CancelledError"


def _close(awaitable: Any) -> None:
    """Python warns of a coroutine that nobody awaited."""
    with contextlib.suppress(Exception):
        if inspect.iscoroutine(awaitable):
            awaitable.close()
