"""Rows with one prompt: copies, and contradictions between their references."""

from __future__ import annotations

import gc
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.probes.reward.copies import find_copies, flaws
from rewardlab.probes.run import prompts as probe
from rewardlab.task import Prompt
from tests.probes.run.conftest import asked


def row(place: int, question: str, reference: object) -> Prompt:
    message = {"role": "user", "content": question}
    return Prompt(f"r{place}", (message,), reference, {"messages": [message], "reference_answer": reference}, place + 1)


def pairs(*rows: tuple[str, object]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    found = find_copies([row(place, *one) for place, one in enumerate(rows)])
    return tuple([(pair.first.id, pair.other.id) for pair in kind] for kind in (found.agreeing, found.contradicting))


@pytest.mark.parametrize(
    "other",
    [
        "What is 7 + 7?  End.",
        "what is 7 + 7? end.",
        " What is 7 + 7?\nEnd.\t",
        "What\u00a0is \uff17 + 7? End.",
        "What is 7\u200b + 7? End.",
    ],
)
@pytest.mark.parametrize(
    ("reference", "contradict"), [("14", False), ("14.0", False), (14, False), ("15", True), (None, False)]
)
def test_prompts_that_differ_in_space_case_or_form_are_one(other, reference, contradict):
    expected = ([], [("r0", "r1")]) if contradict else ([("r0", "r1")], [])
    assert pairs(("What is 7 + 7? End.", "14"), (other, reference)) == expected


def test_a_composed_letter_is_a_decomposed_one():
    assert pairs(("Qui est Zoe\u0308?", "une fille"), ("Qui est Zo\u00eb?", "un chat")) == ([], [("r0", "r1")])


@pytest.mark.parametrize("other", ["What is 77? End.", "What is 7 - 7? End.", "What is 7 + 8? End."])
def test_other_prompts_are_others(other):
    assert pairs(("What is 7 + 7? End.", "14"), (other, "15")) == ([], [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paris", "paris."),
        ({"target": ["Paris", "Lutetia"]}, {"target": ["Lutetia", "Paris"]}),
        (["Paris"], "Paris"),
        ("So 7 + 7 is 14.\n#### 14", "14"),
        ('{"a": 1, "b": 2}', {"b": 2, "a": 1}),
        ("1,000", "1000"),
        ("assert f(1) == 2", "assert f(2) == 3"),
        ("The pilot lost a red bag at dawn.", "At dawn a bag was lost, a red one, by the pilot."),
    ],
)
def test_references_that_can_both_be_right_do_not_contradict(one, other):
    assert pairs(("Which?", one), ("Which?", other)) == ([("r0", "r1")], [])


@pytest.mark.parametrize(
    ("one", "other"), [("x + 1", "x - 1"), ("5", "-5"), ({"target": ["a"]}, {"target": ["b"]}), ("A", "B")]
)
def test_references_that_cannot_contradict(one, other):
    assert pairs(("Which?", one), ("Which?", other)) == ([], [("r0", "r1")])


def test_a_third_copy_is_paired_with_the_row_that_it_agrees_with():
    assert pairs(("Q?", "1"), ("Q?", "2"), ("q?", "2")) == ([("r1", "r2")], [("r0", "r1")])


def test_turns_of_other_roles_are_other_prompts():
    one = row(0, "Q?", "1")
    other = replace(row(1, "Q?", "2"), messages=({"role": "system", "content": "Q?"},))
    assert find_copies([one, other]).contradicting == ()


def test_the_evidence_names_the_pairs_and_both_references():
    rows = [
        row(place, f"What is {place // 2} + 7?{' ' * (place % 2)} End.", str(place // 2 + 7 + place % 2))
        for place in range(8)
    ]
    found = flaws([*rows, row(8, "Alone", None)])
    assert (found.code, found.severity) == ("RL701", "warning")
    assert found.evidence["prompts_with_two_references"] == 4
    assert found.evidence["contradictions"][0] == {
        "prompts": "r0 and r1",
        "lines": "1 and 2",
        "references": ["7", "8"],
        "differ": "in space, case or Unicode form",
    }
    assert found.evidence["without_reference"] == 1
    assert "right on both" in found.remedy


def test_a_run_is_asked_about_its_prompts():
    rows = (row(0, "Q?", "1"), row(1, "q?", "1"))
    question = replace(asked([[1, 0]] * 2), prompts=rows)
    (found,) = [one for one in probe.ask(question) if one.code == "RL701"]
    assert found.evidence == {
        "copies": 1,
        "of_them_but_for_space_case_or_unicode_form": 1,
        "copied_ids": [["r0", "r1"]],
        "rows": 2,
    }


def test_rows_that_were_cut_are_a_note():
    (found,) = [flaws([row(0, "Q?", "1"), replace(row(1, "R?", "2"), cut="It is 2.")])]
    assert (found.severity, found.evidence) == ("note", {"cut_before_the_assistants_last_turn": 1, "rows": 2})


def test_a_role_that_aws_does_not_name_is_told():
    told = replace(row(0, "Q?", "1"), messages=({"role": "developer", "content": "Be brief."},))
    (found,) = [one for one in probe.ask(replace(asked([[1, 0]] * 100), prompts=(told,))) if one.code == "RL604"]
    assert found.evidence["rows_with_the_role_developer"] == 1
    assert "as system" in found.remedy


def test_a_file_without_flaws_says_nothing():
    assert flaws([row(place, f"Q {place}", "1") for place in range(5)]) is None


@given(
    st.lists(
        st.tuples(st.text(max_size=4), st.none() | st.text(max_size=3) | st.integers() | st.lists(st.text(max_size=2)))
    )
)
def test_every_repeated_prompt_is_in_one_pair(rows):
    """The identity: pairs are rows less distinct prompts, whatever their texts and references are."""
    agreeing, contradicting = pairs(*rows)
    others = [other for _, other in (*agreeing, *contradicting)]
    assert len(set(others)) == len(others)
    exact = len(rows) - len({question for question, _ in rows})
    assert len(others) >= exact


def test_time_grows_with_the_rows():
    """All rows alike is the worst case of a search by pairs: 4 times the rows take about 4 times as long, at best."""
    assert quickest(8_000) < 8 * max(quickest(2_000), 0.01)


def quickest(count):
    """The least processor time of a few, without collections of the whole suite's garbage."""
    rows = [row(place, "What is the same everywhere? " * 5, str(place)) for place in range(count)]
    seconds = []
    gc.disable()
    try:
        for _ in range(4):
            started = time.process_time()
            find_copies(rows)
            seconds.append(time.process_time() - started)
    finally:
        gc.enable()
    return min(seconds)
