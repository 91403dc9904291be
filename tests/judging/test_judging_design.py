"""Which generations are judged: the probabilities are those of the draw, and estimates that use them are unbiased."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.errors import RunError
from rewardlab.judging.design import draw, pair_weights, pairs, save_design, weights_of

IDS = [f"p{i}" for i in range(6)]
#: Six prompts of four generations; seven successes, in four of the prompts.
SUCCESS = np.array(
    [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0], [1, 1, 1, 0], [0, 0, 0, 0], [0, 0, 1, 0]],
    bool,
)
PRESENT = np.ones_like(SUCCESS)
PRESENT[4, 2:] = False


def test_without_a_size_all_are_chosen_for_sure():
    assert (draw(PRESENT, SUCCESS, IDS, size=None, seed=0) == PRESENT).all()
    assert (draw(PRESENT, SUCCESS, IDS, size=22, seed=0) == PRESENT).all()


def test_the_probabilities_by_hand():
    """Of 10, 5 are successes: one of each of four prompts, then one of the two prompts that have more (t/P = 1/2).

    So 1/1 in p0 and p5, (1 + 1/2)/2 in p1 and (1 + 1/2)/3 in p3. The other 5 are of 15 in six prompts: no full round,
    t/P = 5/6, shared by the prompt's 3, 2, 4, 1, 2, 3.
    """
    found = draw(PRESENT, SUCCESS, IDS, size=10, seed=3)
    assert (found > 0).sum() == 10
    expected = {(0, 1): 1, (1, 1): 3 / 4, (3, 1): 1 / 2, (5, 1): 1}
    expected |= {(row, 0): 5 / 6 / m for row, m in enumerate([3, 2, 4, 1, 2, 3])}
    for row, column in zip(*np.nonzero(found), strict=True):
        assert found[row, column] == pytest.approx(expected[row, int(SUCCESS[row, column])])


@pytest.mark.parametrize("size", [1, 4, 10, 17, 21])
def test_the_probabilities_are_how_often_each_is_chosen(size):
    """By brute force over seeds; a generation's probability where it is chosen is the share of draws that choose it."""
    draws = np.array([draw(PRESENT, SUCCESS, IDS, size=size, seed=seed) for seed in range(1000)])
    often, said = (draws > 0).mean(axis=0), draws.max(axis=0)
    assert np.abs(often - said).max() < 0.06
    assert said.sum() == pytest.approx(size)
    assert ((draws > 0).sum(axis=(1, 2)) == size).all()


def test_a_weighted_total_is_unbiased():
    """Horvitz-Thompson: the mean over draws of the weighted count of successes is their number, 7."""
    totals = []
    for seed in range(1000):
        probability = draw(PRESENT, SUCCESS, IDS, size=6, seed=seed)
        chosen = (probability > 0) & SUCCESS
        totals.append((1 / probability[chosen]).sum())
    assert np.mean(totals) == pytest.approx(7, abs=4 * np.std(totals) / np.sqrt(len(totals)))


@given(st.integers(1, 21), st.integers(0, 5))
def test_a_larger_sample_holds_the_smaller(size, seed):
    small, large = (draw(PRESENT, SUCCESS, IDS, size=one, seed=seed) > 0 for one in (size, size + 1))
    assert not (small & ~large).any()


def test_rare_successes_are_all_seen():
    success = np.zeros((200, 8), bool)
    success[17, 3] = success[90, 0] = True
    found = draw(np.ones_like(success), success, [f"p{i}" for i in range(200)], size=50, seed=1)
    assert (found[success] == 1).all()
    assert (found > 0).sum() == 50
    assert (found > 0).sum(axis=1).max() <= 2


def test_pairs_are_of_differing_responses_and_first_pairs_come_first():
    texts = [["a", "a", "b", "c"], ["x", "x", "x", "x"], ["a", "b", "c", "d"], ["a", None, "b", None]]
    found = pairs(texts, IDS[:4], seed=5)
    assert [row for row, _, _ in found[3:]] == [row for row in (row for row, _, _ in found[:3]) if row != 3]
    assert sorted(row for row, _, _ in found[:3]) == [0, 2, 3]
    assert all(texts[row][a] != texts[row][b] for row, a, b in found)
    assert len({index for row, a, b in found if row == 2 for index in (a, b)}) == 4
    assert found == pairs(texts, IDS[:4], seed=5)


def test_a_pairs_first_response_is_not_always_the_earlier():
    found = pairs([["a", "b"]] * 200, [f"p{i}" for i in range(200)], seed=0)
    assert 70 < sum(first == 0 for _, first, _ in found) < 130


def test_what_was_chosen_is_kept(tmp_path):
    probability = draw(PRESENT, SUCCESS, IDS, size=10, seed=3)
    save_design(tmp_path, "k", probability, IDS)
    weights = weights_of(tmp_path, "k", PRESENT, IDS)
    assert (weights[probability > 0] == 1 / probability[probability > 0]).all()
    assert (weights[probability == 0] == 0).all()
    save_design(tmp_path, "k", None, IDS)
    assert (weights_of(tmp_path, "k", PRESENT, IDS) == PRESENT).all()


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"[]",
        *(b'{"probability": {"p0": {"0": %s}}}' % one for one in (b"0", b"-0.5", b"5", b"NaN")),
        b'{"probability": {"p0": {"x": 1}}}',
        b'{"probability": {"p0": {"-99": 1}}}',
    ],
)
def test_a_damaged_design_is_named(tmp_path, kept):
    (tmp_path / "designs").mkdir()
    (tmp_path / "designs" / "k.json").write_bytes(kept)
    with pytest.raises(RunError, match=r"k\.json: (cannot be read|is not as rewardlab wrote it)"):
        weights_of(tmp_path, "k", PRESENT, IDS)


def test_the_kept_design_is_plain_json(tmp_path):
    save_design(tmp_path, "k", np.array([[0.5, 0], [0, 0]]), ["a", "b"])
    kept = json.loads((tmp_path / "designs" / "k.json").read_text())
    assert kept == {"digest": kept["digest"], "probability": {"a": {"0": 0.5}}}


def test_pairs_count_for_those_they_stand_for():
    """Over many draws each pair of a prompt's generations counts as one: unbiased, as Horvitz and Thompson's."""
    rng = np.random.default_rng(0)
    present = rng.random((30, 4)) < 0.95
    success = (rng.random((30, 4)) < 0.4) & present
    names = [f"p{row}" for row in range(30)]
    total = np.zeros((30, 4, 4))
    draws = 250
    for seed in range(draws):
        weights = weights_from(draw(present, success, names, size=95, seed=seed))
        total += pair_weights(weights, present, success)
    assert (total == total.transpose(0, 2, 1)).all()
    pairs = present[:, :, None] & present[:, None, :] & ~np.eye(4, dtype=bool)
    alike = pairs & (success[:, :, None] == success[:, None, :])
    for kind in (alike, pairs & ~alike):
        assert total[kind].mean() / draws == pytest.approx(1, abs=0.03)
        # The widest weight is 3: four standard errors of a pair's mean are at most 4 sqrt(2 / 250).
        assert np.abs(total[kind] / draws - 1).max() < 0.36
    assert not total[~pairs].any()


def test_the_weight_of_a_pair_by_hand():
    """Ten prompts, each 2 successes and 2 failures. Of 35, 18 and 17 of each half: one round, then 8 and 7 of ten."""
    success = np.tile([True, True, False, False], (10, 1))
    present = np.ones((10, 4), bool)
    weights = weights_from(draw(present, success, [f"p{row}" for row in range(10)], size=35, seed=1))
    found = pair_weights(weights, present, success)
    # Too few prompts show two failures: 7 of ten.
    assert found.reason.startswith("fewer than 10 prompts have two judged responses")
    tables = [np.tile(one, (2, 1)) for one in (weights, present, success)]
    found = pair_weights(*tables)
    row = int(np.flatnonzero((weights > 0).all(axis=1))[0])
    # Both successes: .8; both failures: .7. One of each half: (1 + .8 + .7 + min(.8, .7)) / 4 = .8.
    expected = 1 / np.array(
        [[np.inf, 0.8, 0.8, 0.8], [0.8, np.inf, 0.8, 0.8], [0.8, 0.8, np.inf, 0.7], [0.8, 0.8, 0.7, np.inf]]
    )
    np.testing.assert_allclose(found[row], expected)


def test_pairs_of_another_rewards_sample_are_not_known():
    rng = np.random.default_rng(2)
    present, success = np.ones((40, 4), bool), rng.random((40, 4)) < 0.4
    weights = weights_from(draw(present, success, [f"p{row}" for row in range(40)], size=120, seed=0))
    assert isinstance(pair_weights(weights, present, success), np.ndarray)
    for other in (~success | (rng.random((40, 4)) < 0.3), np.roll(success, 1, axis=0)):
        assert "drawn by other scores" in pair_weights(weights, present, other).reason
    few = weights_from(draw(present, success, [f"p{row}" for row in range(40)], size=40, seed=0))
    assert "larger --judge-sample" in pair_weights(few, present, success).reason
    one = weights_from(draw(present, success, [f"p{row}" for row in range(40)], size=1, seed=0))
    assert "larger --judge-sample" in pair_weights(one, present, success).reason
    every = pair_weights(np.ones((40, 4)), present, success)
    assert (every == 1 - np.eye(4)).all()


def weights_from(probability):
    return np.divide(1, probability, out=np.zeros(probability.shape), where=probability > 0)
