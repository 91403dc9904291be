"""RL8xx: the recipe does not fit."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.findings.entry import Entry

ENTRIES: Mapping[str, Entry] = {
    "RL801": Entry(
        "the recipe does not fit what was measured",
        "Settings that ignore the measured spread waste generations or train on nothing.",
        "Take the settings from rewardlab plan.",
    ),
}
