"""The code that a worker runs, and the limits of one call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

IMPORT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class RewardSource:
    """The code to score with, and the limits of one invocation in seconds and in MB of resident memory.

    `environment` names variables to pass on besides ENVIRONMENT, such as a judge's key; `variables` are set as given.
    `packaged` code is called as its Lambda would be: without token ids, which no platform sends. `entry` may be several
    names with commas, with their `weights`; `arguments` are added to each call. The code may use `files` besides its
    own folder, and with `network` other machines. `who` is "reward", or "judge" for a judge's function.
    """

    path: Path
    entry: str | None
    timeout: float
    memory_mb: int
    environment: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    packaged: bool = False
    weights: tuple[float, ...] | None = None
    arguments: tuple[tuple[str, Any], ...] = ()
    files: tuple[str, ...] = ()
    network: bool = False
    who: str = "reward"
    import_seconds: float = IMPORT_SECONDS
