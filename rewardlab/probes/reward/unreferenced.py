"""Have the rows references, without which nothing that needs a right answer can be asked?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.probes.reward.subject import Subject


def ask(subject: Subject) -> Iterator[Finding]:
    """RL701, a warning, for rows without one; says so where that is all of them."""
    rows = len(subject.every_prompt)
    missing = sum(prompt.reference is None for prompt in subject.every_prompt)
    if not missing:
        return
    evidence = {"without_reference": missing, "rows": rows}
    if missing < rows:
        yield Finding("RL701", "warning", evidence)
        return
    remedy = (
        "No row has a reference: what right and wrong answers earn was not asked, and a pass says nothing of it. Name "
        "the reference reference_answer, or judge this reward on sampled answers with --labels."
    )
    yield Finding("RL701", "warning", evidence, remedy)
