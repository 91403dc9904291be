"""Which generations are judged: the probabilities are those of the draw, and estimates that use them are unbiased."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.errors import RunError
from rewardlab.judging.design import draw, pairs, save_design, weights_of

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
    "kept", [b"", b"[]", b'{"probability": {"p0": {"0": 0}}}', b'{"probability": {"p0": {"x": 1}}}']
)
def test_a_damaged_design_is_named(tmp_path, kept):
    (tmp_path / "designs").mkdir()
    (tmp_path / "designs" / "k.json").write_bytes(kept)
    with pytest.raises(RunError, match=r"k\.json: cannot be read"):
        weights_of(tmp_path, "k", PRESENT, IDS)


def test_the_kept_design_is_plain_json(tmp_path):
    save_design(tmp_path, "k", np.array([[0.5, 0], [0, 0]]), ["a", "b"])
    assert json.loads((tmp_path / "designs" / "k.json").read_text()) == {"probability": {"a": {"0": 0.5}}}
