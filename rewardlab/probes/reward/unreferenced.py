"""Are the rows unique, and does each have one reference, without which no right answer can be asked about?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rewardlab.findings import Finding
from rewardlab.probes.reward.copies import flaws
from rewardlab.probes.reward.trials.subject import Subject

NONE = (
    "No row has a reference: what right and wrong answers earn was not asked, and a pass says nothing of it. Name "
    "the reference reference_answer, or judge this reward on sampled answers with --labels."
)


def ask(subject: Subject) -> Iterator[Finding]:
    """RL701, a warning, for copies, contradictions and rows without a reference; says if no row has one."""
    found = flaws(subject.every_prompt)
    if found is not None:
        lack = all(prompt.reference is None for prompt in subject.every_prompt)
        yield replace(found, remedy=NONE) if lack else found
