"""Calls functions for a batch in rounds; after each round, everything that must be awaited is awaited concurrently.

Standard library only: this file runs in the isolated worker. Trainers await a batch's async rewards concurrently: TRL,
verifiers and verl all gather them. The synchronous parts run in the calling thread and in the samples' order, since
they may not work in another thread (a signal, a lock) or in another order.
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
    """An awaitable, and what to do next in the calling thread; `then` may return another Later.

    `then` gets the result as a call, which raises what the awaitable raised.
    """

    awaitable: Any
    then: Callable[[Given], Any]


@dataclass(frozen=True)
class Question(Generic[Answer]):
    """One call of a function (or several in turn), with what to make of its value or of its exception.

    `give` returns a value, an awaitable or a Later; `read` turns a value into the answer. `failed` turns an exception
    into the answer, or raises it where a failure loses the whole batch.
    """

    give: Callable[[], Any]
    read: Callable[[Any], Answer]
    failed: Callable[[BaseException], Answer]

    def answer(self, give: Given) -> Answer | Later:
        """The answer, or a Later if something must be awaited first."""
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
    """The answer to each question, in order.

    Raises: what ends the process (sys.exit), and what a question's `failed` raises; coroutines not yet awaited are
    closed first.
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
    """Whether the exception fails only one question; this includes asyncio's CancelledError, a BaseException."""
    return isinstance(error, Exception) or type(error).__name__ == "CancelledError"


def _close(awaitable: Any) -> None:
    """Close a coroutine that will not be awaited, since Python would warn about it."""
    with contextlib.suppress(Exception):
        if inspect.iscoroutine(awaitable):
            awaitable.close()
