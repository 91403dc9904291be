"""The process of one worker: started with little around it, ended with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from rewardlab.rewards.isolation.custody import CUSTODY, kill, seal
from rewardlab.rewards.isolation.environment import HOME, TEMPORARY, environment_of
from rewardlab.rewards.isolation.family import family

WORKER = "rewardlab.rewards.isolation.worker"


class Launched:
    """A started worker with a folder of its own, which goes with it.

    Arguments: `settings` is what the worker is told; `folder` becomes its working folder; `asked` names the variables
    that are handed over, `variables` are set as given; `log` takes what it prints; `descriptors` stay open in it.
    Raises: RewardError for a variable that is asked for and not set.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        *,
        folder: Path,
        asked: Sequence[str],
        variables: Mapping[str, str],
        log: IO[bytes],
        descriptors: Sequence[int],
    ) -> None:
        seal()
        self._private = Path(tempfile.mkdtemp(prefix="rewardlab-")).resolve()
        try:
            for name in (HOME, TEMPORARY):
                (self._private / name).mkdir()
            self._link(settings["fence"]["allowed"])
            fence = {
                **settings["fence"],
                "folder": str(folder),
                "private": str(self._private),
                "home": str(Path.home()),
            }
            fence |= {"memory_mb": settings["memory_mb"]}
            told = {**settings, "parent": os.getpid(), "fence": fence}
            environment = environment_of(asked, self._private, option=f"--{settings['who']}-env") | dict(variables)
            with CUSTODY.taking() as workers:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module; no shell
                    [sys.executable, "-P", "-m", WORKER, json.dumps(told)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=descriptors,
                    cwd=folder,
                    env=environment,
                    start_new_session=True,
                )
                workers.add(self._process.pid)
        except BaseException:
            self._tidy()
            raise

    def _link(self, allowed: Sequence[str]) -> None:
        """What was allowed of the user's home lies at the same place of the worker's: libraries look for it there."""
        home = Path.home().resolve()
        for one in map(Path, allowed):
            if one != home and one.is_relative_to(home):
                link = self._private / HOME / one.relative_to(home)
                with contextlib.suppress(OSError):  # it lies in another that was allowed
                    link.parent.mkdir(parents=True, exist_ok=True)
                    link.symlink_to(one)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def code(self, seconds: float) -> int | None:
        """How it ended, as subprocess writes it; None where it has not after so many seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.returncode

    def kill(self) -> None:
        """Kill it and all that it started, without waiting; another thread may."""
        if self._process.returncode is None:  # else its number may be another's by now
            for member in family(self.pid)[1:]:
                kill(member)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill it and all that it started, wait for their end, and remove its folder."""
        self.kill()
        self._process.wait()
        CUSTODY.left(self.pid)
        self._tidy()

    def _tidy(self) -> None:
        with contextlib.suppress(RecursionError):  # folders inside folders without end: the system's own cleaner's
            shutil.rmtree(self._private, ignore_errors=True)
