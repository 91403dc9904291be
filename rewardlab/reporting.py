"""From what was measured, found and decided to the Report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rewardlab.decision import Decision
from rewardlab.findings import Finding
from rewardlab.measurement import Bounded
from rewardlab.probes.run import band, signal
from rewardlab.probes.run.question import Question
from rewardlab.report import (
    Baseline,
    FindingPart,
    FlatGroups,
    Interval,
    Latency,
    NextStep,
    Outcomes,
    Report,
    Reward,
    Spread,
    UnscoredBounds,
)
from rewardlab.run import RewardRecord
from rewardlab.stats.interval import Estimate, Quantity, Undefined
from rewardlab.stats.spread import Variance


def build_report(
    question: Question,
    findings: Sequence[Finding],
    decision: Decision,
    *,
    record: RewardRecord,
    provenance: Mapping[str, Any],
) -> Report:
    """The Report of one reward on one run."""
    measured = question.measured
    latency = measured.latency_ms
    return Report(
        verdict=decision.verdict,
        reasons=decision.reasons,
        next_step=NextStep(action=decision.action, text=decision.text, further_prompts=decision.further_prompts),
        baseline=_baseline(question),
        spread=_spread(question),
        reward=Reward(
            entry=record.entry,
            kind=record.kind,
            outcomes=Outcomes(**measured.outcomes, truncated=measured.truncated),
            latency_ms=Latency(**latency) if latency is not None else None,
        ),
        findings=tuple(FindingPart.of(finding) for finding in findings),
        provenance=dict(provenance),
    )


def _baseline(question: Question) -> Baseline:
    measured, targets = question.measured, question.targets
    return Baseline(
        accuracy=_interval(measured.accuracy.scored),
        accuracy_bounds=_bounds(measured.accuracy),
        solved=_interval(measured.solved.scored),
        solved_bounds=_bounds(measured.solved),
        positive=_interval(measured.positive),
        band=targets.band,
        band_on=targets.band_on,
        position=band.position(question),
        success_at=measured.success.at,
        reward_range=measured.success.reward_range,
        reward_range_declared=measured.success.declared,
        prompts=measured.prompts,
        generations=measured.generations,
        num_generations=measured.num_generations,
        pass_at_k={str(k): _interval(quantity) for k, quantity in measured.pass_at_k.items()},
        pass_hat_k={str(k): _interval(quantity) for k, quantity in measured.pass_hat_k.items()},
    )


def _spread(question: Question) -> Spread:
    measured = question.measured
    variance = measured.variance if isinstance(measured.variance, Variance) else None
    return Spread(
        informative_groups={str(size): _interval(share) for size, share in measured.informative.items()},
        group_size=signal.deciding_group(question)[0],
        min_informative=question.targets.min_informative,
        within_sd=variance.within_sd if variance else None,
        between_sd=variance.between_sd if variance else None,
        icc=variance.icc if variance else None,
        within_share=variance.within_share if variance else None,
        variance_undefined=measured.variance.reason if isinstance(measured.variance, Undefined) else None,
        levels=measured.levels,
        lowest=measured.lowest,
        highest=measured.highest,
        floor_share=measured.floor_share,
        ceiling_share=measured.ceiling_share,
        flat_groups=FlatGroups(**{str(reason): count for reason, count in measured.flat.items()}),
    )


def _bounds(bounded: Bounded) -> UnscoredBounds:
    return UnscoredBounds(as_failures=_interval(bounded.as_failures), as_successes=_interval(bounded.as_successes))


def _interval(quantity: Quantity) -> Interval:
    if isinstance(quantity, Estimate):
        return Interval(**asdict(quantity))
    return Interval(estimate=None, low=None, high=None, undefined=quantity.reason)
