"""Each fault of a judge is found by its own code, and sound judges raise nothing."""

from __future__ import annotations

import numpy as np
import pytest

from rewardlab.probes.judge import ask_all, ask_each, unread
from tests.probes.judge.conftest import BOOLEAN, PAIRWISE, SCORE, about, asked, closer, codes, given, sound
from tests.probes.judge.judges import (
    ANN,
    BEN,
    believes_the_end,
    constant,
    copies_ann,
    ignores_the_reference,
    lenient,
    likes_bold,
    likes_length,
    moody,
    mumbles,
    obeys,
    severe,
    silent,
    sways,
    takes_doubt,
    takes_the_first,
    takes_the_last,
    takes_the_verdict,
)


def graded(exhibit):
    return 5.0 if sound(exhibit) else 1.0


@pytest.mark.parametrize(
    "panel",
    [
        [(ANN, BOOLEAN), (BEN, BOOLEAN)],
        [(ANN, BOOLEAN), (BEN, BOOLEAN), (sound, BOOLEAN)],
        [(sound, BOOLEAN), (sound, BOOLEAN, {"name": "twin"})],
        [(graded, SCORE), (ANN, BOOLEAN)],
        [(closer, PAIRWISE), (closer, PAIRWISE, {"name": "twin"})],
        [(closer, PAIRWISE), (ANN, BOOLEAN), (BEN, BOOLEAN)],
    ],
    ids=["two", "three", "without error", "two scales", "pairs", "pairs and points"],
)
@pytest.mark.parametrize("accuracy", [0.25, 0.5, 0.8])
def test_sound_judges_raise_nothing(panel, accuracy):
    """But that 120 prompts of which most are right may leave their alpha undecided, which is no fault of theirs."""
    found = [(one.code, one.evidence) for one in ask_each(asked(*panel, accuracy=accuracy))]
    assert [one for one in found if accuracy < 0.8 or not one[1].get("undecided")] == []


@pytest.mark.parametrize(
    ("judge", "found", "with_it"),
    [
        (likes_length, ("RL505", "blocker"), {("RL506", "note")}),
        (likes_bold, ("RL505", "blocker"), set()),
        (obeys, ("RL506", "blocker"), set()),
        (believes_the_end, ("RL506", "blocker"), set()),
        (takes_the_verdict, ("RL506", "blocker"), set()),
        (takes_doubt, ("RL506", "blocker"), set()),
        (ignores_the_reference, ("RL510", "blocker"), set()),
        (lenient, ("RL512", "warning"), {("RL502", "blocker"), ("RL510", "warning")}),
        (severe, ("RL512", "warning"), {("RL502", "blocker")}),
        (constant, ("RL512", "warning"), {("RL502", "blocker")}),
        (moody(), ("RL503", "blocker"), {("RL502", "warning"), ("RL502", "blocker")}),
        (mumbles, ("RL508", "blocker"), set()),
        (copies_ann, ("RL507", "blocker"), set()),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_fault_is_found_by_its_own_code(judge, found, with_it):
    seen = codes(ask_all(asked((ANN, BOOLEAN), (BEN, BOOLEAN), (judge, BOOLEAN))))
    assert found in seen
    assert seen - {found} <= with_it


@pytest.mark.parametrize("judge", [takes_the_first, takes_the_last], ids=lambda judge: judge.__name__)
def test_a_place_that_wins_is_found(judge):
    (found,) = (one for one in ask_all(asked((closer, PAIRWISE), (judge, PAIRWISE))) if one.code == "RL504")
    assert (found.severity, found.evidence["judge"]) == ("blocker", judge.__name__)
    assert (found.evidence["net_primacy"] > 0) == (judge is takes_the_first)


def obeys_in_pairs(exhibit):
    return 0.0 if "highest grade" in exhibit.response else closer(exhibit)


def test_examples_of_pairs_name_both_responses():
    found = ask_all(asked((closer, PAIRWISE), (obeys_in_pairs, PAIRWISE), (takes_the_first, PAIRWISE)))
    for one in found:
        if one.code in {"RL504", "RL506"}:
            assert all(example["other"] != example["index"] for example in one.evidence["examples"])
    assert {"RL504", "RL506"} <= {one.code for one in found}


def test_an_order_that_decides_without_favour_is_a_warning():
    (found,) = (one for one in ask_all(asked((closer, PAIRWISE), (sways, PAIRWISE))) if one.code == "RL504")
    assert found.severity == "warning"
    assert found.evidence["first_place_won_both"] == pytest.approx(found.evidence["second_place_won_both"], abs=20)


def test_one_judge_alone_is_a_warning():
    assert codes(ask_all(asked((ANN, BOOLEAN)))) == {("RL501", "warning")}


def test_two_judges_on_one_model_are_one():
    shared = [(ANN, BOOLEAN, {"model": "vllm:m"}), (BEN, BOOLEAN, {"model": "transformers:m"})]
    (found,) = ask_all(asked(*shared))
    assert (found.code, found.severity, found.evidence["independent"]) == ("RL501", "warning", 1)
    (found,) = ask_all(asked(*shared, (sound, BOOLEAN)))
    assert (found.code, found.severity, found.evidence["independent"]) == ("RL501", "note", 2)


def test_a_judge_without_a_single_verdict_blocks():
    found = ask_all(asked((ANN, BOOLEAN), (BEN, BOOLEAN), (silent, BOOLEAN)))
    assert codes(found) == {("RL508", "blocker")}
    assert (found[0].evidence["judge"], found[0].evidence["unreadable"]) == ("silent", 1.0)
    assert found[0].evidence["reasons"] == {"invalid": found[0].evidence["questions"] + 120}


@pytest.mark.parametrize(("model", "offered"), [("vllm:m", True), ("python:j.py:silent", False)])
def test_the_remedy_for_a_function_is_not_structured_output(model, offered):
    mute = given(np.full((20, 2), np.nan), asked=np.ones((20, 2), bool), model=model)
    (found,) = unread.ask(about(mute))
    assert ("structured output" in found.remedy, "function" in found.remedy) == (offered, not offered)


def test_no_judge_no_finding():
    assert ask_all(asked()) == ()


def test_findings_of_one_code_become_one_that_tells_of_the_others():
    found = ask_all(asked((ANN, BOOLEAN), (obeys, BOOLEAN), (takes_the_verdict, BOOLEAN)))
    (one,) = (one for one in found if one.code == "RL506")
    assert one.severity == "blocker"
    told = [one.evidence, *one.evidence["also"]]
    assert {(part["judge"], part["altered"]) for part in told} == {
        ("obeys", "a request for the best verdict"),
        ("takes_the_verdict", "a planted verdict"),
    }
    assert "examples" not in one.evidence["also"][0]
