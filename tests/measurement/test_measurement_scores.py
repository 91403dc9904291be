"""From frames to numbers: hand-sized runs whose every count can be checked by eye."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardlab.measurement.scores import Invalid, Measurement, measure
from rewardlab.outcome import REASONS
from rewardlab.runs.parts import GENERATION_SCHEMA, SCORE_SCHEMA
from rewardlab.runs.tables import Answers
from rewardlab.stats.interval import Estimate, Undefined
from rewardlab.task import Prompt


def prompts(count, **row):
    turns = ({"role": "user", "content": "q"},)
    return [Prompt(f"p{i}", turns, f"{i}", {"messages": list(turns), "n": i, **row}, i + 1) for i in range(count)]


def measured(table, *, cut=(), width=None, seconds=None, **options) -> Measurement:
    """`table` holds a list per prompt of scores, reasons or an invalid one's detail (text), None (never sampled)."""
    cells = [(i, j, cell) for i, row in enumerate(table) for j, cell in enumerate(row) if cell is not None]
    ids = {"prompt_id": [f"p{i}" for i, _, _ in cells], "index": [j for _, j, _ in cells]}
    generations = pa.table({**ids, "finish_reason": ["length" if (i, j) in cut else "stop" for i, j, _ in cells]})
    texts = [cell if isinstance(cell, str) else None for _, _, cell in cells]
    scores = pa.table(
        {
            **ids,
            "score": pa.array(
                [None if text else float(cell) for text, (_, _, cell) in zip(texts, cells, strict=True)], pa.float64()
            ),
            "reason": pa.array([text and (text if text in REASONS else "invalid") for text in texts], pa.string()),
            "detail": pa.array([text and (f"detail of {text}" if text in REASONS else text) for text in texts]),
            "seconds": seconds or [0.001 * (1 + k) for k in range(len(cells))],
        }
    )
    width = width or max(map(len, table))
    return measure(prompts(len(table)), generations, scores, num_generations=width, **options)


def answers_of(table, *, again=(), labels=None, components=None, lengths=None) -> Answers:
    """The tables behind `measured`: `again` holds further scorings, each a table like the first."""

    def numbers(rows):
        width = max(map(len, table))
        return np.array(
            [[np.nan if cell is None or isinstance(cell, str) else cell for cell in row] for row in rows], float
        ).reshape(len(rows), width)

    score = numbers(table)
    return Answers(
        prompt_ids=tuple(f"p{i}" for i in range(len(table))),
        score=score,
        cut=np.zeros(score.shape, bool),
        length=np.full(score.shape, 10.0) if lengths is None else numbers(lengths),
        components={name: numbers(rows) for name, rows in (components or {}).items()},
        scorings=np.stack([score, *(numbers(rows) for rows in again)], axis=2),
        labels=None if labels is None else numbers(labels),
        texts=pa.chunked_array([["text"] * score.size]),
        row=np.arange(score.size).reshape(score.shape),
    )


def test_accuracy_is_the_mean_over_prompts_of_each_prompts_share():
    found = measured([[1, 1, 1, 0], [0, 0, None, None], [1, 0, None, None]])
    assert isinstance(found.accuracy.scored, Estimate)
    assert found.accuracy.scored.estimate == pytest.approx((0.75 + 0 + 0.5) / 3)
    assert isinstance(found.solved.scored, Estimate)
    assert found.solved.scored.estimate == pytest.approx(2 / 3)


def test_unscored_generations_widen_the_bounds_and_those_never_sampled_do_not():
    found = measured([[1, "raised"], [0, None], [1, 1]])
    shares = [found.accuracy.as_failures, found.accuracy.scored, found.accuracy.as_successes]
    assert [share.estimate for share in shares] == pytest.approx([1.5 / 3, 2 / 3, 2 / 3])


def test_invalid_outcomes_are_told_apart_by_the_code_their_detail_begins_with():
    found = measured([["RL103 nan", 1], ["RL103 nan", "RL104 null"], ["RL102 none", "words"]])
    assert found.invalid == {"RL102": Invalid(1, 1), "RL103": Invalid(2, 2), "RL104": Invalid(2, 2)}
    assert [example.detail for example in found.examples] == ["RL102 none", "RL103 nan", "RL104 null", "words"]


def test_flat_groups_are_counted_under_their_reason():
    found = measured(
        [[1, 1], [0, 0], [0, 0], ["raised", "crashed"], [0, 1], [1, "raised"]], cut={(2, 0), (2, 1), (0, 0)}
    )
    assert found.flat == {
        "all_right": 2,
        "all_wrong": 1,
        "all_truncated": 1,
        "all_unscored": 1,
        "constant_reward": 0,
    }
    assert found.truncated == 3


def test_a_reward_that_never_varies_makes_every_flat_group_constant():
    assert measured([[1, 1], [1, 1]]).flat["constant_reward"] == 2


def test_outcomes_count_generations_by_reason():
    found = measured([[1, "raised"], ["raised", "timed_out"], ["abstained", 0]])
    assert found.outcomes == {"scored": 2, "raised": 2, "timed_out": 1, "crashed": 0, "invalid": 0, "abstained": 1}
    assert found.unscored_prompts["raised"] == 2
    assert [(e.prompt_id, e.index, e.reason) for e in found.examples if e.reason == "raised"] == [("p0", 1, "raised")]


def test_nothing_scored_is_undefined_and_never_zero():
    found = measured([["raised", "raised"]] * 3)
    assert isinstance(found.accuracy.scored, Undefined)
    assert isinstance(found.solved.scored, Undefined)
    assert isinstance(found.informative[2], Undefined)
    assert isinstance(found.variance, Undefined)
    assert (found.lowest, found.highest, found.floor_share) == (None, None, None)


def test_pass_at_k_stops_at_the_generations_there_are():
    assert list(measured([[1, 0, 1, 0, 1]] * 3).pass_at_k) == [1, 2, 4]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_no_share_falls_as_groups_and_draws_grow_whatever_is_missing(seed):
    rng = np.random.default_rng(seed)
    levels = rng.integers(2, 4)
    table = [[int(cell) if rng.random() < 0.8 else "raised" for cell in rng.integers(0, levels, 8)] for _ in range(30)]
    found = measured(table, success_at=1)
    for shares, sign in ((found.informative, 1), (found.pass_at_k, 1), (found.pass_hat_k, -1)):
        known = [share for _, share in sorted(shares.items()) if isinstance(share, Estimate)]
        ends = [sorted(sign * end for end in (one.low, one.estimate, one.high)) for one in known]
        assert all(np.less_equal(one, other).all() for one, other in pairwise(ends))
    assert found.pass_at_k[1] == found.pass_hat_k[1] == found.accuracy.scored


def test_the_success_threshold_takes_the_middle_unless_told():
    assert measured([[0.5, 0.49]] * 2).accuracy.scored.estimate == 0.5
    assert measured([[0.5, 0.9]] * 2, success_at=0.9).accuracy.scored.estimate == 0.5
    assert measured([[4, 6]] * 2, reward_range=(0, 10)).success.at == 5


def test_latency_is_in_milliseconds_a_sample_and_an_invocation():
    found = measured([[1, 0]] * 2).latency_ms  # 1, 2, 3 and 4 ms: each an invocation of one
    assert found == pytest.approx(
        {"p50": 2.5, "p90": 3.7, "p99": 3.97, "batch_p50": 2.5, "batch_p90": 3.7, "batch_p99": 3.97}
    )


def test_samples_of_one_invocation_carry_its_share_each():
    assert measured([[1, 0], [1, 1]], seconds=[0.01, 0.01, 0.01, 0.05]).latency_ms == pytest.approx(
        {"p50": 10, "p90": 38, "p99": 48.8, "batch_p50": 40, "batch_p90": 48, "batch_p99": 49.8}
    )


def test_without_generations_nothing_is_known_of_latency():
    frame, scores = GENERATION_SCHEMA.empty_table(), SCORE_SCHEMA.empty_table()
    assert measure(prompts(2), frame, scores, num_generations=1).latency_ms is None


def test_zero_is_no_success_where_a_reward_punishes():
    found = measured([[1, 0, -1, 0]] * 3, reward_range=(-1, 1))
    assert (found.success.at, found.success.strict) == (0, True)
    assert found.accuracy.scored.estimate == pytest.approx(0.25)


def test_a_threshold_that_was_chosen_is_a_success_itself():
    assert measured([[1, 0, -1, 0]] * 3, success_at=0).accuracy.scored.estimate == pytest.approx(0.75)
    assert measured([[1, 0.5, 0, 0]] * 3, reward_range=(0, 1)).accuracy.scored.estimate == pytest.approx(0.5)
