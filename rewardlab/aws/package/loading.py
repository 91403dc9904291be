"""Finds the entry of a reward as the audit does: by loading the reward in a worker of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rewardlab.aws.package.deployable import finding
from rewardlab.errors import RewardError
from rewardlab.findings import Finding
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.reply import EntryFound
from rewardlab.rewards.isolation.source import RewardSource

#: The bounds of time and memory within which the reward is loaded.
SECONDS, MEMORY_MB = 60.0, 4096


def load_entry(
    reward: Path,
    name: str | None,
    environment: tuple[str, ...],
    *,
    weights: tuple[float, ...] | None = None,
    arguments: Mapping[str, Any] | None = None,
    files: tuple[str, ...] = (),
    network: bool = False,
) -> tuple[EntryFound | None, tuple[Finding, ...]]:
    """The entry, or None and a finding that says why there is none.

    A file that does not load here may load on Lambda, which has its dependencies; a file without an entry never works.
    """
    with tempfile.TemporaryDirectory(prefix="rewardlab-") as folder:
        source = RewardSource(
            reward,
            name,
            SECONDS,
            MEMORY_MB,
            environment,
            weights=weights,
            arguments=tuple((arguments or {}).items()),
            files=files,
            network=network,
        )
        worker = WorkerProcess(source, log=Path(folder) / "reward.log")
        try:
            return worker.start(), ()
        except RewardError as error:
            return None, (_why_not(error),)
        finally:
            worker.close()


def _why_not(error: RewardError) -> Finding:
    if error.what.startswith(("does not import", "importing it")):
        remedy = "Run rewardlab prove on the zip: there it is loaded with its own dependencies."
        return finding("not_loaded_here", remedy, "warning", detail=error.what)
    remedy = "Define a reward function of a known signature, or name the one with --entry."
    return finding("missing_handler", remedy, detail=error.what)
