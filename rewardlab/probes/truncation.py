"""Were generations cut off before they could answer?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.measurement import Measurement
from rewardlab.platforms import Platform
from rewardlab.probes.targets import Targets

MANY = 0.1


def ask(measured: Measurement, targets: Targets, platform: Platform) -> Iterator[Finding]:
    """RL409 when more than a tenth of the generations hit the token limit."""
    if measured.generations and (share := measured.truncated / measured.generations) > MANY:
        yield Finding("RL409", "warning", {"truncated": measured.truncated, "share": share})
