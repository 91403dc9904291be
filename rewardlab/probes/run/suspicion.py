"""What a statistical probe suspects: a finding that stands only if its test survives the number of tests made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rewardlab.findings import Finding
from rewardlab.stats.correction import benjamini_hochberg

#: The share of false findings that the statistical probes of one audit may make together.
FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A finding and the p-value of there being nothing; made for every test, also where nothing is seen.

    `matters` tells whether the effect reaches the size of practical interest: one that does not is a note.
    """

    finding: Finding
    p_value: float
    matters: bool


def confirm(suspicions: Sequence[Suspicion]) -> list[Finding]:
    """The findings whose tests hold together, by Benjamini and Hochberg; small effects become notes."""
    adjusted = benjamini_hochberg(np.array([one.p_value for one in suspicions], float))
    return [
        replace(
            one.finding,
            severity=one.finding.severity if one.matters else "note",
            evidence={**one.finding.evidence, "p_adjusted": float(p_value), "tests": len(suspicions)},
        )
        for one, p_value in zip(suspicions, adjusted, strict=True)
        if p_value <= FALSE_DISCOVERIES
    ]
