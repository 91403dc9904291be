"""Builds the Report from the measurements, the findings and the decision."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from rewardlab.auditing.component_reporting import components_of
from rewardlab.auditing.decision import Decision
from rewardlab.auditing.success_reporting import success_part
from rewardlab.findings import Finding
from rewardlab.measurement.scores import Bounded
from rewardlab.platforms import Platform
from rewardlab.probes import deployed
from rewardlab.probes.reward.speed import STEP_SECONDS
from rewardlab.probes.run import band, labels, noise, pressure, signal
from rewardlab.probes.run.question import Question
from rewardlab.reports import audit as report
from rewardlab.reports.audit import (
    Baseline,
    FlatGroups,
    Invocations,
    Latency,
    NextStep,
    Outcomes,
    Pace,
    Report,
    Reward,
    Spread,
    UnscoredBounds,
)
from rewardlab.reports.finding import FindingPart
from rewardlab.reports.judges import Judges
from rewardlab.reports.section import Interval
from rewardlab.rewards.deployed.traffic import Traffic
from rewardlab.runs.manifest import RewardRecord
from rewardlab.stats.bestofn import BestOfN
from rewardlab.stats.interval import Quantity, Undefined
from rewardlab.stats.noise import Noise, noise_of
from rewardlab.stats.spread import Variance


def build_report(
    question: Question,
    findings: Sequence[Finding],
    decision: Decision,
    *,
    record: RewardRecord,
    traffic: Traffic | None = None,
    judges: Judges | None,
    provenance: Mapping[str, Any],
) -> Report:
    """The Report of one reward on one run."""
    measured = question.measured
    latency = measured.latency_ms
    return Report(
        verdict=decision.verdict,
        reasons=decision.reasons,
        next_step=NextStep(
            action=decision.action,
            text=decision.text,
            further_prompts=decision.further_prompts,
            further_prompts_range=decision.further_range,
        ),
        baseline=_baseline(question),
        spread=_spread(question),
        reward=Reward(
            entry=record.entry,
            kind=record.kind,
            outcomes=Outcomes(**measured.outcomes, truncated=measured.truncated),
            noise=_noise(question),
            latency_ms=Latency(**latency) if latency is not None else None,
            concurrency=_concurrency(question),
            invocations=None if traffic is None else _invocations(traffic, question.platform, record),
            labels=_labels(question),
            components=components_of(question, record.weights),
        ),
        judges=judges,
        findings=tuple(FindingPart.of(finding) for finding in findings),
        provenance=dict(provenance),
    )


def _baseline(question: Question) -> Baseline:
    measured, targets = question.measured, question.targets
    return Baseline(
        accuracy=Interval.of(measured.accuracy.scored),
        accuracy_bounds=_bounds(measured.accuracy),
        solved=Interval.of(measured.solved.scored),
        solved_bounds=_bounds(measured.solved),
        positive=Interval.of(measured.positive),
        band=targets.band,
        band_on=targets.band_on,
        position=band.position(question),
        success_at=measured.success.at,
        success_above=measured.success.strict,
        success=success_part(measured.success, measured.open),
        labelled=None if measured.labelled is None else Interval.of(measured.labelled),
        reward_range=measured.success.reward_range,
        reward_range_declared=measured.success.declared,
        prompts=measured.prompts,
        generations=measured.generations,
        num_generations=measured.num_generations,
        pass_at_k={str(k): Interval.of(quantity) for k, quantity in measured.pass_at_k.items()},
        pass_hat_k={str(k): Interval.of(quantity) for k, quantity in measured.pass_hat_k.items()},
        look=max(len(question.looks), 1),
    )


def _spread(question: Question) -> Spread:
    measured = question.measured
    variance = measured.variance if isinstance(measured.variance, Variance) else None
    return Spread(
        informative_groups={str(size): Interval.of(share) for size, share in measured.informative.items()},
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


def _concurrency(question: Question) -> int | None:
    """Little's law: invocations per second times seconds per invocation, for one training step a minute."""
    latency, samples = question.measured.latency_ms, question.platform.step_samples
    if latency is None or samples is None:
        return None
    invocations = math.ceil(samples / question.platform.batch_size)
    return math.ceil(invocations / STEP_SECONDS * latency["batch_p50"] / 1000)


def _invocations(traffic: Traffic, platform: Platform, record: RewardRecord) -> Invocations:
    found = deployed.pace(traffic, platform)
    pace = None
    if found is not None:
        needed = found.step_samples / STEP_SECONDS
        pace = Pace(**asdict(found), samples_per_second_needed=needed, step_within=STEP_SECONDS)
    return Invocations(
        invocations=traffic.invocations,
        throttled=traffic.throttled,
        throttled_after_last_retry=traffic.refused,
        repeated=traffic.retried,
        split=traffic.split,
        cold_starts=traffic.cold_starts,
        cold_start_seconds=traffic.init_seconds,
        peak_memory_mb=traffic.peak_mb,
        timeout_seconds=record.timeout or None,
        platform_concurrency=platform.concurrency,
        pace=pace,
    )


def _noise(question: Question) -> report.Noise:
    scorings = question.answers.scorings
    rescored = int((np.isfinite(scorings).sum(axis=2) > 1).sum())
    found = noise_of(scorings)
    if not isinstance(found, Noise):
        return report.Noise(rescored=rescored, undefined=found.reason)
    return report.Noise(
        rescored=rescored,
        noise_sd=found.standard_error_of_measurement,
        signal_sd=math.sqrt(found.signal_variance),
        signal_to_noise=found.signal_to_noise if found.noise_variance else None,
        reliability=Interval.of(found.reliability),
        unchanged=Interval.of(found.unchanged),
        informative_beyond_noise=Interval.of(noise.beyond_noise(question)),
    )


def _labels(question: Question) -> report.Labels | None:
    answers = question.answers
    if answers.labels is None:
        return None
    rates, area = labels.agreement(question)
    pressed = pressure.under_pressure(question)
    shown: Sequence[Quantity] = (
        (rates,) * 3
        if isinstance(rates, Undefined)
        else (rates.informedness, rates.true_positive_rate, rates.false_positive_rate)
    )
    return report.Labels(
        labelled=int((np.isfinite(answers.labels) & np.isfinite(answers.score)).sum()),
        ties=labels.ties_of(answers),
        youden_j=Interval.of(shown[0]),
        true_positive_rate=Interval.of(shown[1]),
        false_positive_rate=Interval.of(shown[2]),
        auc_within_prompts=Interval.of(area),
        best_of={str(point.n): Interval.of(point.label) for point in pressed.points}
        if isinstance(pressed, BestOfN)
        else {},
    )


def _bounds(bounded: Bounded) -> UnscoredBounds:
    return UnscoredBounds(as_failures=Interval.of(bounded.as_failures), as_successes=Interval.of(bounded.as_successes))
