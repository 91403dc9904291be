"""RL6xx: the baseline lies outside the band, or is not known."""

from __future__ import annotations

from collections.abc import Mapping

from rewardlab.findings.entry import Entry

ENTRIES: Mapping[str, Entry] = {
    "RL601": Entry(
        "baseline accuracy lies below the band",
        "A model that almost never succeeds gives groups with nothing to prefer: AWS's documentation says to consider "
        "SFT first under 5 %.",
        "Fine-tune on examples first (SFT), use easier prompts, or give partial credit; then audit again.",
    ),
    "RL602": Entry(
        "baseline accuracy lies above the band",
        "A model that almost always succeeds has little left to learn: over 95 % RFT may be unnecessary.",
        "Use harder prompts, or a reward that still tells good from better.",
    ),
    "RL603": Entry(
        "the data do not decide",
        "The interval crosses a threshold, so either answer could be wrong.",
        "Sample more prompts; more generations per prompt help less.",
    ),
    "RL604": Entry(
        "the data do not meet the platform's limits",
        "The platform refuses the training set before the job starts.",
        "Bring counts, roles and sizes within the limits.",
    ),
    "RL605": Entry(
        "the run is unfinished",
        "What was sampled, scored or asked so far is another part of the whole than chance would draw: the quick and "
        "the short come first. No verdict rests on it.",
        "Resume the run with the command that the report names.",
    ),
}
