"""Are the prompts themselves fit for training?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.measurement import Measurement
from rewardlab.platforms import Platform
from rewardlab.probes.targets import Targets


def ask(measured: Measurement, targets: Targets, platform: Platform) -> Iterator[Finding]:
    """RL604 under the platform's least number of rows; RL701 for copies and rows without a reference."""
    if measured.prompts < platform.least_rows:
        yield Finding("RL604", "warning", {"prompts": measured.prompts, "least": platform.least_rows})
    if measured.duplicates or measured.without_reference:
        yield Finding(
            "RL701",
            "warning",
            {
                "copies": len(measured.duplicates),
                "examples": [list(pair) for pair in measured.duplicates[:3]],
                "without_reference": measured.without_reference,
            },
        )
