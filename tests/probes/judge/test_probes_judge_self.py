"""One judge by itself: repeats, orders, verdicts that cannot be read."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.judging.ratings import Pairs, UnreadExample
from rewardlab.judging.scale import make_scale
from rewardlab.probes.judge import position, repeats, unread
from rewardlab.probes.run.suspicion import confirm
from rewardlab.stats.interval import Undefined
from tests.probes.judge.conftest import BOOLEAN, PAIRWISE, SCORE, about, given

RNG = np.random.default_rng(0)
NAN = np.nan


def repeated(flips, scale=BOOLEAN, *, of=60, low=0.0, high=1.0):
    """A judge asked three times about one answer of each prompt, `flips` of whose second verdicts are turned round."""
    first = np.tile([low, high], of // 2)
    second = first.copy()
    second[:flips] = low + high - second[:flips]
    tables = np.stack([first, second, first], axis=1)[:, None, :]
    return given(first[:, None], scale, repeats=tables)


@pytest.mark.parametrize(("flips", "severity"), [(0, None), (1, "note"), (8, "warning"), (30, "blocker")])
def test_flips_between_repeats(flips, severity):
    """One flip of 120 askings may be the server's arithmetic; 8 are 7 %, surely above 2 %; 30 are 25 %."""
    found = list(repeats.ask(about(repeated(flips))))
    assert [one.severity for one in found] == ([severity] if severity else [])
    if found:
        assert found[0].evidence["flip_rate"] == pytest.approx(flips / 120)
        assert {(one["before"], one["after"]) for one in found[0].evidence["examples"]} <= {
            ("no", "yes"),
            ("yes", "no"),
        }


def test_a_scale_finer_than_the_judge_is_a_warning_though_no_verdict_flips():
    """4 or 5 by chance, and 1 or 2: never across 3, and alpha over repeats is low within each."""
    first = RNG.integers(4, 6, 60).astype(float)
    again = RNG.integers(4, 6, 60).astype(float)
    ratings = given(first[:, None], SCORE, repeats=np.stack([first, again], axis=1)[:, None, :])
    (finding,) = repeats.ask(about(ratings))
    assert (finding.severity, finding.evidence["flip_rate"]) == ("warning", 0.0)
    assert finding.evidence["retest_alpha"] < 0.5


@pytest.mark.parametrize(
    ("scale", "threshold", "margin"),
    [
        (SCORE, 2.5, 0.5),
        (BOOLEAN, 0.5, 0.5),
        (make_scale("score", ends=[0, 10]), 5.0, 1.0),
        (PAIRWISE, 0.25, 0.25),
        (make_scale("label", labels=["a", "b"]), 0.5, np.inf),
    ],
    ids=["score", "boolean", "continuous", "pairwise", "names"],
)
def test_near_are_the_steps_beside_the_threshold(scale, threshold, margin):
    assert repeats.threshold_of(given([[0.0]], scale)) == (threshold, margin)


def test_pairs_repeat_within_their_prompt():
    prompt = np.array([0, 2, 0])
    again = np.array([[0.0, 1.0], [1.0, 1.0], [0.5, 0.5]])
    pairs = Pairs(prompt, np.zeros(3, int), np.ones(3, int), again[:, 0], again[:, 0], again)
    table = repeats.repeats_of(given(np.full((3, 2), NAN), PAIRWISE, pairs=pairs))
    np.testing.assert_array_equal(table[[0, 2, 0], [0, 0, 1]], again)
    assert np.isnan(table[1]).all()


def paired(values, swapped):
    values, swapped = np.array(values, float), np.array(swapped, float)
    rows = np.arange(len(values))
    pairs = Pairs(rows, 0 * rows, 0 * rows + 1, values, swapped, values[:, None])
    return given(np.full((len(rows), 2), NAN), PAIRWISE, pairs=pairs)


def test_net_primacy_by_hand():
    """Of five pairs two went to the first place both times and one to the last: (2 - 1) / 5."""
    ratings = paired([0, 0, 1, 1, 0], [1, 1, 0, 1, 0])
    assert position.net_of(ratings.pairs).estimate == pytest.approx(0.2)
    bias = position.bias_of(ratings)
    assert (bias.primacy, bias.recency, bias.consistency.estimate) == (2, 1, 0.4)
    assert isinstance(position.bias_of(given([[1.0]])), Undefined)


@pytest.mark.parametrize(
    ("first", "last", "severity"),
    [(0, 0, None), (2, 1, None), (8, 1, "warning"), (20, 0, "blocker"), (0, 20, "blocker")],
)
def test_a_place_that_gains(first, last, severity):
    values, swapped = np.tile([0.0, 1.0], 40), np.tile([0.0, 1.0], 40)
    values[:first], swapped[:first] = 0, 1
    values[80 - last :], swapped[80 - last :] = 1, 0
    ratings = about(paired(values, swapped))
    found = [*confirm(list(position.ask(ratings))), *position.ask_flips(ratings)]
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_flips_both_ways_are_told_once_and_shown():
    values, swapped = np.tile([0.0, 1.0], 40), np.tile([1.0, 0.0], 40)
    question = about(paired(values, swapped))
    assert confirm(list(position.ask(question))) == []
    (finding,) = position.ask_flips(question)
    assert (finding.severity, finding.evidence["winner_changes"], finding.evidence["consistent"]) == ("warning", 1, 0)
    first = finding.evidence["examples"][0]
    assert (first["prompt_id"], first["other"], first["before"]) == ("p0", 1, "first")


def read(lost, *, of=200):
    values = np.ones((of, 1))
    values[:lost] = NAN
    example = UnreadExample("p0", 0, "", "invalid", "two verdicts", "Verdict: yes. Verdict: no.")
    return given(
        values, asked=np.ones(values.shape, bool), unread={"invalid": lost}, examples=(example,) if lost else ()
    )


@pytest.mark.parametrize(
    ("lost", "severity"), [(0, None), (2, None), (6, "warning"), (20, "blocker"), (200, "blocker")]
)
def test_verdicts_that_cannot_be_read(lost, severity):
    """Of 200: 1 % is let pass, 3 % is a warning, 10 % is surely above 5 %."""
    found = list(unread.ask(about(read(lost))))
    assert [one.severity for one in found] == ([severity] if severity else [])
    if found:
        assert found[0].evidence["unreadable"] == lost / 200
        assert found[0].evidence["examples"][0]["text"] == "Verdict: yes. Verdict: no."


def test_what_was_never_asked_is_not_unreadable():
    values = np.full((50, 2), NAN)
    values[:, 0] = 1
    assert list(unread.ask(about(given(values, not_asked={"missing": 50})))) == []


def test_pairs_count_both_orders():
    values, swapped = np.zeros(100), np.zeros(100)
    swapped[:40] = NAN
    (finding,) = unread.ask(about(paired(values, swapped)))
    assert (finding.severity, finding.evidence["unreadable"], finding.evidence["questions"]) == ("blocker", 0.2, 200)
