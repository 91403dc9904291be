"""A small part of `make operating`: verdicts go wrong no oftener than they may, at one look and over six."""

from __future__ import annotations

import pytest

from bench.operating import at_the_edge, cells, looked, missed, row_of_first_look, row_of_looks, row_of_missed

EDGE = {cell.settings: cell for cell in at_the_edge()}


@pytest.mark.parametrize("name", EDGE)
def test_a_look_is_wrong_no_oftener_than_it_may_be(name):
    one = missed(EDGE[name], 300, widths=10)
    # Three standard errors of a share of 0.025 in 300 are 0.027.
    assert max(one.below, one.above) <= 0.052
    assert one.width < 1.9


@pytest.mark.parametrize("name", EDGE)
def test_six_looks_are_wrong_no_oftener_than_one_may_be(name):
    below, above, taken = looked(EDGE[name], 200, growth=1.5)
    # Three standard errors of a share of 0.025 in 200 are 0.033.
    assert max(below, above) <= 0.058
    assert 5 < taken <= 6


def test_following_the_advice_is_wrong_no_oftener():
    below, above, taken = looked(EDGE["beta, correlation 0.5; 0.05, 100 x 8"], 30, growth=None)
    assert max(below, above) <= 0.11
    assert 1 < taken <= 6


def test_a_row_says_its_settings():
    assert row_of_missed(0, 4).startswith("| beta, correlation 0.2; 0.01, 100 x 8 | 1.000 (0.000, 0.000) | ")
    assert row_of_looks(0, 2.0, 2).startswith("| beta, correlation 0.2; 0.05, 100 x 8 | x 2 | 0.000 | ")
    assert row_of_first_look(0, 2) == "| beta, correlation 0.2; 0.05, 100 x 8 | 0.000 | 0.000 |"
    assert len({cell.settings for cell in cells()}) == len(cells())
