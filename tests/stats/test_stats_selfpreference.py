from __future__ import annotations

import numpy as np
import pytest

from rewardlab.stats.interval import Undefined
from rewardlab.stats.selfpreference import newcombe, self_preference_gap

NAN = np.nan
# 36 of 40 where people prefer the own, 38 of 50 where they prefer the other: 0.9 - 0.76.
PREFERRED = np.repeat([1.0, 0.0], [40, 50])
PICKED = np.concatenate([np.repeat([1.0, 0.0], [36, 4]), np.repeat([0.0, 1.0], [38, 12])])


def test_newcombes_own_example():
    # Newcombe (1998), table II: 56/70 - 48/80, method 10: 0.2, 0.0524 to 0.3339.
    found = newcombe((56, 48), (70, 80))
    assert (found.estimate, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_pairs_give_the_gap_of_their_counts():
    assert self_preference_gap(PICKED, PREFERRED) == newcombe((36, 38), (40, 50))
    with_gaps = self_preference_gap(np.append(PICKED, [NAN, 0.5, 1.0]), np.append(PREFERRED, [1.0, 1.0, NAN]))
    assert with_gaps == newcombe((36, 38), (40, 50))


def test_pairs_of_one_prompt_count_for_less():
    alone = self_preference_gap(PICKED, PREFERRED, np.arange(90))
    together = self_preference_gap(PICKED, PREFERRED, np.arange(90) // 5)
    assert alone.estimate == pytest.approx(together.estimate) == pytest.approx(0.14)
    # With a prompt a pair the limits are Newcombe's but for the t quantile.
    plain = newcombe((36, 38), (40, 50))
    assert (alone.low, alone.high) == pytest.approx((plain.low, plain.high), abs=0.01)
    assert together.high - together.low > 1.3 * (alone.high - alone.low)


def test_the_width_is_never_zero():
    found = newcombe((5, 0), (5, 5))
    assert (found.estimate, found.high) == (1, 1)
    assert found.low < 0.6


def test_an_empty_side_is_undefined():
    assert self_preference_gap(np.ones(3), np.ones(3)) == Undefined("one of the two groups is empty")
    found = self_preference_gap(np.ones(4), np.array([1.0, 1, 1, 0]), np.arange(4))
    assert found == Undefined("people prefer the own, or the other, response in fewer than two prompts")
