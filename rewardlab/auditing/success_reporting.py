"""Builds the report's section on what counts as success."""

from __future__ import annotations

from collections.abc import Sequence

from rewardlab.measurement.scores import OpenThreshold
from rewardlab.measurement.success import Success
from rewardlab.reports.section import Interval
from rewardlab.reports.success import SuccessPart, Threshold


def success_part(rule: Success, others: Sequence[OpenThreshold] = ()) -> SuccessPart:
    """The rule as the report shows it, with the baseline at each other threshold."""
    return SuccessPart(
        source=rule.source,
        right=rule.right,
        wrong=rule.wrong,
        answers=dict(rule.counts),
        open=tuple(
            Threshold(at=one.at, accuracy=Interval.of(one.accuracy), solved=Interval.of(one.solved)) for one in others
        ),
    )
