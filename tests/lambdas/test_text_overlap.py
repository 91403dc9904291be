from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

GOLD = "The council closed the old bridge to cars"  # seven words without articles
WORDS = st.lists(st.sampled_from(["x", "y", "z"]), max_size=7)


def test_the_reference_wins_whatever_its_case_and_punctuation(points):
    assert points("council CLOSED old bridge, to cars!", GOLD) == 1.0


def test_the_numbers_by_hand(reward):
    # given: council closed bridge (3 words), expected: council closed old bridge to cars (6 words).
    # F1 = 2 * 3 / 9; the order is kept, so ROUGE-L is the same; (2/3 - 0.2) / 0.8 = 7/12.
    parts = reward.score("The council closed the bridge", GOLD)
    assert parts == pytest.approx({"score": 7 / 12, "token_f1": 2 / 3, "rouge_l": 2 / 3})


def test_the_order_counts(reward):
    # All six words, reversed: F1 = 1, the longest common subsequence is 1, ROUGE-L = 2 / 12.
    parts = reward.score("cars to bridge old closed council", GOLD)
    assert parts == pytest.approx({"score": (0.5 + 1 / 12 - 0.2) / 0.8, "token_f1": 1.0, "rouge_l": 1 / 6})


@pytest.mark.parametrize(
    "text", ["", "...", f"<think>{GOLD}", f"<think>{GOLD}</think>", (GOLD + " ") * 4, "It rains in the valley", "a the"]
)
def test_nothing_padding_and_other_texts_lose(points, text):
    assert points(text, GOLD) == 0.0


def test_one_word_again_and_again_counts_once(reward):
    assert reward.score("bridge " * 6, GOLD)["token_f1"] == pytest.approx(2 * 1 / 12)


def test_the_nearest_of_several_references_counts(points):
    assert points(GOLD, ["Something else entirely", GOLD]) == points(GOLD, f'["Something else", "{GOLD}"]') == 1.0


def test_a_text_that_begins_with_a_bracket_is_a_text(points):
    assert points("Sic a note", "[Sic] a note") == 1.0


@pytest.mark.parametrize("reference", [None, "", "...", [], ["a word", ""], {}, 7])
def test_a_reference_without_words_is_an_error(points, reference):
    with pytest.raises(ValueError, match="has no words"):
        points("word", reference)


@given(WORDS, WORDS)
def test_the_longest_common_subsequence_is_that_of_brute_force(reward, left, right):
    def subsequences(words):
        return {part for size in range(len(words) + 1) for part in combinations(words, size)}

    longest = max(len(part) for part in subsequences(left) & subsequences(right))
    assert reward.longest_common(left, right) == longest
