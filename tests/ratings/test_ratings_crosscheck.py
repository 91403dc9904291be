"""The second opinion on alpha: it confirms what is right, finds what is wrong, and is not asked too much."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.ratings import crosscheck
from rewardlab.ratings.crosscheck import MismatchError, check_alpha
from rewardlab.stats.agreement.alpha import alpha
from rewardlab.stats.agreement.table import LEVELS
from rewardlab.stats.interval import Undefined

RNG = np.random.default_rng(0)
RATINGS = np.where(RNG.random((60, 3)) < 0.2, np.nan, RNG.integers(0, 5, (60, 3)))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("scale", [1.0, 1e200])
def test_what_is_right_is_confirmed(level, scale):
    found = alpha(RATINGS * scale, level)
    assert check_alpha(RATINGS * scale, level, found) == "equal to the krippendorff package's within 1e-9"


@pytest.mark.parametrize("wrong", [1e-8, -1e-8, np.nan])
def test_what_is_wrong_is_found(wrong):
    with pytest.raises(MismatchError, match=r"alpha \(ordinal\)"):
        check_alpha(RATINGS, "ordinal", alpha(RATINGS, "ordinal") + wrong)


def test_undefined_here_must_be_undefined_there():
    flat = np.ones((4, 2))
    assert check_alpha(flat, "nominal", alpha(flat, "nominal")).startswith("equal")
    with pytest.raises(MismatchError):
        check_alpha(flat, "nominal", 1.0)
    with pytest.raises(MismatchError):
        check_alpha(RATINGS, "nominal", Undefined("no"))


def test_a_large_table_is_compared_in_blocks(monkeypatch):
    monkeypatch.setattr(crosscheck, "CELLS", 25 * 8)
    assert "16" not in check_alpha(RATINGS, "interval", alpha(RATINGS, "interval"))
    monkeypatch.setattr(crosscheck, "BLOCKS", 3)
    assert check_alpha(RATINGS, "interval", alpha(RATINGS, "interval")).endswith("on 3 of 7 blocks of units")
    monkeypatch.setattr(crosscheck, "alpha_of", lambda table, level: 0.123)
    with pytest.raises(MismatchError):
        check_alpha(RATINGS, "interval", alpha(RATINGS, "interval"))


def test_a_continuous_scale_is_not_compared():
    assert "more than 64" in check_alpha(RNG.normal(size=(50, 2)), "interval", 0.0)
