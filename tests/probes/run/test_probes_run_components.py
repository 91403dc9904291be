"""RL307: a component that never differs, or a graded one that drowns one which tells right from wrong."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.probes.run import components
from tests.probes.run.conftest import asked

RNG = np.random.default_rng(0)
RIGHT = (RNG.random((120, 8)) < 0.5).astype(float)
GRADED = RNG.random((120, 8))


def found(parts, *, total=None, made_up=None):
    scores = sum(parts.values()) if total is None else total
    return list(components.ask(asked(scores, components=parts, made_up=made_up, reward_range=(0, 30))))


def test_a_component_that_never_differs_is_dead():
    (finding,) = found({"right": RIGHT, "format": np.ones(RIGHT.shape)})
    assert (finding.code, finding.severity, finding.evidence["dead"]) == ("RL307", "warning", ["format"])
    assert "drowning" not in finding.evidence
    assert finding.evidence["shares_of_spread"] == pytest.approx({"right": 1.0, "format": 0.0})


@pytest.mark.parametrize(
    ("value", "made_up", "severity"),
    [
        (1.0, (0.0, 1.0), "note"),
        (0.2, (0.0, 0.2), "note"),
        (0.0, (-0.5, 0.0), "note"),
        (1.0, (1.0, 1.0), "warning"),
        (0.0, (0.0, 1.0), "warning"),
        (0.0, (0.0, 0.0), "warning"),
        (0.5, (0.0, 1.0), "warning"),
    ],
)
def test_a_component_at_its_top_that_made_up_answers_do_not_reach_is_mastered_and_any_other_is_dead(
    value, made_up, severity
):
    parts = {"right": RIGHT, "format": np.full(RIGHT.shape, value)}
    (finding,) = found(parts, made_up={"format": made_up, "right": (0.0, 1.0)})
    assert finding.severity == severity
    assert finding.evidence["dead" if severity == "warning" else "mastered"] == ["format"]
    assert ("mastered it already" in finding.remedy) == (severity == "note")


def test_a_graded_component_that_drowns_a_binary_one_is_told():
    (finding,) = found({"right": RIGHT, "length": 20 * GRADED, "other": 0.1 * RNG.random(RIGHT.shape)})
    assert (finding.evidence["drowning"], finding.evidence["drowned"]) == ("length", ["right"])
    assert finding.evidence["dead"] == []


def test_what_most_sound_rewards_do_is_innocent():
    """Being right makes nearly all of the spread, and a small graded part is hardly heard."""
    assert found({"right": RIGHT, "style": 0.02 * GRADED}) == []
    assert found({"right": RIGHT, "style": GRADED}) == []


def test_a_graded_component_may_drown_a_graded_one():
    assert found({"overlap": GRADED, "style": 0.01 * RNG.random(RIGHT.shape)}) == []


@pytest.mark.parametrize(("weight", "told"), [(8, True), (4.5, False)])
def test_drowning_takes_more_than_nine_tenths_of_the_spread(weight, told):
    """Of var(w U) = w^2/12 and var(B) = 1/4 the first makes 0.955 and 0.871."""
    assert bool(found({"right": RIGHT, "graded": weight * GRADED})) == told


def test_a_score_that_never_differs_has_no_shares():
    (finding,) = found({"right": RIGHT, "format": np.ones(RIGHT.shape)}, total=np.ones(RIGHT.shape))
    assert (finding.evidence["dead"], finding.evidence["shares_of_spread"]) == (["format"], {})


@pytest.mark.parametrize("parts", [{}, {"right": np.full(RIGHT.shape, np.nan)}])
def test_no_component_or_none_with_a_number_is_no_finding(parts):
    assert found(parts, total=RIGHT) == []


def test_fewer_than_a_hundred_prompts_tell_nothing():
    assert list(components.ask(asked(RIGHT[:99], components={"format": np.ones((99, 8))}))) == []
    assert list(components.ask(asked(RIGHT[:100], components={"format": np.ones((100, 8))})))


def test_a_value_that_is_reported_beside_the_score_is_no_dead_component():
    (finding,) = found({"turns": np.ones(RIGHT.shape)}, total=RIGHT)
    assert (finding.severity, finding.evidence["reported_beside"], finding.remedy) == (
        "note",
        ["turns"],
        components.BESIDE,
    )
    (finding,) = found({"accuracy": np.zeros(RIGHT.shape)}, total=RIGHT)
    assert (finding.severity, finding.evidence["dead"]) == ("warning", ["accuracy"])
