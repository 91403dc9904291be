"""What a report says of where its numbers come from: versions, settings, hashes of what was read."""

from __future__ import annotations

import platform as python_platform
from dataclasses import asdict
from typing import Any

from rewardlab.runs.directory import Run
from rewardlab.runs.manifest import RewardRecord


def provenance_of(run: Run, record: RewardRecord) -> dict[str, Any]:
    """The provenance of a run's report about one reward."""
    manifest = run.manifest
    return {
        "rewardlab": manifest.rewardlab,
        "python": python_platform.python_version(),
        "created": manifest.created,
        "run": str(run.folder),
        "model": manifest.model,
        "sampling": dict(manifest.sampling),
        "sampling_from": dict(manifest.sources),
        "engine": dict(manifest.versions),
        "notices": list(manifest.notices),
        "prompts": {"path": manifest.prompts_path, "sha256": manifest.prompts_sha256},
        "reward": asdict(record),
        "platform": record.platform,
        "finished": manifest.finished,
    }
