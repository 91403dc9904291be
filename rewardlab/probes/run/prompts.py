"""Are the prompts themselves fit for training?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.probes.reward.copies import flaws
from rewardlab.probes.run.question import Question


def ask(question: Question) -> Iterator[Finding]:
    """RL604 under the platform's least number of rows; RL701 for copies, contradictions, rows without a reference."""
    measured, least = question.measured, question.platform.least_rows
    if measured.prompts < least:
        yield Finding("RL604", "warning", {"prompts": measured.prompts, "least": least})
    if (flawed := flaws(question.prompts)) is not None:
        yield flawed
