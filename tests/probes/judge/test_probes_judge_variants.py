"""Which generations are shown again: few, of different prompts, the same for every judge, not by its own verdict."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from rewardlab.probes.judge.variants import PER_VARIANT, chosen, questions
from tests.probes.judge.conftest import BOOLEAN, PAIRWISE, closer, judge_of, rated, run_of
from tests.probes.judge.judges import ANN, BEN, constant, honest

PROMPTS, TEXTS, SCORE = run_of()


def put(judging=ANN, scale=BOOLEAN, *, right=SCORE >= 0.5, seed=0, **options):
    ratings = rated(judging, scale, PROMPTS, TEXTS, success=SCORE >= 0.5)
    judge = judge_of("j", scale, **options)
    text_of = lambda row, index: TEXTS[PROMPTS[row].id, index]  # noqa: E731 - what a panel hands in
    return list(questions(judge, ratings, PROMPTS, text_of, right=right, seed=seed))


def places(asks, variant="padded"):
    return [(ask.prompt_id, ask.index) for ask in asks if ask.variant == variant]


def test_each_variant_is_shown_of_sixty_prompts():
    asks = put()
    assert Counter(ask.variant for ask in asks) == dict.fromkeys(
        ["padded", "styled", "injected_grade", "injected_end", "injected_verdict", "other_reference"], PER_VARIANT
    )
    for variant in {ask.variant for ask in asks}:
        assert len({prompt for prompt, _ in places(asks, variant)}) == PER_VARIANT


def test_half_are_successes_of_the_reward():
    row = {prompt.id: number for number, prompt in enumerate(PROMPTS)}
    right = [SCORE[row[prompt], index] for prompt, index in places(put())]
    assert sum(right) == PER_VARIANT / 2


def test_every_judge_and_every_resumption_is_shown_the_same():
    assert places(put()) == places(put()) == places(put(BEN)) == places(put(constant))
    assert places(put(seed=1)) != places(put())


def test_with_another_reference_only_what_the_judge_calls_right_is_shown():
    row = {prompt.id: number for number, prompt in enumerate(PROMPTS)}
    ratings = rated(ANN, BOOLEAN, PROMPTS, TEXTS)
    asks = [ask for ask in put() if ask.variant == "other_reference"]
    assert all(ratings.values[row[ask.prompt_id], ask.index] == 1 for ask in asks)
    assert all(ask.exhibit.reference != ask.exhibit.prompt.reference for ask in asks)
    assert places(put(template="{question} {response}"), "other_reference") == []


def test_of_pairs_the_first_response_is_altered_and_the_second_is_left():
    asks = put(closer, PAIRWISE)
    assert "other_reference" not in {ask.variant for ask in asks}
    for ask in asks:
        assert ask.exhibit.other == TEXTS[ask.prompt_id, ask.other]
        assert ask.exhibit.response != TEXTS[ask.prompt_id, ask.index]
        assert TEXTS[ask.prompt_id, ask.index].strip() in ask.exhibit.response


def test_blank_responses_are_not_altered():
    texts = dict.fromkeys(TEXTS, " \n")
    ratings = rated(constant, BOOLEAN, PROMPTS, TEXTS)
    judge = judge_of("j", BOOLEAN, template="{response}")
    text_of = lambda row, index: texts[PROMPTS[row].id, index]  # noqa: E731 - what a panel hands in
    assert list(questions(judge, ratings, PROMPTS, text_of, right=None, seed=0)) == []


@pytest.mark.parametrize(("rare", "expected"), [(0, 0), (1, 1), (3, 3), (10, 4)])
def test_a_rare_kind_is_taken_whole_up_to_half(rare, expected):
    candidates, right = np.ones((20, 2), bool), np.zeros((20, 2), bool)
    right[:rare, 0] = True
    taken = chosen(candidates, right, rng=np.random.default_rng(0), most=8)
    assert len(taken) == len({row for row, _ in taken}) == 8
    assert sum(right[place] for place in taken) == expected


def test_what_is_no_candidate_is_not_chosen():
    candidates = np.zeros((5, 3), bool)
    candidates[1, 2] = candidates[4, 0] = True
    for right in (None, candidates, ~candidates):
        assert sorted(chosen(candidates, right, rng=np.random.default_rng(1), most=9)) == [(1, 2), (4, 0)]


def test_a_judge_that_errs_afresh_on_each_text_moves_neither_way():
    """Chosen by its own verdict, a wrong call of a right answer would be put right and seem to rise."""
    prompts, texts, score = run_of(accuracy=0.95)
    errs = honest(0.2, "afresh")
    ratings = rated(errs, BOOLEAN, prompts, texts, success=score >= 0.5)
    moves = [ratings.variants[name] - ratings.values for name in ("padded", "styled", "injected_grade")]
    assert abs(np.nanmean(moves)) < 0.1
    wrong_only = [np.where(ratings.values == 0, move, np.nan) for move in moves]
    assert np.nanmean(wrong_only) > 0.25
