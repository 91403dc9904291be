"""RL9xx: the package cannot be deployed."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.findings.entry import Entry

ENTRIES: Mapping[str, Entry] = {
    "RL901": Entry(
        "the Lambda zip cannot be deployed",
        "A package that is too large, has the wrong architecture or lacks its handler fails at the first invocation.",
        "Build it with rewardlab package.",
    ),
}
