from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.stats.consistency import consistency
from rewardlab.stats.interval import Undefined

NAN = np.nan


def test_the_published_repeats_are_met(published):
    case = published("judge_bias_probes")
    found = consistency(np.array(case.input["reruns_items_x_runs"], float)[:, None, :], threshold=0.5)
    case.meets(
        {
            "self_consistency_pairwise": found.pairwise.estimate,
            "unanimity_rate": found.unanimity.estimate,
            "mean_majority_share": found.majority,
        },
        passed_over=dict.fromkeys(
            ("position", "flip", "tie", "first_shown", "primacy", "self_preference", "mcnemar"), "test_stats_preference"
        )
        | {"rerun_alpha": "alpha is the agreement's"},
    )


def test_by_hand():
    # Five steps, right from 4 up. First prompt: 4 then 3, 4 (one flip of two); 5 then 4, 5 (none): (1/2 + 0)/2 = 1/4.
    # Second: 1 then 2 (none); 3 then 4 (a flip): 1/2. Mean 3/8. Near 3.5 are the first 4 and the first 3: 1/2 and 1.
    repeats = np.array([[[4, 3, 4], [5, 4, 5]], [[1, 2, NAN], [3, NAN, 4]]], float)
    found = consistency(repeats, threshold=3.5, margin=0.5)
    assert found.flips.estimate == pytest.approx(0.375)
    assert found.flips_near.estimate == pytest.approx(0.75)
    assert found.pairwise.estimate == pytest.approx((1 / 3 + 0) / 2)
    assert (found.unanimity.estimate, found.repeated) == (0, 4)
    assert found.majority == pytest.approx((2 / 3 + 1 / 2) / 2)


@given(st.integers(0, 10_000))
def test_pairs_are_counted_as_the_definition_says(seed):
    rng = np.random.default_rng(seed)
    repeats = rng.integers(1, 4, (3, 2, 4)).astype(float)
    repeats[rng.random(repeats.shape) < 0.2] = NAN
    rows = []
    for prompt in repeats:
        shares = []
        for askings in prompt:
            pairs = list(combinations(askings[np.isfinite(askings)], 2))
            if pairs:
                shares.append(np.mean([one == other for one, other in pairs]))
        if shares:
            rows.append(np.mean(shares))
    found = consistency(repeats, threshold=2)
    if len(rows) >= 2:
        assert found.pairwise.estimate == pytest.approx(np.mean(rows))
        assert found.pairwise.low < found.pairwise.high


def test_a_steady_judge_may_still_flip_on_prompts_not_drawn():
    found = consistency(np.ones((30, 1, 3)), threshold=0.5)
    assert (found.flips.estimate, found.pairwise.estimate) == (0, 1)
    assert found.flips.high == pytest.approx(1 - 0.025 ** (1 / 30))


def test_an_unreadable_first_verdict_cannot_flip():
    repeats = np.array([[[NAN, 0, 1]], [[NAN, 1, 1]]], float)
    found = consistency(repeats, threshold=0.5)
    assert found.flips == Undefined("no first verdict was asked again")
    assert found.pairwise.estimate == 0.5


def test_what_is_not_repeated_is_undefined():
    assert consistency(np.ones((4, 2, 1)), threshold=0.5) == Undefined("no generation has two verdicts")
    far = consistency(np.ones((4, 1, 2)), threshold=0.5, margin=0.1)
    assert far.flips_near == Undefined("no first verdict is near the threshold")
    assert consistency(np.ones((1, 4, 2)), threshold=0.5).flips == Undefined("one prompt shows no spread")
