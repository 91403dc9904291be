"""The formats that the rows themselves are written in are learnt, and tried."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.answers.reference.learnt import around, learnt_formats
from rewardlab.answers.reference.readings import readings
from rewardlab.answers.reference.wording import KNOWN, Format, asked_formats
from rewardlab.probes.reward import reference
from tests.probes.reward.answers_subject import ask_fixture, labels, numbers, prompt, severities  # noqa: F401 - a fixture is found by its import

#: How Minerva's answers end, which no prompt here says.
MINERVA = "Final Answer: The final answer is ${}$. I hope it is correct."
READS_MINERVA = """
def score(completion, reference):
    found = re.search(r"Final Answer: The final answer is [$](.*?)[$]. I hope it is correct.", completion)
    return float(bool(found) and as_number(found[1]) == as_number(reference))
"""


def with_columns(prompts, **columns):
    """Each prompt with the columns that the functions give for its reference."""
    return [replace(one, row=one.row | {key: give(one.reference) for key, give in columns.items()}) for one in prompts]


def with_turns(prompts, *turns):
    return [replace(one, messages=(*turns, *one.messages)) for one in prompts]


def written(formats):
    return [form.final("7") for form in formats]


def test_the_format_of_a_worked_solution_in_another_column_is_tried(ask):
    plain = numbers("")
    (deaf,) = ask(reference.ask, READS_MINERVA, plain)
    assert deaf.code == "RL401"
    assert "formats_tried" in deaf.evidence
    solved = with_columns(plain, solution=lambda right: f"So.\n{MINERVA.format(right)}")
    (unasked,) = ask(reference.ask, READS_MINERVA, solved)
    assert (unasked.severity, "formats_tried" in unasked.evidence) == ("warning", False)
    assert unasked.evidence["unasked"] == f"{MINERVA.format('X')} (as in the data)"


def test_the_format_of_an_earlier_turn_is_tried(ask):
    turns = ({"role": "user", "content": "1 and 1?"}, {"role": "assistant", "content": f"Two.\n{MINERVA.format(2)}"})
    assert ask(reference.ask, READS_MINERVA, with_turns(numbers(""), *turns)) == []


def test_the_format_of_a_turn_that_was_cut_is_tried(ask):
    rows = [replace(one, cut=f"So.\n{MINERVA.format(one.reference)}") for one in numbers("")]
    (unasked,) = ask(reference.ask, READS_MINERVA, rows)
    assert unasked.evidence["unasked"] == f"{MINERVA.format('X')} (as in the data)"


@pytest.mark.parametrize(
    ("column", "learnt"),
    [
        (lambda right: f"It is so.\n### Answer\n{right}", ["### Answer\n7"]),
        (lambda right: {"steps": ["a", f"RESULT => {right};"]}, ["RESULT => 7;"]),
        (lambda right: [f"<final> {right} </final>"], ["<final> 7 </final>"]),
        (lambda right: right, []),
        (lambda right: f"{int(right) * 3}{right}0", []),
        (lambda right: f"{'a sentence of this row, ' * 5}{right}", []),
    ],
)
def test_columns_tell_how_answers_are_written(column, learnt):
    assert written(learnt_formats(with_columns(numbers(""), solution=column))) == learnt


def test_what_one_row_writes_is_no_format():
    plain = numbers("")
    assert learnt_formats([*plain[1:], *with_columns(plain[:1], solution=lambda right: f"RESULT => {right}")]) == ()


def test_labels_in_examples_are_found_by_the_labels_of_the_file():
    turn = {"role": "assistant", "content": "It asks where a parcel is.\nTopic -> delivery"}
    assert written(learnt_formats(with_turns(labels(""), turn))) == ["Topic -> 7"]


@pytest.mark.parametrize(
    ("said", "form"),
    [
        ("Solve it.\nRESULT => [your answer]", "RESULT => 7"),
        ("End with 'RESULT => {answer}!' and stop.", "RESULT => 7!"),
        ("The last line is: ANSWER= $ANSWER", "The last line is: ANSWER= 7"),
        ("Write `>> <final answer>` last", ">> 7"),
    ],
)
def test_templates_in_a_prompt_leave_a_blank_for_the_answer(said, form):
    assert form in written(asked_formats(prompt(1, said, "7")))


def test_a_tag_is_no_blank():
    assert written(asked_formats(prompt(1, "Put it between <answer> and </answer>.", "7"))) == [
        "<answer>7</answer>",
        "<answer>\n7\n</answer>\n",
    ]


@pytest.mark.parametrize(
    ("solution", "first"),
    [
        ("One.\nThe answer is: 42.", "42"),
        ("One.\n**Final Answer:** B", "B"),
        ("One <answer> 4 </answer>", "4"),
        (r"So \boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        ("The answer is that it rains.", "The answer is that it rains."),
    ],
)
def test_a_worked_solution_is_read_by_how_it_ends(solution, first):
    assert readings(solution)[0] == first


def test_every_format_tried_is_told(ask):
    (found,) = ask(reference.ask, "def score(completion, reference): return float(completion == '')", numbers(""))
    assert {form.name for form in KNOWN} <= set(found.evidence["formats_tried"])
    assert not [name for name in found.evidence["formats_tried"] if "after reasoning" in name]


@given(st.text(max_size=40), st.text(st.characters(blacklist_categories=["Z", "C"]), min_size=1, max_size=10))
def test_what_stands_around_an_answer_gives_the_text_back(head, answer):
    text = f"{head}\nIt is {answer}."
    pair = around(text, answer)
    assert pair is None or answer.join(pair) in text


@pytest.mark.parametrize("form", KNOWN)
@given(answer=st.from_regex(r"[A-Za-z0-9+*(]([A-Za-z0-9+*( ]{0,20}[A-Za-z0-9+*(])?", fullmatch=True))
def test_a_format_finds_what_it_wrote(form, answer):
    found = form.find(f"Let me see.\n{form.final('first')}\nNo.\n{form.final(answer)}")
    assert found is not None
    assert found[1] == answer


@pytest.mark.parametrize("form", KNOWN)
def test_a_long_text_is_searched_in_no_time(form):
    started = time.perf_counter()
    for text in (
        form.before + " " * 100_000,
        form.before * 20_000,
        f"{form.before} x" * 20_000,
        form.before + "x" * 100_000,
    ):
        form.find(text)
    assert time.perf_counter() - started < 1


def test_a_format_is_not_found_where_it_is_not():
    assert Format("tag", "<a>", "</a>").find("<a> 3") is None
