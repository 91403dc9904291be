"""Which generations are shown again: few, of different prompts, the same for every judge, not by its own verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from rewardlab.probes.judge.variants import PER_VARIANT, Order, chosen, questions
from tests.probes.judge.conftest import BOOLEAN, PAIRWISE, closer, judge_of, rated, run_of
from tests.probes.judge.judges import ANN, BEN, constant, honest

PROMPTS, TEXTS, SCORE = run_of()


VARIANTS = [
    "padded", "styled", "injected_grade", "injected_end", "injected_verdict", "injected_low_grade", "injected_low_end",
    "injected_low_verdict", "other_reference",
]  # fmt: skip


#: The prompts from the last to the first, generations from the first.
ORDER = Order(np.tile(np.arange(3.0), (20, 1)), tuple(range(19, -1, -1)))


def put(judging=ANN, scale=BOOLEAN, *, right=SCORE >= 0.5, seed=0, size=None, asked=None, **options):
    """What is asked of a judge that gave its plain verdicts, and was `asked` these variants before."""
    ratings = rated(judging, scale, PROMPTS, TEXTS, success=SCORE >= 0.5, size=size)
    ratings = replace(ratings, variants={}, variants_asked=asked or {})
    judge = judge_of("j", scale, **options)
    text_of = lambda row, index: TEXTS[PROMPTS[row].id, index]  # noqa: E731 - what a panel hands in
    return list(questions(judge, ratings, PROMPTS, text_of, right=right, seed=seed))


def places(asks, variant="padded"):
    return [(ask.prompt_id, ask.index) for ask in asks if ask.variant == variant]


def test_each_variant_is_shown_of_sixty_prompts():
    asks = put()
    assert Counter(ask.variant for ask in asks) == dict.fromkeys(VARIANTS, PER_VARIANT)
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
    ratings = replace(rated(constant, BOOLEAN, PROMPTS, TEXTS), variants={}, variants_asked={})
    judge = judge_of("j", BOOLEAN, template="{response}")
    text_of = lambda row, index: texts[PROMPTS[row].id, index]  # noqa: E731 - what a panel hands in
    assert list(questions(judge, ratings, PROMPTS, text_of, right=None, seed=0)) == []


@pytest.mark.parametrize(("rare", "expected"), [(0, 0), (1, 1), (3, 3), (10, 4)])
def test_a_rare_kind_is_taken_whole_up_to_half(rare, expected):
    candidates, right = np.ones((20, 3), bool), np.zeros((20, 3), bool)
    right[:rare, 0] = True
    taken = chosen(candidates, right, np.zeros_like(right), ORDER, most=8)
    assert len(taken) == len({row for row, _ in taken}) == 8
    assert sum(right[place] for place in taken) == expected


def test_what_is_no_candidate_is_not_chosen():
    candidates = np.zeros((20, 3), bool)
    candidates[1, 2] = candidates[4, 0] = True
    for right in (None, candidates, ~candidates):
        assert chosen(candidates, right, np.zeros_like(candidates), ORDER, most=9) == [(1, 2), (4, 0)]


def asked_before(asks):
    """Which generations these questions showed in each variant."""
    row = {prompt.id: number for number, prompt in enumerate(PROMPTS)}
    tables = {name: np.zeros(SCORE.shape, bool) for name in VARIANTS}
    for ask in asks:
        tables[ask.variant][row[ask.prompt_id], ask.index] = True
    return tables


@pytest.mark.parametrize("first", [None, 300])
@pytest.mark.parametrize("then", [None, 300, 120, 60, 8])
def test_another_sample_size_asks_nothing_that_was_asked(first, then):
    assert put(size=then, asked=asked_before(put(size=first))) == []


@pytest.mark.parametrize(("size", "fewest"), [(60, 25), (120, 55)])
def test_a_larger_sample_fills_up_what_a_small_one_left(size, fewest):
    held = asked_before(put(size=size))
    more = put(asked=held)
    for name in VARIANTS:
        assert fewest <= held[name].sum() == PER_VARIANT - len(places(more, name))
        assert not {prompt for prompt, _ in places(more, name)} & {
            prompt.id for prompt, shown in zip(PROMPTS, held[name], strict=True) if shown.any()
        }


@pytest.mark.parametrize("size", [120, 300])
def test_what_a_run_is_shown_altered_lies_in_each_of_its_samples(size):
    for name in VARIANTS[:-1]:
        assert places(put(size=size), name) == places(put(), name)
    # Of what the judge calls right the sample may lack some that the reward calls wrong.
    assert len(set(places(put(size=size), VARIANTS[-1])) & set(places(put(), VARIANTS[-1]))) > 50


@pytest.mark.parametrize("kept", [0, 7, 30, 59])
def test_what_was_cut_short_is_shown_as_if_it_had_not_been(kept):
    whole = put()
    held = [ask for name in VARIANTS for ask in [one for one in whole if one.variant == name][:kept]]
    more = put(asked=asked_before(held))
    shown = {(ask.variant, *ask.place, ask.exhibit.response, str(ask.exhibit.reference)) for ask in held + more}
    assert shown == {(ask.variant, *ask.place, ask.exhibit.response, str(ask.exhibit.reference)) for ask in whole}


def test_a_pair_that_was_shown_altered_is_not_shown_again():
    asks = put(closer, PAIRWISE)
    assert {len(places(asks, name)) for name in VARIANTS if name != "other_reference"} == {PER_VARIANT}
    assert put(closer, PAIRWISE, asked=asked_before(asks)) == []


def test_a_judge_that_errs_afresh_on_each_text_moves_neither_way():
    """Chosen by its own verdict, a wrong call of a right answer would be put right and seem to rise."""
    prompts, texts, score = run_of(accuracy=0.95)
    errs = honest(0.2, "afresh")
    ratings = rated(errs, BOOLEAN, prompts, texts, success=score >= 0.5)
    moves = [ratings.variants[name] - ratings.values for name in ("padded", "styled", "injected_grade")]
    assert abs(np.nanmean(moves)) < 0.1
    wrong_only = [np.where(ratings.values == 0, move, np.nan) for move in moves]
    assert np.nanmean(wrong_only) > 0.25
