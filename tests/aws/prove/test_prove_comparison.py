"""Scores are the same when they are equal, or nearly; a score and none never are."""

from __future__ import annotations

from hypothesis import given, strategies

from rewardlab.aws.prove.comparison import Difference, compare, disagreeing
from rewardlab.outcome import Scored, Unscored
from rewardlab.rewards.code.handler import MARK

NONE = Unscored("raised", "ValueError", 0.1)


def scored(value, *components):
    return Scored(value, components, 0.1)


def test_each_sample_is_counted_once():
    function = {
        ("a", 0): scored(0.5),
        ("a", 1): scored(0.5 + 5e-10),  # within 1e-9
        ("a", 2): scored(0.5 + 2e-9),  # beyond
        ("a", 3): NONE,
        ("a", 4): NONE,
        ("a", 5): scored(0.0),
        ("b", 0): scored(1.0),  # the audit does not know it
    }
    audit = {("a", index): scored(0.5) for index in range(4)} | {("a", 4): NONE, ("a", 5): NONE, ("a", 9): NONE}
    found = compare(function, audit)
    assert (found.equal, found.close, found.both_unscored) == (1, 1, 1)
    assert found.differences == (
        Difference(("a", 2), scored(0.5), scored(0.5 + 2e-9)),
        Difference(("a", 3), scored(0.5), NONE),
        Difference(("a", 5), NONE, scored(0.0)),
    )
    assert found.compared == 6


def test_the_score_that_a_package_gives_for_a_failure_is_none_of_the_rewards():
    marked = scored(0.0, (MARK, 1.0))
    assert compare({("a", 0): marked}, {("a", 0): NONE}).both_unscored == 1
    (difference,) = compare({("a", 0): marked}, {("a", 0): scored(0.0)}).differences
    assert difference.function == Unscored("raised", "the package gave 0 in place of a score", 0.1)


def test_noise_is_a_sample_that_differs_from_its_own_first():
    assert not disagreeing([scored(1.0), scored(1.0 + 1e-12), scored(1.0)])
    assert not disagreeing([NONE, NONE])
    assert disagreeing([scored(1.0), scored(1.0), scored(0.9)])
    assert disagreeing([scored(1.0), NONE])


OUTCOMES = strategies.one_of(strategies.just(NONE), strategies.floats(-2, 2).map(scored))
KEYS = strategies.tuples(strategies.sampled_from("ab"), strategies.integers(0, 3))


@given(strategies.dictionaries(KEYS, OUTCOMES), strategies.dictionaries(KEYS, OUTCOMES))
def test_the_counts_add_up_to_the_samples_both_know(function, audit):
    assert compare(function, audit).compared == len(set(function) & set(audit))
    assert compare(function, function).differences == ()
