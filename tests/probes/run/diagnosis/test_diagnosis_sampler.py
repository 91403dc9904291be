"""RL702 and RL703: the sampler gave the same text again and again, or none; RL209: the reward printed errors."""

from __future__ import annotations

import pytest

from tests.probes.run.diagnosis.conftest import PROMPTS, decision_of, drawn, found, question_of

SUMS = [str(200 + 37 * k) for k in range(PROMPTS)]
LABELS = [["valid", "invalid"][k * 7 % 5 % 2] for k in range(PROMPTS)]
LONG = "I looked at the two numbers for a long while and then added them up, which gives "


def ends(text, reference):
    return float(text.strip().rstrip(".").split(" ")[-1:] == [reference])


def ask(place, _):
    return f"What is number {place}? End with the answer."


def repeated(write, golds=SUMS, n=8, times=8, share=0.5):
    rows = drawn(ask, golds, write, n=n // times, share=share)
    return [(prompt, gold, texts * times) for prompt, gold, texts in rows]


@pytest.mark.parametrize(
    "rows",
    [
        repeated(lambda answer, k: answer),
        repeated(lambda answer, k: f"{LONG}{answer}"),
        repeated(lambda answer, k: f"{LONG}{answer}", times=4),  # a seed for each request of two
        repeated(lambda answer, k: f"{LONG}{answer}", share=1.0),  # nobody says the same long thing each time
        repeated(lambda answer, k: f"{LONG}{answer}", share=0.0),
        repeated(lambda answer, k: f"{['So:', 'Well:', 'Hm:', 'I say'][k % 4]} {answer}", LABELS),
        repeated(lambda answer, k: answer, n=2, times=2),
        [
            (p, g, ts[:2] * 4) for p, g, ts in drawn(ask, SUMS, lambda answer, k: f"It is {answer}")
        ],  # four requests of two
        [(p, g, [t + " " * k for k, t in enumerate(ts)]) for p, g, ts in repeated(lambda answer, k: f"{LONG}{answer}")],
    ],
)
def test_one_text_again_and_again_is_the_samplers_fault(rows):
    question = question_of(ends, rows)
    decision = decision_of(question)
    assert (decision.verdict, decision.action, decision.reasons[0]) == ("no_go", "sample_more", "RL702")
    finding = found(question, "RL702")
    assert finding is not None
    assert "the same text in 120 of 120 prompts" in finding.evidence["summary"]


@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize(("name", "value"), [("temperature", 0.0), ("top_k", 1), ("min_p", 1.0)])
def test_a_setting_that_leaves_one_token_is_named_with_its_place(name, value, share):
    rows = repeated(lambda answer, k: answer, share=share)
    question = question_of(ends, rows, sampling={name: value}, sources={name: "recipe.yaml:18"})
    decision = decision_of(question)
    assert (decision.verdict, decision.reasons[0]) == ("no_go", "RL702")
    assert f"With {name} {value:g} every generation" in decision.text
    assert "Change it in recipe.yaml:18" in decision.text


def test_a_setting_that_leaves_a_choice_is_not_blamed():
    question = question_of(ends, repeated(lambda answer, k: answer), sampling={"temperature": 1.0, "top_k": 20})
    finding = found(question, "RL702")
    assert finding is not None
    assert "look for one seed" in (finding.remedy or "")


@pytest.mark.parametrize(
    "rows",
    [
        drawn(ask, SUMS, lambda answer, k: answer),  # two texts a prompt, some groups alike
        repeated(lambda answer, k: answer, share=1.0),  # easy, and short
        drawn(ask, SUMS, lambda answer, k: f"{LONG}{answer} {k}"),
        drawn(ask, LABELS, lambda answer, k: answer, share=0.97),  # a sure model
        [(p, g, ["valid", "invalid"] * 4) for p, g, _ in drawn(ask, LABELS, lambda answer, k: answer)],  # an even one
    ],
)
def test_a_sampler_that_draws_is_left_alone(rows):
    assert found(question_of(ends, rows), "RL702") is None


def test_a_model_that_may_be_so_sure_of_its_few_answers_is_a_warning():
    finding = found(question_of(ends, repeated(lambda answer, k: answer, LABELS)), "RL702")
    assert finding is not None
    assert finding.severity == "warning"


@pytest.mark.parametrize("blank", ["", " \n", "<|im_end|>", "</s>", "<|endoftext|><|endoftext|>", "\u200b"])
def test_empty_texts_are_sampled_again(blank):
    question = question_of(ends, drawn(ask, SUMS, lambda answer, k: blank))
    decision = decision_of(question)
    assert (decision.verdict, decision.action, decision.reasons[0]) == ("no_go", "sample_more", "RL703")
    finding = found(question, "RL703")
    assert finding is not None
    assert "960 of 960 failing answers" in finding.evidence["summary"]
    assert found(question, "RL702") is None


def test_empty_texts_that_the_reward_raises_on_count_as_well():
    question = question_of(lambda *_: None, drawn(ask, SUMS, lambda answer, k: ""))
    assert decision_of(question).reasons[0] == "RL703"


@pytest.mark.parametrize("finish", ["tool_calls", "tool_use", "function_call"])
def test_calls_of_tools_are_told_from_silence(finish):
    question = question_of(ends, drawn(ask, SUMS, lambda answer, k: ""), finish=finish)
    decision = decision_of(question)
    assert (decision.action, decision.reasons[0]) == ("sample_more", "RL703")
    assert "tool_calls" in decision.text


def test_a_few_empty_texts_are_no_reason():
    question = question_of(ends, drawn(ask, SUMS, lambda answer, k: "" if k % 20 == 0 else f"{LONG}{k} {answer}"))
    finding = found(question, "RL703")
    assert finding is not None
    assert finding.severity == "warning"
    assert decision_of(question).verdict == "go"


WRONG = drawn(ask, SUMS, lambda answer, k: f"{LONG}{k}", share=0.0)


@pytest.mark.parametrize(
    "line",
    [
        "Error: 'NoneType' object has no attribute 'group'\n",
        "could not convert string to float: ''\n",
        "Traceback (most recent call last):\n  File \"r.py\", line 3, in score\n    return x\nNameError: no 'x'\n",
        "ERROR:root:No module named 'math_verify'\n",
        "list index out of range\n",
    ],
)
def test_a_reward_that_prints_an_error_for_every_sample_comes_before_the_model(line):
    question = question_of(lambda *_: 0.0, WRONG, printed=line * 960, printed_bytes=len(line) * 960)
    decision = decision_of(question)
    assert (decision.verdict, decision.action, decision.reasons[0]) == ("no_go", "fix_reward", "RL209")
    finding = found(question, "RL209")
    assert finding is not None
    assert finding.evidence["errors"] == 960
    assert line.strip().splitlines()[-1] in finding.evidence["summary"]


def test_of_a_long_log_the_rest_is_reckoned():
    line = "ValueError: no\n"
    question = question_of(lambda *_: 0.0, WRONG, printed=line * 100, printed_bytes=len(line) * 960)
    finding = found(question, "RL209")
    assert finding is not None
    assert finding.evidence["errors"] == 960


@pytest.mark.parametrize("printed", ["", "loading\n", "score 0.0\n" * 960, "warning: slow\n"])
def test_a_reward_that_prints_no_errors_is_left_alone(printed):
    question = question_of(lambda *_: 0.0, WRONG, printed=printed, printed_bytes=len(printed))
    assert found(question, "RL209") is None
    assert decision_of(question).action == "sft_first"
