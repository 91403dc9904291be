"""RL407 from samples: winners that win under other prompts, answers that read wrong and succeed, forms not shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from rewardlab.auditing.decision import decide
from rewardlab.findings import Finding
from rewardlab.measurement.evidence import NOTHING_KNOWN, Earned, Evidence, Exchanged
from rewardlab.probes.run import exchanged, labels
from rewardlab.probes.run.contradiction import reconcile
from rewardlab.probes.run.known import known_answers
from rewardlab.probes.run.reading import Read
from tests.measurement.test_measurement_scores import prompts
from tests.probes.run.conftest import asked

HALF = np.tile([1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0], (120, 1))


def swapped(wins, relation="other", count=120, own=1.0):
    """Of `count` exchanged winners the first `wins` win again."""
    return Evidence(
        exchanged=tuple(
            Exchanged(f"p{i}", f"p{(i + 1) % count}", 0, relation, own, float(i < wins)) for i in range(count)
        )
    )


def found(evidence, scores=HALF, **options):
    question = asked(scores, evidence=evidence, success_at=0.5, **options)
    return [(one.code, one.severity) for one in exchanged.ask(question)]


@pytest.mark.parametrize(
    ("wins", "relation", "expected"),
    [
        (0, "other", []),
        (1, "other", [("RL407", "note")]),
        (10, "label", [("RL407", "warning")]),
        (120, "near", [("RL407", "blocker")]),
        (40, "row", []),
        (110, "row", [("RL407", "blocker")]),
        (40, "unknown", [("RL407", "note")]),
        (120, "unknown", [("RL407", "warning"), ("RL407", "note")]),
    ],
)
def test_winners_that_win_elsewhere(wins, relation, expected):
    assert found(swapped(wins, relation)) == expected


def test_why_nothing_was_exchanged_is_said_where_answers_succeed():
    evidence = Evidence(exchange_note="the prompts all have one and the same right answer")
    (note,) = exchanged.ask(asked(HALF, evidence=evidence, success_at=0.5))
    assert (note.severity, note.evidence["not_asked"]) == ("note", evidence.exchange_note)
    assert found(evidence, HALF * 0) == []


def test_an_overlap_that_earns_clearly_less_elsewhere_is_no_win():
    """At home 1, elsewhere 0.6: over the threshold, and not what a right answer earns."""
    pairs = tuple(replace(one, score=0.6) for one in swapped(120).exchanged)
    assert found(Evidence(exchanged=pairs)) == []


def test_a_form_that_pays_everywhere_without_references_is_never_go():
    question = asked(HALF, evidence=swapped(120, "unknown"), success_at=0.5)
    decision = decide(question, list(exchanged.ask(question)))
    assert (decision.verdict, decision.action, "RL407" in decision.reasons) == ("inconclusive", "fix_data", True)


def test_labels_tell_what_the_exchange_cannot():
    question = asked(HALF, evidence=swapped(120, "unknown"), success_at=0.5, labels=HALF)
    assert decide(question, []).verdict == "go"


def test_sampled_answers_that_read_wrong_must_lose():
    reads = tuple(Read(row, 0, "wrong") for row in range(120))
    question = replace(asked(HALF, success_at=0.5, reads=reads), prompts=tuple(prompts(120)))
    question = replace(question, examined=(made_up("the next number", 0.5),))
    (paid,) = exchanged.ask(question)
    assert (paid.severity, paid.evidence["succeed"], len(paid.evidence["examples"])) == ("blocker", 120, 3)
    lost = replace(question, reads=tuple(Read(row, 1, "wrong") for row in range(120)))
    assert list(exchanged.ask(lost)) == []


def texted(scores, texts, **options):
    """A question whose generations have these texts, a list for each prompt."""
    question = asked(scores, **options)
    flat = [text for row in texts for text in row]
    answers = replace(question.answers, texts=pa.chunked_array([flat]))
    return replace(question, answers=answers, prompts=tuple(prompts(len(texts))))


def test_sampled_answers_are_read_and_join_the_evidence():
    """The references are 0 to 3; each prompt has a right, a wrong and an unreadable text."""
    scores = np.tile([0.9, 0.2, 0.5], (4, 1))
    question = texted(scores, [[f"it is {i}", f"it is {i + 7}", "hm"] for i in range(4)])
    evidence, reads = known_answers(swapped(0, count=4), question.prompts, question.answers)
    assert [(one.row, one.column, one.side) for one in reads[:2]] == [(0, 0, "right"), (0, 1, "wrong")]
    assert evidence.right[0] == Earned("p0", "read", 0.9)
    assert {one.source for one in evidence.wrong} == {"exchanged", "misread"}


RL403 = Finding(
    "RL403",
    "blocker",
    {
        "forms": [
            {"form": "a line break at the end", "severity": "blocker"},
            {"form": "capitals", "severity": "note"},
            {"form": "bold", "severity": "warning"},
        ]
    },
)


@pytest.mark.parametrize(("text", "severity"), [("it is 1\n", "blocker"), ("it is 1", "note")])
def test_a_form_that_no_sample_shows_is_no_blocker(text, severity):
    question = texted(HALF, [[text] * 8] * 120, success_at=0.5)
    (finding,) = reconcile([RL403], question)
    assert finding.severity == severity
    assert [form["severity"] for form in finding.evidence["forms"]] == [severity, "note", "note"]
    assert "no sampled answer" in finding.evidence["notes"]
    assert ("bold" in finding.remedy) is (severity == "note")


def test_that_references_stay_under_the_top_is_not_said_where_samples_reach_it():
    short = Finding("RL401", "warning", {"top": 1.0})
    assert list(reconcile([short], asked(HALF, success_at=0.5))) == []
    assert list(reconcile([short], asked(HALF * 0.9, success_at=0.5))) == [short]


def test_a_wrong_threshold_is_told_from_a_wrong_order():
    """Right answers earn 0.4 and wrong ones 0.1: at 0.9 nothing agrees, at 0.25 everything does."""
    right = HALF.copy()
    question = asked(0.1 + 0.3 * right, labels=right, success_at=0.39)
    assert list(labels.ask(question)) == []
    (finding,) = labels.ask(asked(0.1 + 0.3 * right, labels=right, success_at=0.9))
    assert finding.evidence["better_success_at"] == pytest.approx(0.25)
    assert "--success-at 0.25" in finding.remedy
    (turned,) = labels.ask(asked(0.4 - 0.3 * right, labels=right, success_at=0.3))
    assert "no threshold mends that" in turned.remedy


def test_a_verdict_that_another_open_threshold_would_turn_is_inconclusive():
    """Half of the answers earn 0.5 and one in a hundred 1; right ones are known to earn 1, wrong ones 0."""
    scores = np.where(np.arange(8) % 2, 0.5, 0.0) * np.ones((120, 1))
    scores[:10, 1] = 1.0
    evidence = Evidence(
        tuple(Earned(f"p{i}", "reference", 1.0) for i in range(30)),
        tuple(Earned(f"p{i}", "made_up", 0.0) for i in range(30)),
    )
    question = asked(scores, evidence=evidence)
    decision = decide(question, [])
    assert question.measured.success.open == (0.5,)
    assert (decision.verdict, decision.action) == ("inconclusive", "fix_data")
    assert "--success-at" in decision.text


def test_success_from_levels_alone_is_never_go():
    """Nothing tells right from wrong, and no winner could be given to another prompt: the form may be all that pays."""
    question = asked(HALF, evidence=Evidence(exchange_note="the prompts all have one and the same right answer"))
    assert question.measured.success.source == "levels"
    assert exchanged.is_unknown(question)
    decision = decide(question, list(exchanged.ask(question)))
    assert (decision.verdict, decision.action, decision.text) == (
        "inconclusive",
        "fix_data",
        exchanged.UNKNOWN_REMEDY,
    )
    for known in ({"labels": HALF}, {"success_at": 0.5}):
        told = asked(HALF, evidence=question.evidence, **known)
        assert not exchanged.is_unknown(told)
        assert decide(told, []).verdict == "go"


def test_three_levels_and_no_evidence_are_never_go():
    question = asked(np.tile([1.0, 0.5, 0.5, 0.0], (120, 1)), evidence=swapped(0, "unknown"))
    decision = decide(question, [])
    assert (question.measured.success.source, decision.verdict) == ("levels", "inconclusive")


@pytest.mark.parametrize(
    ("loose", "sides"),
    [(1.0, {(0, "right"), (1, "wrong"), (2, "right"), (3, "wrong")}), (0.0, {(0, "right"), (1, "wrong")})],
)
def test_texts_without_the_format_are_read_where_the_reward_reads_them(loose, sides):
    """Boxed and unboxed answers: without the unboxed right ones the threshold would be too high."""
    scores = np.tile([1.5, 0.5, loose, 0.0], (120, 1))
    texts = [[f"\\boxed{{{i}}}", f"\\boxed{{{i + 7}}}", f"it is {i}", f"it is {i + 7}"] for i in range(120)]
    question = texted(scores, texts)
    boxed = replace(swapped(0), form=("\\boxed{", "}"))
    _, reads = known_answers(boxed, question.prompts, question.answers)
    assert {(one.column, one.side) for one in reads} == sides


def paid(examined=(), evidence=NOTHING_KNOWN, **options):
    """What is said where half of the answers that read as wrong succeed."""
    reads = tuple(Read(row, column, "wrong") for row in range(120) for column in (0, 1))
    question = asked(HALF, evidence=evidence, success_at=0.5, **options)
    question = replace(question, reads=reads, examined=examined, prompts=tuple(prompts(120)))
    return question, [one for one in exchanged.ask(question) if "read_wrong" in one.evidence]


def made_up(name, share):
    way = {"wrong": name, "severity": "warning", "share": share, "low": share / 2, "high": 1.0, "prompts": 30}
    return Finding("RL407", "warning", {"ways": [way]})


@pytest.mark.parametrize(
    ("examined", "evidence", "severity"),
    [
        ((), NOTHING_KNOWN, "warning"),
        ((made_up("the opposite sign", 1.0),), NOTHING_KNOWN, "blocker"),
        ((made_up("the right label denied", 1.0),), NOTHING_KNOWN, "warning"),
        ((made_up("one part of the answer another", 0.03),), NOTHING_KNOWN, "warning"),
        ((), swapped(10), "blocker"),
        ((), swapped(1), "warning"),
        ((), swapped(120, "unknown"), "warning"),
    ],
)
def test_reading_blocks_only_beside_wrong_answers_that_are_wrong_for_sure(examined, evidence, severity):
    _, (found,) = paid(examined, evidence)
    assert (found.severity, exchanged.is_disputed([found])) == (severity, severity == "warning")


def test_reading_alone_keeps_a_run_from_go_unless_labels_tell():
    question, found = paid()
    decision = decide(question, found)
    assert (decision.verdict, decision.reasons, decision.action) == ("inconclusive", ("RL407",), "fix_data")
    assert "--labels" in decision.text
    labelled, found = paid(labels=HALF)
    assert decide(labelled, found).verdict == "go"


@pytest.mark.parametrize(("paid_rows", "severity"), [(0, "warning"), (1, "warning"), (2, "blocker")])
def test_an_overlooked_part_blocks_where_samples_show_one_that_succeeds(paid_rows, severity):
    reads = [Read(row, 1, "wrong") for row in range(60)] + [Read(row, 0, "wrong") for row in range(paid_rows)]
    found = replace(made_up("one part of the answer another", 1.0), severity="blocker")
    found.evidence["ways"][0]["severity"] = "blocker"
    question = replace(asked(HALF, success_at=0.5), reads=tuple(reads))
    (weighed,) = reconcile([found], question)
    assert (weighed.severity, "why" in weighed.evidence["ways"][0]) == (severity, severity == "warning")


def test_an_overlooked_part_blocks_where_too_few_texts_can_be_read():
    found = replace(made_up("one part of the answer another", 1.0), severity="blocker")
    found.evidence["ways"][0]["severity"] = "blocker"
    (kept,) = reconcile([found], asked(HALF, success_at=0.5))
    assert kept.severity == "blocker"
