"""Asks another reward about a finding's reproduction, in the isolated worker, and says whether it is mended."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from rewardlab.errors import TokensMissingError
from rewardlab.outcome import Outcome, Scored
from rewardlab.packages.packaged import is_package, opened
from rewardlab.platforms import Platform
from rewardlab.probes.reward.trials.exchange import read_exchange, same
from rewardlab.reports.verification import VerifiedCase, VerifyReport
from rewardlab.rewards.code.sources import reward_digest
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.reply import Worker
from rewardlab.settings.audit import Settings
from rewardlab.version import __version__
from rewardlab.viewing.expected import Expected, ExpectedSample, read_expected

NOTHING_DEMANDED = "the finding is about many answers together: score the run with the reward (rewardlab score RUN)"


def verify(folder: Path, reward: Path, *, entry: str | None = None) -> VerifyReport:
    """Whether `reward` gives the samples of the reproduction in `folder` what they should earn.

    `entry` names its function if it defines several; by default the one of the reproduction is taken. Nothing in the
    folder can open the worker's fence.
    Raises: InputError for a folder that is no reproduction; RewardError for a reward that cannot be loaded.
    """
    expected, samples = read_expected(folder)
    asked: dict[str, Any] = {
        "platform": expected.platform,
        "entry": entry or expected.entry,
        "weights": None if entry else expected.weights,
        "reward_kwargs": expected.arguments,
        "reward_timeout": expected.timeout,
        "reward_memory": expected.memory_mb,
    }
    if not is_package(reward):
        reward_digest(reward)  # so that a file which cannot be read is told as such
    settings = Settings.model_validate({name: value for name, value in asked.items() if value is not None})
    with opened(reward, settings) as held, tempfile.TemporaryDirectory(prefix="rewardlab-") as logs:
        source = held.settings.source_of(held.reward, held.settings.reward_timeout)
        worker = WorkerProcess(source, log=Path(logs) / "reward.log", returns=settings.profile.returns)
        try:
            worker.start()
            cases = tuple(_ask(worker, settings.profile, expected, samples))
        finally:
            worker.close()
    verdict, why = _judged(cases)
    return VerifyReport(
        verdict=verdict,
        why=why,
        finding=expected.finding,
        title=expected.title,
        reward=str(reward),
        folder=str(folder),
        success_at=expected.success_at,
        cases=cases,
        version=__version__,
    )


def _ask(
    worker: Worker, platform: Platform, expected: Expected, samples: Mapping[str, Mapping[str, Any]]
) -> list[VerifiedCase]:
    good = next((one.id for one in expected.samples if one.guard and one.want == "succeeds"), None)
    cases = []
    for one in expected.samples:
        sample = samples[one.id]
        (outcome,) = _outcomes(worker, platform, [sample])
        match one.want:
            case "repeats":
                (again,) = _outcomes(worker, platform, [sample])
                state = _repeated(outcome, again)
            case "keeps_batch":
                state = _kept(worker, platform, sample, None if good is None else samples[good])
            case _:
                state = _state(one, outcome, expected)
        cases.append(_case(one, outcome, state))
    return cases


def _outcomes(worker: Worker, platform: Platform, samples: Sequence[Mapping[str, Any]]) -> tuple[Outcome | str, ...]:
    """What the samples earn in one call; a text where they cannot be asked at all."""
    held = [dict(sample) for sample in samples]
    try:
        return read_exchange(held, worker.invoke(json.dumps(held).encode()), platform).outcomes
    except TokensMissingError:
        return ("the reward reads token ids, which a reproduction does not hold",) * len(samples)


State = Literal["held", "broken", "unasked", "seen"]


def _state(one: ExpectedSample, outcome: Outcome | str, expected: Expected) -> State:
    if one.want == "seen":
        return "seen"
    if not isinstance(outcome, Scored):
        return "broken" if one.want == "scored" and not isinstance(outcome, str) else "unasked"
    if one.want == "scored":
        return "held"
    return "held" if expected.succeeds(outcome.score) == (one.want == "succeeds") else "broken"


def _repeated(first: Outcome | str, again: Outcome | str) -> State:
    if not isinstance(first, Scored) or not isinstance(again, Scored):
        return "unasked"
    return "held" if same(first.score, again.score) else "broken"


def _kept(worker: Worker, platform: Platform, bad: Mapping[str, Any], good: Mapping[str, Any] | None) -> State:
    """Whether a good sample keeps its score beside the bad one; unasked where the good one has none alone."""
    if good is None or not isinstance(_outcomes(worker, platform, [good])[0], Scored):
        return "unasked"
    beside = _outcomes(worker, platform, [bad, good])[1]
    return "held" if isinstance(beside, Scored) else "broken"


def _case(one: ExpectedSample, outcome: Outcome | str, state: State) -> VerifiedCase:
    score = outcome.score if isinstance(outcome, Scored) else None
    detail = outcome if isinstance(outcome, str) else None if isinstance(outcome, Scored) else outcome.detail
    return VerifiedCase(
        id=one.id,
        want=one.want,
        why=one.why,
        guard=one.guard,
        observed=one.observed,
        score=score,
        detail=detail,
        state=state,
    )


def _judged(cases: Sequence[VerifiedCase]) -> tuple[Literal["mended", "not_mended", "could_not_judge"], str]:
    """The verdict: one broken demand decides; what has no score leaves it open."""
    broken = [case for case in cases if case.state == "broken"]
    unasked = [case for case in cases if case.state == "unasked"]
    held = [case for case in cases if case.state == "held"]
    if broken:
        spoilt = sum(case.guard for case in broken)
        guards = f", {spoilt:,} of them answers that were scored well before" if spoilt else ""
        return "not_mended", f"{len(broken):,} of {len(broken) + len(held):,} answers earn what they should not{guards}"
    if unasked:
        return (
            "could_not_judge",
            f"{len(unasked):,} answers have no score: {unasked[0].detail or 'none to compare with'}",
        )
    if not any(not case.guard for case in held):
        return "could_not_judge", NOTHING_DEMANDED
    return "mended", f"all {len(held):,} answers earn what they should"
