"""Were generations cut off before they could answer?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.probes.run.question import Question

MANY = 0.1


def ask(question: Question) -> Iterator[Finding]:
    """RL409 when more than a tenth of the generations hit the token limit."""
    measured = question.measured
    if measured.generations and (share := measured.truncated / measured.generations) > MANY:
        yield Finding("RL409", "warning", {"truncated": measured.truncated, "share": share})
