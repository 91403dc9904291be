"""RL411: right answers that lose are found in every kind of reference, and a mention is no answer."""

from __future__ import annotations

import json

import pytest

from rewardlab.measurement.evidence import Evidence
from tests.probes.run.diagnosis.conftest import PROMPTS, decision_of, drawn, found, question_of

SYLLABLES = [
    a + b for a in ("bel", "kor", "mar", "tul", "ven", "zar") for b in ("da", "go", "lin", "mos", "ria", "tos")
]
NAMES = [f"{one}{other}".title() for one in SYLLABLES for other in ("burg", "stad", "ville", "grad")][:PROMPTS]
SUMS = [str(100 + 37 * k) for k in range(PROMPTS)]
LABELS = [["valid", "invalid", "unknown"][k * 7 % 3] for k in range(PROMPTS)]


def exact(text, reference):
    return float(text.strip() == str(reference))


def plain_ask(place, _):
    return f"Question {place}: what is it?"


@pytest.mark.parametrize(
    ("golds", "write"),
    [
        (NAMES, lambda answer, k: f"The capital of region {k} is {answer}."),
        (NAMES, lambda answer, k: f"Die Hauptstadt von Region {k} ist {answer}."),
        (NAMES, lambda answer, k: f"Sure!\n\n**{answer}** is the capital of region {k}. It lies on a river."),
        (NAMES, lambda answer, k: f"第{k}地区的首都是{answer}。"),
        (NAMES, lambda answer, k: f"Answer: {answer.upper()}"),
        ([f"東京{chr(0x4E00 + 40 * k)}" for k in range(PROMPTS)], lambda answer, k: f"地域{k}の首都は{answer}です。"),
        ([f"Новград-{name}" for name in NAMES], lambda answer, k: f"Столица области {k} — {answer}."),
        (SUMS, lambda answer, k: f"The sum of the numbers is {answer}."),
        (SUMS, lambda answer, k: f"First I carry.\nThen {k} steps later:\n3 + {answer} - 3 = {answer}"),
        (SUMS, lambda answer, k: f"So we get \\boxed{{{answer}}}, after {k} steps."),
        (SUMS, lambda answer, k: f"Total {k} times\n#### {int(answer):,}"),
        (SUMS, lambda answer, k: f"<answer>{answer}.0</answer> ({k})"),
        (SUMS, lambda answer, k: f"Die Antwort ist {answer} Euro."),
        (LABELS, lambda answer, k: f"I checked claim {k} with care. It is {answer}."),
        (
            LABELS,
            lambda answer, k: f"Could be valid, could be invalid; claim {k} needs thought.\nVerdict: {answer.title()}",
        ),
        ([["A", "B", "C", "D"][k * 7 % 4] for k in range(PROMPTS)], lambda answer, k: f"A look at it {k}.\n({answer})"),
        ([["A", "B", "C", "D"][k * 7 % 4] for k in range(PROMPTS)], lambda answer, k: f"The answer is {answer}."),
        ([f"x^{k}+{k % 7}" for k in range(3, PROMPTS + 3)], lambda answer, k: f"Step {k} done, so $f(x) = {answer}$."),
        (
            [f"\\frac{{{k}}}{{x}}" for k in range(PROMPTS)],
            lambda answer, k: f"{k}: \\boxed{{{answer.replace('frac', 'dfrac')}}}",
        ),
        ([json.dumps({"n": k}) for k in range(PROMPTS)], lambda answer, k: f"Case {k}:\n```json\n{answer}\n```"),
    ],
)
def test_right_answers_in_another_form_lose_and_the_model_is_not_blamed(golds, write):
    ask = (lambda place, _: f"Question {place}: answer as JSON.") if golds[0].startswith("{") else plain_ask
    question = question_of(exact, drawn(ask, golds, write))
    finding = found(question, "RL411")
    assert finding is not None
    assert finding.severity == "blocker"
    assert finding.evidence["touched"] >= 0.4 * finding.evidence["failing"]
    assert 0.3 < finding.evidence["would_be_low"] < 0.5 < finding.evidence["would_be_high"] < 0.65
    assert len({one["prompt_id"] for one in finding.evidence["examples"]}) == 3
    decision = decision_of(question)
    assert (decision.action, decision.reasons[0]) == ("fix_reward", "RL411")
    assert "Two ways out" in decision.text


def test_the_evidence_is_a_sentence_with_its_interval_and_what_the_baseline_would_be():
    finding = found(question_of(exact, drawn(plain_ask, NAMES, lambda answer, k: f"It is {answer}, no {k}.")), "RL411")
    assert finding is not None
    summary = finding.evidence["summary"]
    assert summary.startswith(f"at least {finding.evidence['touched']:,} of 960 failing answers (")
    assert "give the reference as their answer (0 % give another prompt's, taken at random)." in summary
    assert "the baseline would be" in summary
    assert summary.endswith("instead of 0 %")


def test_examples_that_are_shown_whole_come_first():
    def write(answer, k):
        return f"It is {answer}, no {k}." + (" And so on and on." * 20 if k < 400 else "")

    finding = found(question_of(exact, drawn(plain_ask, NAMES, write)), "RL411")
    assert all(one["text"].endswith(".") and len(one["text"]) < 60 for one in finding.evidence["examples"])
    assert len({one["prompt_id"] for one in finding.evidence["examples"]}) == 3


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (("", ""), f' (it pays a text that is just "{NAMES[0]}") and'),
        (("<answer>", "</answer>"), f' (it pays a text that is just "<answer>{NAMES[0]}</answer>") and'),
        (None, " and"),
    ],
)
def test_without_a_winner_the_remedy_shows_what_the_reference_was_paid_in(form, said):
    rows = drawn(plain_ask, NAMES, lambda answer, k: f"It is {answer}, no {k}.", share=1)
    finding = found(question_of(exact, rows, evidence=Evidence(form=form)), "RL411")
    assert f"for the one format that the reward reads{said} sample again." in finding.remedy


def test_one_item_of_a_list_is_no_answer():
    trees = ["ash", "elm", "fir", "oak"]
    golds = [[trees[k % 4], trees[(k + 1 + k % 3) % 4]] for k in range(PROMPTS)]

    def whole(text, reference):
        return float(text == " and ".join(reference))

    rows = drawn(plain_ask, golds, lambda answer, _: answer[0], share=1)
    assert found(question_of(whole, rows), "RL411") is None
    rows = drawn(plain_ask, golds, lambda answer, k: f"{answer[1]}, {answer[0]}" if k % 2 else " and ".join(answer))
    finding = found(question_of(whole, rows), "RL411")
    assert 0.4 < finding.evidence["would_be"] < 0.6


def test_winners_that_read_as_another_answer_do_not_count():
    def lax(text, reference):
        return float(text.startswith("#### ") and text != "#### 0")

    def write(answer, k):
        return f"#### {answer}" if k % 2 else f"The answer is {answer}"

    finding = found(question_of(lax, drawn(plain_ask, SUMS, write)), "RL411")
    winners = finding.evidence["summary"].partition(" winners that read as another answer did not, ")
    assert winners[1]
    assert 0.4 < finding.evidence["would_be"] < 0.6 < finding.evidence["baseline"] + 0.2


def options(place, gold):
    return f"Question {place}: which of {gold}, {NAMES[place - 1]} or {NAMES[place - 2]} is it?"


@pytest.mark.parametrize(
    ("ask", "golds", "write"),
    [
        # hedges
        (plain_ask, NAMES, lambda answer, k: f"It may be {answer} or {NAMES[k % 100]}."),
        (plain_ask, NAMES, lambda answer, k: f"It is Lyon, {answer}, Turin or so ({k})."),
        (plain_ask, NAMES, lambda answer, k: f"Entweder {answer} oder eine andere Stadt, Nummer {k}."),
        (plain_ask, LABELS, lambda answer, k: f"Claim {k} is either valid or invalid."),
        (plain_ask, LABELS, lambda answer, k: f"The labels are valid, invalid and unknown ({k})."),
        (plain_ask, SUMS, lambda answer, k: f"It is one of {int(answer) - 3}, {answer} and {int(answer) + k + 1}."),
        # denials
        (plain_ask, NAMES, lambda answer, k: f"I thought for {k} hours: it is not {answer}."),
        (plain_ask, NAMES, lambda answer, k: f"Es ist nicht {answer}, das weiss ich ({k})."),
        # echoes of a reference that stands in the prompt
        (options, NAMES, lambda answer, k: f"You ask about {answer}. I do not know ({k})."),
        (lambda place, gold: f"Is it {gold}?", NAMES, lambda answer, k: f"{k}: is it {answer}?"),
        (
            lambda place, gold: f"Take {gold} from 90000.",
            SUMS,
            lambda answer, k: f"You want {answer} taken from 90000.",
        ),
        # words that are one-letter labels
        (
            plain_ask,
            [["A", "B"][k * 7 % 5 % 2] for k in range(PROMPTS)],
            lambda answer, k: f"A bolt and B side, no {k}",
        ),
    ],
)
def test_a_mention_is_no_answer(ask, golds, write):
    finding = found(question_of(exact, drawn(ask, golds, write, share=1.0)), "RL411")
    assert finding is None or finding.severity == "note"


def test_what_another_reference_would_do_as_well_is_chance():
    digits = [str(k * 7 % 5 + 1) for k in range(PROMPTS)]

    def write(answer, k):
        return answer if k % 40 == 0 else f"I would say it is {k % 5 + 1}."

    assert found(question_of(exact, drawn(plain_ask, digits, write, share=0.9)), "RL411") is None


@pytest.mark.parametrize(
    ("golds", "write"),
    [
        (LABELS, lambda answer, k: f"I looked at claim {k}. It is {answer}."),
        (
            [["yes", "no"][k * 7 % 5 % 2] for k in range(PROMPTS)],
            lambda answer, k: f"{answer.upper()}{'.' * (k % 4 + 1)}",
        ),
        ([["ja", "nein"][k * 7 % 5 % 2] for k in range(PROMPTS)], lambda answer, k: f"Zu {k}: Antwort: {answer}"),
        ([["有效", "无效"][k * 7 % 5 % 2] for k in range(PROMPTS)], lambda answer, k: f"第{k}个：{answer}。"),
        ([["वैध", "अवैध"][k * 7 % 5 % 2] for k in range(PROMPTS)], lambda answer, k: f"दावा {k}: {answer}।"),
        ([str(k * 7 % 5 + 1) for k in range(PROMPTS)], lambda answer, k: f"I rate it: {answer}{' stars' * (k % 2)}"),
    ],
)
def test_of_a_few_answers_a_reward_that_pays_none_is_found_even_where_the_model_guesses(golds, write):
    others = sorted(set(golds))

    def wrong(place):
        return others[(others.index(golds[place]) + 1) % len(others)]

    question = question_of(exact, drawn(plain_ask, golds, write, share=0.45, wrong=wrong))
    decision = decision_of(question)
    assert (decision.action, decision.reasons[0]) == ("fix_reward", "RL411")


def test_a_model_that_is_wrong_is_sent_to_fine_tuning():
    rows = drawn(plain_ask, SUMS, lambda answer, k: f"The sum is {int(answer) + 1 + k % 9}.", share=0.0)
    decision = decision_of(question_of(exact, rows))
    assert (decision.verdict, decision.action, decision.reasons[0]) == ("no_go", "sft_first", "RL601")


def test_a_format_that_few_miss_decides_nothing():
    def write(answer, k):
        return f"I think that it is {answer}" if k % 12 == 0 else f"\\boxed{{{answer}}} {'.' * (k % 5)}"

    def boxed(text, reference):
        return float(f"\\boxed{{{reference}}}" in text)

    question = question_of(boxed, drawn(plain_ask, SUMS, write))
    finding = found(question, "RL411")
    assert finding is not None
    assert finding.severity == "warning"
    assert decision_of(question).verdict == "go"


def test_a_reference_that_is_a_rubric_is_not_sought():
    rows = [
        (f"Write {k}.", f"The response should mention {k}.", [f"The response should mention {k}."] * 2)
        for k in range(40)
    ]
    assert found(question_of(lambda *_: 0.0, rows), "RL411") is None
