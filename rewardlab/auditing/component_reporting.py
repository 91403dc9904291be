"""Builds the report's section on the components of the reward."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from rewardlab.probes.run import signal
from rewardlab.probes.run.components import DROWNING, shares_of
from rewardlab.probes.run.question import Question
from rewardlab.reports.components import Component
from rewardlab.reports.section import Interval
from rewardlab.runs.tables import Floats
from rewardlab.stats.components import Component as Measured
from rewardlab.stats.interval import Undefined
from rewardlab.stats.spread import SAME_SCORE, informative_groups


def components_of(question: Question, weights: Mapping[str, float]) -> tuple[Component, ...]:
    """Every component of the reward, in the order in which it gives them; `weights` are those declared."""
    found = shares_of(question)
    measured = {} if isinstance(found, Undefined) else {member.name: member for member in found.members}
    size = signal.deciding_group(question)[0]
    is_sum = not isinstance(found, Undefined) and found.is_weighted_sum
    return tuple(
        _component(name, values, measured.get(name), size, weights.get(name), is_sum=is_sum)
        for name, values in question.answers.components.items()
    )


def _component(
    name: str,
    values: Floats,
    member: Measured | None,
    size: int,
    weight: float | None,
    *,
    is_sum: bool,
) -> Component:
    known = values[np.isfinite(values)]
    share = None if member is None or isinstance(member.share, Undefined) else member.share
    if weight is None and member is not None and is_sum and not member.flat:
        weight = member.weight
    return Component(
        name=name,
        weight=weight,
        scored=len(known),
        mean=float(known.mean()) if len(known) else None,
        within_sd=math.sqrt(member.within_variance) if member is not None else None,
        share=share,
        flat=member is not None and member.flat,
        dead=bool(len(known)) and float(np.ptp(known)) <= SAME_SCORE,
        dominant=share is not None and share > DROWNING,
        informative_groups=Interval.of(informative_groups(values, size)),
    )
