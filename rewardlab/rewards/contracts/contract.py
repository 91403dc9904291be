"""Checks a reward's return value against the platform's contract and lists every violation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeGuard

from rewardlab.findings import Severity
from rewardlab.platforms import Platform
from rewardlab.rewards.code.shim import is_number, wanted
from rewardlab.task import Json

Result: TypeAlias = Mapping[str, Json]

METRIC_TYPES = ("Reward", "Metric")


@dataclass(frozen=True, slots=True)
class Violation:
    """One defect of a return value: a finding's code, what is wrong, and the sample's id if it concerns one sample.

    With a warning every score is still readable; with a blocker at least one is lost.
    """

    code: str
    detail: str
    severity: Severity = "blocker"
    sample: str | None = None

    def __str__(self) -> str:
        """`RL103 aggregate_reward_score is nan; expected a finite number`."""
        return f"{self.code} {self.detail}"


def violations(
    results: Json, ids: Sequence[str], platform: Platform, reward_range: tuple[float, float] | None = None
) -> tuple[Violation, ...]:
    """All defects of a return value for the samples `ids`, which are distinct.

    RL101 shape, RL102 ids, RL103 and RL104 scores, RL105 a score outside `reward_range` if that is given, RL106
    metrics_list. `read_results` scores every id if and only if there are no defects other than warnings and RL105.
    """
    found = unwrapped(results, platform)
    if isinstance(found, Violation):
        return (found,)
    objects = [result for result in found if isinstance(result, dict)]
    shapes = [not_an_object(result) for result in found if not isinstance(result, dict)]
    if shapes and not objects:
        return tuple(shapes)  # the missing ids would follow from this
    return (*shapes, *_id_defects(objects, ids), *_result_defects(objects, reward_range))


def unwrapped(results: Json, platform: Platform) -> list[Json] | Violation:
    """The list of results, taken out of the platform's envelope; or what is wrong with the return value as a whole."""
    if platform.returns == "list":
        if isinstance(results, list):
            return results
        enveloped = isinstance(results, dict) and "body" in results
        given = "an envelope with a body" if enveloped else kind_of(results)
        return Violation("RL101", f"returned {given}; expected a list with one result per sample")
    wanted = "a list" if platform.returns == "body_list" else "a JSON text"
    envelope = f'{{"statusCode": 200, "body": {wanted}}}'
    if not isinstance(results, dict):
        return Violation("RL101", f"returned {kind_of(results)}; expected {envelope}")
    status = results.get("statusCode")
    if type(status) is not int or status != 200:
        shown = shown_value(status) if "statusCode" in results else "missing"
        return Violation("RL101", f"statusCode is {shown}; expected {envelope}")
    if "body" not in results:
        return Violation("RL101", f"the envelope has no body; expected {envelope}")
    return _body(results["body"], platform, envelope)


def _body(body: Json, platform: Platform, envelope: str) -> list[Json] | Violation:
    if isinstance(body, str) != (platform.returns == "body_text"):
        return Violation("RL101", f"the envelope's body is {kind_of(body)}; expected {envelope}")
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            return Violation("RL101", f"the envelope's body is no JSON; expected {envelope}")
    if not isinstance(body, list):
        return Violation(
            "RL101", f"the envelope's body holds {kind_of(body)}; expected a list with a result per sample"
        )
    return body


def not_an_object(result: Json) -> Violation:
    """RL101 for a member of the list that is not an object."""
    what = f"returned a list with {kind_of(result)} in it; expected objects with id and aggregate_reward_score"
    return Violation("RL101", what)


def wrong_count(identifier: str, count: int) -> Violation:
    """RL102 for a sample whose id appears in `count` results, where `count` is not 1."""
    what = "no result carries the sample's id" if not count else f"{count} results carry the sample's id"
    return Violation("RL102", what, sample=identifier)


def stranger(result: Result) -> Violation:
    """RL102 for a result whose id belongs to no sample."""
    if "id" not in result:
        return Violation("RL102", "a result has no id; expected its sample's")
    return Violation("RL102", f"a result has the id {shown_value(result['id'])}, which no sample has")


def _id_defects(results: Sequence[Result], ids: Sequence[str]) -> Iterator[Violation]:
    given = [result.get("id") for result in results]
    if given == list(ids):
        return
    if len(given) != len(ids):
        yield Violation("RL102", f"returned {len(given)} results for {len(ids)} samples")
    known = set(ids)
    counts = Counter(identifier for identifier in given if isinstance(identifier, str))
    wrong = [wrong_count(identifier, counts[identifier]) for identifier in ids if counts[identifier] != 1]
    strangers = [stranger(result) for result in results if not is_known(result.get("id"), known)]
    yield from wrong
    yield from strangers
    if not wrong and not strangers:
        yield Violation("RL102", "the results are in another order than the samples", "warning")


def is_known(identifier: Json, known: Container[str]) -> TypeGuard[str]:
    """Whether a result's id belongs to a sample; it must be a text, since 1 is not "1"."""
    return isinstance(identifier, str) and identifier in known


def _result_defects(results: Sequence[Result], reward_range: tuple[float, float] | None) -> Iterator[Violation]:
    for result in results:
        identifier = result.get("id")
        sample = identifier if isinstance(identifier, str) else None
        score = result.get("aggregate_reward_score")
        if not is_number(score):
            yield score_defect(result, sample)
        elif reward_range is not None and not reward_range[0] <= score <= reward_range[1]:
            low, high = reward_range
            what = f"aggregate_reward_score is {score:g}; expected {low:g} to {high:g}"
            yield Violation("RL105", what, sample=sample)
        if "metrics_list" in result:
            for what in _metrics_defects(result["metrics_list"]):
                yield Violation("RL106", what, "warning", sample)


def score_defect(result: Result, sample: str | None = None) -> Violation:
    """RL103 or RL104 for a result whose score is not a number that a trainer can hold."""
    score = result.get("aggregate_reward_score")
    shown = shown_value(score) if "aggregate_reward_score" in result else "missing"
    code = "RL103" if type(score) in {int, float} else "RL104"
    return Violation(code, f"aggregate_reward_score is {shown}; expected {wanted(score)}", sample=sample)


def _metrics_defects(metrics: Json) -> Iterator[str]:
    if not isinstance(metrics, list):
        yield f"metrics_list is {kind_of(metrics)}; expected a list"
        return
    for metric in metrics:
        if not isinstance(metric, dict):
            yield f"metrics_list holds {kind_of(metric)}; expected objects with name, value and type"
            continue
        name = metric.get("name")
        if not isinstance(name, str) or not name:
            yield f"a metric's name is {_shown_of(metric, 'name')}; expected a text"
        if not is_number(metric.get("value")):
            yield f"metric {shown_value(name)} has the value {_shown_of(metric, 'value')}; expected a finite number"
        if metric.get("type") not in METRIC_TYPES:
            yield f"metric {shown_value(name)} has the type {_shown_of(metric, 'type')}; expected Reward or Metric"


def _shown_of(metric: Result, key: str) -> str:
    return shown_value(metric[key]) if key in metric else "missing"


def shown_value(value: Json) -> str:
    """The value in at most 60 characters."""
    try:
        return repr(value)[:60]
    except (ValueError, RecursionError):  # an integer of more digits than Python prints, lists without end
        return kind_of(value)


def kind_of(value: Json) -> str:
    """The kind of JSON value, with its article."""
    names = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", int: "a number", float: "a number"}
    return names.get(type(value), "null")
