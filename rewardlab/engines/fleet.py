"""Distributes requests over several servers of one model: to the least busy one, without servers that have failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from rewardlab.engines.dialect import Dialect
from rewardlab.engines.server import shown
from rewardlab.errors import EngineError


@dataclass(slots=True)
class Host:
    """One server and its dialect, the requests it is working on and has answered in this round.

    `gone` is the error for which it was left out, None while it is in use.
    """

    url: str
    dialect: Dialect
    busy: int = 0
    answered: int = 0
    gone: EngineError | None = None

    @property
    def shown(self) -> str:
        return shown(self.url)


class GoneError(Exception):
    """A server no longer answers; `failure` is the error to report if no other server is left."""

    def __init__(self, failure: EngineError):
        self.failure = failure


class Fleet:
    """The servers of one round, within its event loop; each gets at most `most` requests at once."""

    def __init__(self, hosts: Sequence[Host], most: int, notices: dict[str, None]):
        self._hosts, self._most, self._notices = hosts, most, notices
        self._changed = asyncio.Condition()
        for host in hosts:
            host.busy, host.answered, host.gone = 0, 0, None

    @property
    def alive(self) -> list[Host]:
        return [host for host in self._hosts if host.gone is None]

    @asynccontextmanager
    async def host(self) -> AsyncIterator[Host]:
        """Wait for a free server, and reserve the least busy one.

        Raises: the EngineError of the last server when all are gone.
        """
        async with self._changed:
            await self._changed.wait_for(lambda: not self.alive or self._least() is not None)
            host = self._least()
            if host is None:
                raise self._last()
            host.busy += 1
        try:
            yield host
        finally:
            host.busy -= 1
            async with self._changed:
                self._changed.notify()

    def _least(self) -> Host | None:
        free = [host for host in self.alive if host.busy < self._most]
        return min(free, key=lambda host: host.busy, default=None)

    def _last(self) -> EngineError:
        failures = [host.gone for host in self._hosts if host.gone is not None]
        return failures[-1]

    async def leave_out(self, host: Host, failure: EngineError) -> None:
        """Send no more requests to this server.

        Raises: `failure` when no other server is left.
        """
        first, host.gone = host.gone is None, failure
        async with self._changed:
            self._changed.notify_all()
        if not self.alive:
            raise failure
        if first:
            after = f"after {host.answered:,} answers" if host.answered else "from the start"
            told = f"{host.shown} is left out {after} ({failure.what}): its requests went to the other servers"
            self._notices[told] = None
