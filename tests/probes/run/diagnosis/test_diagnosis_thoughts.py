"""RL412 to RL414: thoughts that the template opened, that never end, that the server kept."""

from __future__ import annotations

import re

import pytest

from tests.probes.run.diagnosis.conftest import PROMPTS, decision_of, drawn, found, question_of

SUMS = [str(200 + 37 * k) for k in range(PROMPTS)]


def ask(place, _):
    return f"Sum {place}. Reason inside <think> tags, then give the number inside <answer> tags."


def quiet(place, _):
    return f"Sum {place}."


def form(opens="<think>", closes="</think>"):
    pattern = re.compile(rf"{re.escape(opens)}.+?{re.escape(closes)}\s*<answer>(.+?)</answer>", re.DOTALL)

    def reward(text, reference):
        match = pattern.fullmatch(text)
        return float(bool(match) and match[1] == reference)

    return reward


TAGS = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
]


@pytest.mark.parametrize(("opens", "closes"), TAGS)
@pytest.mark.parametrize("asked", [ask, quiet])
def test_texts_that_begin_inside_a_thought_are_the_templates_doing(opens, closes, asked):
    rows = drawn(asked, SUMS, lambda answer, k: f"I add {k}.{closes}\n<answer>{answer}</answer>")
    question = question_of(form(opens, closes), rows)
    finding = found(question, "RL412")
    assert finding is not None
    assert finding.severity == "blocker"
    assert f"hold {closes} without {opens}" in finding.evidence["summary"]
    decision = decision_of(question)
    assert (decision.verdict, decision.action, decision.reasons[0]) == ("no_go", "fix_reward", "RL412")
    assert opens in decision.text
    assert found(question, "RL411") is None


def test_a_tag_of_the_prompts_own_counts_as_well():
    rows = drawn(
        lambda place, _: f"Sum {place}: <work> first, then <answer>.",
        SUMS,
        lambda a, k: f"{k}</work><answer>{a}</answer>",
    )
    finding = found(question_of(form("<work>", "</work>"), rows), "RL412")
    assert finding is not None
    assert "<work>" in finding.remedy


def test_a_reward_that_pays_texts_that_begin_inside_a_thought_is_left_alone():
    def lenient(text, reference):
        return float(f"<answer>{reference}</answer>" in text)

    rows = drawn(ask, SUMS, lambda answer, k: f"I add {k}.</think>\n<answer>{answer}</answer>", share=0.02)
    assert found(question_of(lenient, rows), "RL412") is None


def test_a_model_that_is_wrong_inside_its_thought_too_is_not_excused():
    def write(answer, k):
        return f"I add {k}.</think>\n<answer>{int(answer) + 1 + k % 3}</answer>"

    question = question_of(form(), drawn(ask, SUMS, write, share=0.0))
    finding = found(question, "RL412")
    assert finding is not None
    assert finding.severity == "warning"


@pytest.mark.parametrize(("finish", "word"), [("length", "--max-tokens"), ("stop", "stop string")])
@pytest.mark.parametrize(("opens", "closes"), TAGS[:4])
def test_thoughts_that_never_end_are_sampled_again(finish, word, opens, closes):
    rows = drawn(ask, SUMS, lambda answer, k: f"{opens} I add {k} and carry {answer}")
    question = question_of(form(opens, closes), rows, finish=finish)
    decision = decision_of(question)
    assert (decision.verdict, decision.action, decision.reasons[0]) == ("no_go", "sample_more", "RL413")
    assert word in decision.text


def test_a_few_open_thoughts_are_no_reason():
    def write(answer, k):
        return f"<think> on {k}" if k % 15 == 0 else f"<think>{k}</think><answer>{answer}</answer>"

    question = question_of(form(), drawn(ask, SUMS, write))
    finding = found(question, "RL413")
    assert finding is not None
    assert finding.severity == "warning"
    assert decision_of(question).verdict == "go"


@pytest.mark.parametrize(("asked", "apart"), [(ask, False), (ask, True), (quiet, True)])
def test_a_thought_that_the_server_kept_is_named(asked, apart):
    rows = drawn(asked, SUMS, lambda answer, k: f"<answer>{answer}</answer>{' ' * (k % 4)}")

    def reward(text, reference):
        return form()(text.strip(), reference)

    question = question_of(reward, rows, thoughts_apart=apart)
    decision = decision_of(question)
    assert (decision.verdict, decision.action, decision.reasons[0]) == ("no_go", "fix_reward", "RL414")
    assert "--reasoning-parser" in decision.text


def test_texts_cut_off_before_they_answer_are_sampled_again():
    rows = drawn(quiet, SUMS, lambda answer, k: f"First I add the tens and the ones of {k}, and")
    question = question_of(form(), rows, finish="length")
    decision = decision_of(question)
    assert (decision.verdict, decision.action, decision.reasons[0]) == ("no_go", "sample_more", "RL409")
    assert "--max-tokens" in decision.text


def test_texts_that_answered_before_they_were_cut_off_failed_by_their_answer():
    rows = drawn(quiet, SUMS, lambda answer, k: f"#### {k}\n\nQuestion: what is", share=0.0)
    question = question_of(form(), rows, finish="length")
    assert decision_of(question).action == "sft_first"
