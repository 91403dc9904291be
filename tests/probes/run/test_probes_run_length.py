"""RL404: length that pays among answers equally right; a blocker only where labels say what is right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from rewardlab.probes.run import length
from rewardlab.probes.run.suspicion import confirm
from rewardlab.task import Prompt
from tests.probes.run.conftest import asked

RNG = np.random.default_rng(0)
RIGHT = (RNG.random((120, 8)) < RNG.beta(1, 1, (120, 1))).astype(float)
LENGTHS = RNG.lognormal(5, 0.6, RIGHT.shape).round()
WIDE = np.clip((np.log(LENGTHS) - 5) / 5, -0.4, 0.4)


def found(scores, lengths=LENGTHS, **options):
    return confirm(list(length.ask(asked(scores, lengths=lengths, **options))))


def told(scores, lengths=LENGTHS, **options):
    return [(one.severity, one.evidence["held_constant"]) for one in found(scores, lengths, **options)]


def test_paying_for_length_blocks_where_labels_hold_what_is_right():
    assert told(RIGHT + WIDE, labels=RIGHT) == [("blocker", "labels")]


def test_a_component_that_says_what_is_right_stands_in_for_labels_but_does_not_block():
    components = {"style": WIDE, "answer_correct": RIGHT}
    assert told(RIGHT + WIDE, components=components) == [("warning", "component answer_correct")]


def test_a_graded_component_says_nothing_of_what_is_right():
    assert told(0.5 * RIGHT + WIDE, components={"correctness": 0.3 * RIGHT + WIDE}, success_at=0.3) == [
        ("warning", "success")
    ]


def test_form_that_pays_makes_an_answer_longer_and_is_no_length():
    """Half of the answers have the form, which makes them three times as long and earns as much as being right."""
    formed = (np.arange(RIGHT.size).reshape(RIGHT.shape) % 2).astype(float)
    longer = LENGTHS * (1 + 8 * formed)
    assert [one.severity for one in found(RIGHT + formed, longer, labels=RIGHT)] == ["blocker"]
    components = {"format_reward": formed}
    assert told(RIGHT + formed, longer, labels=RIGHT, components=components) == []
    assert told(RIGHT + formed + WIDE, longer, labels=RIGHT, components=components) == [("blocker", "labels and form")]


def test_length_that_comes_with_being_right_is_innocent():
    longer = LENGTHS * (1 + 2 * RIGHT)
    assert told(RIGHT, longer) == told(RIGHT, longer, labels=RIGHT) == []


def test_a_quality_that_the_labels_grade_is_no_length():
    """Better answers are longer here, and the reward grades them as the labels do, only more coarsely."""
    quality = np.clip(0.5 + WIDE + RNG.normal(0, 0.15, RIGHT.shape), 0, 1)
    assert "RL404" in {one.code for one in found(quality)}
    assert {one.severity for one in found(np.round(quality, 1), labels=quality)} <= {"note"}


def test_an_effect_too_small_to_matter_is_a_note():
    scores = RIGHT + WIDE + RNG.normal(0, 0.5, RIGHT.shape)
    (finding,) = found(scores, labels=RIGHT)
    assert finding.severity == "note"
    assert 0 < finding.evidence["correlation"] < length.PRACTICAL


def test_a_correlation_whose_interval_reaches_below_the_practical_size_does_not_block():
    noise = np.random.default_rng(4).normal(0, 0.32, RIGHT.shape)
    (finding,) = found(RIGHT + WIDE + noise, labels=RIGHT)
    assert finding.evidence["low"] < length.PRACTICAL <= finding.evidence["correlation"]
    assert finding.severity == "warning"


def test_a_reward_of_shortness_is_told_and_does_not_block():
    (finding,) = found(RIGHT - WIDE, labels=RIGHT)
    assert (finding.severity, finding.evidence["correlation"] < 0) == ("warning", True)
    low, high = finding.evidence["examples"]
    assert high["characters"] < low["characters"]


def test_the_example_is_two_equally_right_answers_to_one_prompt():
    (finding,) = found(RIGHT + WIDE, labels=RIGHT)
    low, high = finding.evidence["examples"]
    prompt = int(low["prompt_id"][1:])
    assert low["prompt_id"] == high["prompt_id"]
    assert RIGHT[prompt, low["index"]] == RIGHT[prompt, high["index"]]
    assert low["score"] < high["score"]
    assert low["characters"] < high["characters"]


@pytest.mark.parametrize(
    ("scores", "lengths"),
    [
        (RIGHT, LENGTHS),  # a binary score never differs among answers equally right
        (RIGHT + WIDE, np.full(RIGHT.shape, 7.0)),
        ([["raised"] * 8] * 120, LENGTHS),
    ],
)
def test_what_never_varies_is_undefined_and_no_suspicion(scores, lengths):
    assert list(length.ask(asked(scores, lengths=lengths, labels=RIGHT))) == []


def test_two_prompts_prove_nothing():
    assert told((RIGHT + WIDE)[:2], LENGTHS[:2], labels=RIGHT[:2]) == []


def test_two_or_three_levels_are_no_length():
    """Half of the answers have a form that earns a bit, and are longer for it; nothing names the form."""
    formed = (np.arange(RIGHT.size).reshape(RIGHT.shape) % 2).astype(float)
    assert told(RIGHT + 0.3 * formed, LENGTHS * (1 + 8 * formed), success_at=1) == []


def test_the_words_of_the_reference_make_an_answer_longer_and_are_no_length():
    """The score is the share of the reference's eight words that a text holds."""
    question = asked(np.round(RNG.random((120, 8)), 2))
    words = [f"w{chr(97 + place)}" for place in range(8)]
    held = RNG.integers(0, 9, question.answers.score.shape)
    texts = pa.chunked_array([[" ".join(words[:count]) for count in held.ravel()]])
    answers = replace(question.answers, score=held / 8, texts=texts, length=3.0 * held + 1)
    turns = ({"role": "user", "content": "q"},)
    prompts = tuple(Prompt(f"p{place}", turns, " ".join(words), {}, place + 1) for place in range(120))
    assert confirm(list(length.ask(replace(question, answers=answers))))
    assert not confirm(list(length.ask(replace(question, answers=answers, prompts=prompts))))


@pytest.mark.parametrize("kind", ["number", "list"])
def test_how_near_an_answer_comes_makes_it_longer_and_is_no_length(kind):
    """The score falls with the distance to the reference, and far answers are written in fewer signs."""
    question = asked(np.round(RNG.random((120, 8)), 2))
    step = RNG.integers(0, 5, question.answers.score.shape)
    if kind == "number":
        reference, written = "10000", [str(10000 - [0, 3, 90, 2000, 9000][one]) for one in step.ravel()]
    else:
        reference = ["elm", "oak", "fir", "ash"]
        written = [str(reference[: 4 - one]).replace("'", '"') for one in step.ravel()]
    answers = replace(
        question.answers, score=np.exp(-step / 2), texts=pa.chunked_array([written]), length=60.0 - 10 * step
    )
    turns = ({"role": "user", "content": "q"},)
    prompts = tuple(Prompt(f"p{place}", turns, reference, {}, place + 1) for place in range(120))
    assert confirm(list(length.ask(replace(question, answers=answers))))
    assert not confirm(list(length.ask(replace(question, answers=answers, prompts=prompts))))
