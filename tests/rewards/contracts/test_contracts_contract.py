"""Whatever a reward may return: its defects, each with its code, and the scores that can be read all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.outcome import Scored, Unscored
from rewardlab.platforms import PLATFORMS
from rewardlab.readers.generations import read_generations
from rewardlab.rewards.contracts.contract import Violation, violations
from rewardlab.rewards.contracts.results import read_results
from tests.rewards.events.test_events_event import CONTRACTS, JSON

SMTJ = PLATFORMS["smtj"]
WARNINGS = {"RL105", "RL106"}
REJECTED = sorted(CONTRACTS.glob("*/rejected/*.json"))


def ids_of(name):
    generations = read_generations(CONTRACTS / "generations.jsonl")[: PLATFORMS[name].batch_size]
    return [f"{one.prompt_id}:{one.index}" for one in generations]


@pytest.mark.parametrize("name", PLATFORMS)
def test_an_accepted_return_gives_its_scores(name):
    returned, ids = json.loads((CONTRACTS / name / "return.json").read_text()), ids_of(name)
    assert violations(returned, ids, PLATFORMS[name], (0, 1)) == ()
    outcomes = read_results(returned, ids, PLATFORMS[name], seconds=1)
    assert [one.score for one in outcomes] == [1.0, 0.25][: len(ids)]
    assert outcomes[0].components == (("exact", 1.0),)


def test_every_profile_has_its_rejected_returns_with_every_code():
    codes = {name: set() for name in PLATFORMS}
    for path in REJECTED:
        codes[path.parent.parent.name].add(json.loads(path.read_text())["code"])
    assert set(map(frozenset, codes.values())) == {frozenset(f"RL10{i}" for i in range(1, 7))}


@pytest.mark.parametrize("path", REJECTED, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_a_rejected_return_has_its_code(path: Path):
    case, name = json.loads(path.read_text()), path.parent.parent.name
    ids, platform = ids_of(name), PLATFORMS[name]
    found = violations(case["return"], ids, platform, (0, 1))
    assert {one.code for one in found} == {case["code"]}
    outcomes = read_results(case["return"], ids, platform, seconds=1)
    if case["code"] in WARNINGS or path.stem == "reversed":
        assert all(isinstance(one, Scored) for one in outcomes)
        return
    details = [outcomes] if isinstance(outcomes, str) else [one.detail for one in outcomes if isinstance(one, Unscored)]
    assert details
    assert all(detail.startswith(f"{case['code']} ") for detail in details)


RESULT = st.fixed_dictionaries(
    {},
    optional={"id": st.sampled_from(["a", "b", None, 3]) | JSON, "aggregate_reward_score": JSON, "metrics_list": JSON},
)
SCORED = st.fixed_dictionaries(
    {"id": st.sampled_from("ab"), "aggregate_reward_score": st.floats() | st.integers()},
    optional={"metrics_list": st.just([]) | JSON},
)
RESULTS = st.lists(SCORED, max_size=3) | st.lists(SCORED | RESULT | JSON, max_size=4) | JSON
RETURNS = RESULTS | st.builds(
    lambda status, body: {"statusCode": status, "body": body},
    st.just(200) | JSON,
    RESULTS | RESULTS.map(json.dumps) | st.text(max_size=5),
)


@given(RETURNS, st.sampled_from(sorted(PLATFORMS)))
def test_any_return_is_read_and_has_no_defects_exactly_when_all_is_scored(returned, name):
    """Never an exception, and never a score that is not finite."""
    ids, platform = ["a", "b"], PLATFORMS[name]
    outcomes = read_results(returned, ids, platform, seconds=1.0)
    found = [one for one in violations(returned, ids, platform, (0, 1)) if one.code != "RL105"]
    lost = {str(one) for one in found if one.severity == "blocker"}
    if isinstance(outcomes, str):
        assert outcomes in lost
        return
    assert [type(one) in {Scored, Unscored} and one.seconds for one in outcomes] == [0.5, 0.5]
    assert all(abs(one.score) < float("inf") for one in outcomes if isinstance(one, Scored))
    assert {one.detail for one in outcomes if isinstance(one, Unscored)} <= lost
    assert bool(lost) is any(isinstance(one, Unscored) for one in outcomes)


def good(*ids, **extra):
    return [{"id": identifier, "aggregate_reward_score": 0.5, **extra} for identifier in ids]


def test_all_defects_of_one_return_are_told():
    returned = [
        1.0,
        {"id": "a", "aggregate_reward_score": "0.5"},
        {"id": "a", "aggregate_reward_score": 2},
        {"aggregate_reward_score": 0.5, "metrics_list": [{"name": "n", "value": True, "type": "Metric"}, 3]},
    ]
    assert violations(returned, ["a", "b"], SMTJ, (0, 1)) == (
        Violation("RL101", "returned a list with a number in it; expected objects with id and aggregate_reward_score"),
        Violation("RL102", "returned 3 results for 2 samples"),
        Violation("RL102", "2 results carry the sample's id", sample="a"),
        Violation("RL102", "no result carries the sample's id", sample="b"),
        Violation("RL102", "a result has no id; expected its sample's"),
        Violation("RL104", "aggregate_reward_score is '0.5'; expected a finite number", sample="a"),
        Violation("RL105", "aggregate_reward_score is 2; expected 0 to 1", sample="a"),
        Violation("RL106", "metric 'n' has the value True; expected a finite number", "warning"),
        Violation("RL106", "metrics_list holds a number; expected objects with name, value and type", "warning"),
    )


def test_another_order_is_a_warning_for_nothing_is_promised_of_it():
    (found,) = violations(good("b", "a"), ["a", "b"], SMTJ)
    assert (found.code, found.severity) == ("RL102", "warning")


def test_a_number_is_no_sample_s_id_though_it_reads_like_one():
    assert read_results([{"id": 1, "aggregate_reward_score": 1}], ["1"], SMTJ, seconds=1) == [
        Unscored("invalid", "RL102 no result carries the sample's id", 1.0)
    ]


def test_one_result_too_many_spoils_the_return_and_a_renamed_one_its_sample():
    assert read_results(good("a", "b", "c"), ["a", "b"], SMTJ, seconds=1).startswith("RL102 a result has the id 'c'")
    first, second = read_results(good("a", "c"), ["a", "b"], SMTJ, seconds=1)
    assert (first.score, second.reason) == (0.5, "invalid")


def test_no_range_declared_is_none_held_against():
    assert violations([{"id": "a", "aggregate_reward_score": 1e9}], ["a"], SMTJ) == ()


def test_a_huge_integer_is_told_though_python_will_not_print_it():
    (found,) = violations([{"id": "a", "aggregate_reward_score": 10**5000}], ["a"], SMTJ)
    assert (found.code, found.detail[:36]) == ("RL103", "aggregate_reward_score is a number; ")


def test_results_read_by_hand():
    results = [
        {"id": "b", "aggregate_reward_score": 1},
        {"id": "a", "aggregate_reward_score": 0.5, "metrics_list": None},
    ]
    assert read_results(results, ["a", "b"], SMTJ, seconds=4.0) == [Scored(0.5, (), 2.0), Scored(1.0, (), 2.0)]
