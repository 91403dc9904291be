"""Turns a reward's return value into one outcome per sample."""

from __future__ import annotations

from collections.abc import Sequence

from rewardlab.outcome import REASONS, Outcome, Scored, Unscored
from rewardlab.platforms import Platform
from rewardlab.rewards.code.shim import is_number
from rewardlab.rewards.contracts.contract import (
    Result,
    Violation,
    is_known,
    not_an_object,
    score_defect,
    stranger,
    unwrapped,
    wrong_count,
)
from rewardlab.task import Json


def read_results(results: Json, ids: Sequence[str], platform: Platform, *, seconds: float) -> list[Outcome] | str:
    """The outcome of each id, in their order; or, if the return value as a whole is unusable, what is wrong with it.

    `seconds` is the invocation's time; each outcome gets an equal share. A sample is Unscored("invalid") when its
    result is missing, doubled, or has no finite score; the detail, like that of the whole, begins with the finding's
    code.
    """
    found = unwrapped(results, platform)
    if isinstance(found, Violation):
        return str(found)
    for result in found:
        if not isinstance(result, dict):
            return str(not_an_object(result))
    share = seconds / max(len(ids), 1)
    if [result.get("id") for result in found] == list(ids):  # the common case: every id once, in order
        return [_outcome(result, share) for result in found]
    return _by_id(found, ids, share)


def _by_id(results: Sequence[Result], ids: Sequence[str], seconds: float) -> list[Outcome] | str:
    by_id: dict[str, list[Result]] = {identifier: [] for identifier in ids}
    strangers = []
    for result in results:
        identifier = result.get("id")
        if is_known(identifier, by_id.keys()):
            by_id[identifier].append(result)
        else:
            strangers.append(result)
    if strangers and all(len(mine) == 1 for mine in by_id.values()):
        return str(stranger(strangers[0]))  # one result too many, which belongs to no sample
    return [_only(identifier, by_id[identifier], seconds) for identifier in ids]


def _only(identifier: str, results: Sequence[Result], seconds: float) -> Outcome:
    if len(results) == 1:
        return _outcome(results[0], seconds)
    return Unscored("invalid", str(wrong_count(identifier, len(results))), seconds)


def _outcome(result: Result, seconds: float) -> Outcome:
    score = result.get("aggregate_reward_score")
    if is_number(score):
        metrics = result.get("metrics_list")
        return Scored(float(score), _components(metrics) if metrics else (), seconds)
    unscored = result.get("unscored")
    if isinstance(unscored, list) and len(unscored) == 2 and unscored[0] in REASONS:
        return Unscored(unscored[0], str(unscored[1]), seconds)
    return Unscored("invalid", str(score_defect(result)), seconds)


def _components(metrics: Json) -> tuple[tuple[str, float], ...]:
    if not isinstance(metrics, list):
        return ()
    return tuple(
        (metric["name"], float(metric["value"]))
        for metric in metrics
        if isinstance(metric, dict) and isinstance(metric.get("name"), str) and is_number(metric.get("value"))
    )
