"""Starts the process of one worker in a minimal environment, and ends it together with everything it started."""

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
    """A started worker with its private folder, which is removed at its end.

    Arguments: `settings` are passed to the worker; `folder` becomes its working folder; `asked` names environment
    variables to pass on, `variables` are set as given; `log` receives what it prints; `descriptors` stay open in it.
    Raises: RewardError for a variable in `asked` that is not set.
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
        """Link the allowed paths of the user's home into the worker's home, where libraries will look for them."""
        home = Path.home().resolve()
        for one in map(Path, allowed):
            if one != home and one.is_relative_to(home):
                link = self._private / HOME / one.relative_to(home)
                with contextlib.suppress(OSError):  # it is inside another allowed path
                    link.parent.mkdir(parents=True, exist_ok=True)
                    link.symlink_to(one)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def code(self, seconds: float) -> int | None:
        """The return code as subprocess gives it; None if it has not ended within `seconds`."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        return self._process.returncode

    def kill(self) -> None:
        """Kill it and everything it started, without waiting; may be called from another thread."""
        if self._process.returncode is None:  # otherwise its pid may belong to another process by now
            for member in family(self.pid)[1:]:
                kill(member)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill it and everything it started, wait for their end, and remove its folder."""
        self.kill()
        self._process.wait()
        CUSTODY.left(self.pid)
        self._tidy()

    def _tidy(self) -> None:
        with contextlib.suppress(RecursionError):  # endlessly nested folders are left to the system's cleanup
            shutil.rmtree(self._private, ignore_errors=True)
