"""Statistical probes share one error rate."""

from __future__ import annotations

from rewardlab.findings import Finding
from rewardlab.probes.run.suspicion import Suspicion, confirm


def suspicion(p_value, *, matters=True, code="RL404"):
    return Suspicion(Finding(code, "blocker", {"seen": 1}), p_value, matters)


def test_no_test_is_no_finding():
    assert confirm([]) == []


def test_a_finding_stands_up_to_the_error_rate_and_not_beyond():
    assert [len(confirm([suspicion(p)])) for p in (0.0, 0.05, 0.0501, 1.0)] == [1, 1, 0, 0]


def test_tests_are_corrected_together():
    """Benjamini and Hochberg: 0.03 of two becomes 0.06, unless the other one is at most 0.05 too."""
    assert confirm([suspicion(0.03), suspicion(0.9)]) == []
    both = confirm([suspicion(0.03), suspicion(0.04, code="RL410")])
    assert [(one.code, one.evidence) for one in both] == [
        ("RL404", {"seen": 1, "p_adjusted": 0.04, "tests": 2}),
        ("RL410", {"seen": 1, "p_adjusted": 0.04, "tests": 2}),
    ]


def test_an_effect_that_does_not_matter_is_a_note():
    assert [one.severity for one in confirm([suspicion(0.001, matters=False)])] == ["note"]


def test_a_test_that_was_not_made_is_neither_a_finding_nor_counted():
    (finding,) = confirm([suspicion(0.04), suspicion(float("nan"))])
    assert finding.evidence["p_adjusted"] == 0.04
