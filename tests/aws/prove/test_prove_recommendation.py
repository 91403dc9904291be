"""The timeout and the memory are what the formula gives, within Lambda's limits."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from rewardlab.aws.prove.recommendation import recommend


@pytest.mark.parametrize(
    ("init", "longest", "peak", "share", "timeout", "memory"),
    [
        # 30 MB x 1.5 = 45, one step of 64, but 128 is the least: 128 / 1769 of a processor. All of the time is the
        # processor's: (0.2 + 0.05) x 13.82 x 2 = 6.91.
        (0.2, 0.05, 30, 1.0, 7, 128),
        # Nothing is: (0.2 + 0.05) x 2 = 0.5; Lambda's default of 3 s is the least.
        (0.2, 0.05, 30, 0.0, 3, 128),
        # Loading for 5.4 of 10 s of a whole processor needs 0.54 x 1769 = 955.26 MB, up to 960 = 15 x 64; the slowdown
        # is 1769 / 960 = 1.843, so that it takes 9.95 s; (5.4 + 0.1) x 1.843 x 2 = 20.27.
        (5.4, 0.1, 90, 1.0, 21, 960),
        # No memory brings more than one processor for loading: 1769, up to 1792 = 28 x 64; (12 + 1) x 2 = 26.
        (12.0, 1.0, 90, 1.0, 26, 1792),
        # 100 x 1.5 = 150, 1 s of loading needs 176.9, up to 192 = 3 x 64; slowdown 1 + 0.5 (1769 / 192 - 1) = 5.107;
        # 5 x 5.107 x 2 = 51.07.
        (1.0, 4.0, 100, 0.5, 52, 192),
        # 1280 x 1.5 = 1920 = 30 x 64: more than one processor is no faster here; (1 + 9) x 2 = 20.
        (1.0, 9.0, 1280, 1.0, 20, 1920),
    ],
)
def test_by_hand(init, longest, peak, share, timeout, memory):
    found = recommend(init=init, longest=longest, peak_mb=peak, cpu_share=share)
    assert (found.timeout, found.memory_mb, found.fits) == (timeout, memory, True)
    assert found.vcpu == memory / 1769


def test_what_lambda_does_not_allow_is_said():
    found = recommend(init=1.0, longest=449.6, peak_mb=9000, cpu_share=1.0)
    assert (found.timeout, found.memory_mb, found.fits) == (900, 10240, False)


@given(strategies.floats(0, 10), strategies.floats(0, 900), strategies.floats(0, 10240), strategies.floats(0, 1))
def test_it_can_always_be_configured(init, longest, peak, share):
    found = recommend(init=init, longest=longest, peak_mb=peak, cpu_share=share)
    assert 3 <= found.timeout <= 900
    assert 128 <= found.memory_mb <= 10240
    assert found.slowdown >= 1
    assert not found.fits or found.timeout >= init + longest
