"""Which scores may be where right answers begin: levels at which the sides overlap, or may."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.stats.overlap import counting_others, overlapping, possible, widest_gap
from rewardlab.stats.separation import Separation, Side


def side(*scores):
    return Side(np.array(scores, float), np.arange(len(scores)))


TABLE = np.tile([0.1, 0.3, 0.5, 0.7, 0.9], (10, 1))


def test_the_sides_overlap_between_the_least_of_right_and_the_most_of_wrong():
    """Of eleven right answers all but one reach 0.3; of eleven wrong ones all but one earn at most 0.7."""
    right, wrong = side(0.1, *[0.3] * 5, *[0.9] * 5), side(*[0.1] * 5, *[0.7] * 5, 0.9)
    assert overlapping(TABLE, right, wrong).tolist() == [0.5, 0.7]


def test_sides_apart_do_not_overlap():
    assert overlapping(TABLE, side(*[0.7] * 9), side(*[0.3] * 9)).tolist() == []


def test_what_unknown_wrong_answers_may_earn_reaches_up_to_the_most_of_right_ones():
    right, wrong = side(*[0.5, 0.7, 0.9] * 4), side(*[0.1] * 9)
    found = Separation(wrong=0.1, right=0.5, true_rate=1.0, false_rate=0.0)
    assert possible(TABLE, right, wrong, found).tolist() == [0.3, 0.7, 0.9]


def test_far_above_the_rest_right_answers_leave_none_of_their_own_scores_open():
    """From 0.1 to 0.9 nothing is sampled but one score of 200: four fifths of the way from 0.1 to 1."""
    table = np.tile([0.1, 0.1, 0.9, 1.0], (50, 1))
    table[0, 0] = 0.5
    found = Separation(wrong=0.1, right=0.9, true_rate=1.0, false_rate=0.0)
    assert possible(table, side(*[0.9, 1.0] * 5), side(*[0.1] * 9), found).tolist() == [0.5]


def test_levels_that_count_the_same_generations_are_left_out():
    """At 0.4 and at 0.5 the same succeed."""
    assert counting_others(TABLE, np.array([0.3, 0.5, 0.7]), 0.4).tolist() == [0.3, 0.7]


@pytest.mark.parametrize(
    ("scores", "gap"),
    [([], 1.0), ([0.5], 0.5), ([0.0, 0.1, 0.9, 1.0], 0.8), ([5.0, -5.0], 1.0), ([*[0.0] * 50, 0.4, *[1.0] * 49], 1.0)],
)
def test_the_widest_gap(scores, gap):
    """Of 100 scores one may lie inside; scores outside of the range do not count."""
    assert widest_gap(np.array(scores, float), 0.0, 1.0) == pytest.approx(gap)


@given(st.lists(st.floats(-2, 3), max_size=60))
def test_a_gap_is_never_wider_than_its_range(scores):
    assert 0 <= widest_gap(np.array(scores, float), 0.0, 1.0) <= 1.0
