from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from rewardlab.stats.correction import benjamini_hochberg, benjamini_yekutieli

NAN = np.nan


def test_by_hand():
    # Sorted .01 .02 .03 .5, of 4: .04, .04, .04, .5; the first two take the least of what follows.
    assert benjamini_hochberg(np.array([0.03, 0.5, 0.01, 0.02])) == pytest.approx([0.04, 0.5, 0.04, 0.04])


def test_the_fifteen_tests_of_the_paper_reject_four():
    # Benjamini & Hochberg (1995), section 3.2: four are rejected at 0.05, Bonferroni's 0.0033 rejects three.
    values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
    values += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert (benjamini_hochberg(np.array(values)) <= 0.05).sum() == 4


def test_a_test_that_was_not_made_is_not_counted():
    found = benjamini_hochberg(np.array([NAN, 0.02, NAN, 0.04]))
    assert found == pytest.approx([NAN, 0.04, NAN, 0.04], nan_ok=True)
    assert benjamini_hochberg(np.array([NAN, NAN])) == pytest.approx([NAN, NAN], nan_ok=True)
    assert benjamini_hochberg(np.zeros(0)).shape == (0,)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_it_is_scipys(values):
    assert benjamini_hochberg(np.array(values)) == pytest.approx(scipy_stats.false_discovery_control(values))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.01, 0.99))
def test_rejections_are_those_of_the_step_up_rule(values, q):
    # The definition: reject the k smallest, k the largest with p_(k) <= q k / m.
    ordered = sorted(values)
    passing = [k for k in range(1, len(values) + 1) if ordered[k - 1] * len(values) / k <= q]
    expected = ordered[: max(passing, default=0)]
    assert sorted(np.array(values)[benjamini_hochberg(np.array(values)) <= q]) == expected


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.inf])
def test_what_is_no_p_value_is_refused(wrong):
    with pytest.raises(ValueError, match=r"lies in \[0, 1\]"):
        benjamini_hochberg(np.array([0.5, wrong]))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_for_tests_that_depend_on_each_other_it_is_scipys(values):
    expected = scipy_stats.false_discovery_control(values, method="by")
    assert benjamini_yekutieli(np.array(values)) == pytest.approx(expected)


def test_a_test_that_was_not_made_is_not_counted_either_way():
    # Two tests: Benjamini and Hochberg's .04 and .04, times 1 + 1/2.
    found = benjamini_yekutieli(np.array([NAN, 0.02, NAN, 0.04]))
    assert found == pytest.approx([NAN, 0.06, NAN, 0.06], nan_ok=True)
