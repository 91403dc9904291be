"""Whether the baseline is known: thresholds that stay open, and answers whose texts say otherwise than their scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from rewardlab.auditing.decision import decide
from rewardlab.measurement.evidence import Earned, Evidence
from rewardlab.probes.run import band
from rewardlab.probes.run.baseline import is_known, outweighed
from rewardlab.probes.run.reading import Read
from rewardlab.task import Prompt
from tests.probes.run.conftest import asked

ROWS = 120


def earned(source, *scores):
    return tuple(Earned(f"p{place % ROWS}", source, float(score)) for place, score in enumerate(scores))


def sided(*sides):
    return tuple(Read(row, column, side) for row in range(ROWS) for column, side in enumerate(sides) if side)


def told(question):
    """The reads of a question join its evidence, as in an audit."""
    score = question.answers.score
    sides = {
        side: [
            Earned(f"p{one.row}", source, float(score[one.row, one.column]))
            for one in question.reads
            if one.side == side
        ]
        for side, source in (("right", "read"), ("wrong", "misread"))
    }
    known = question.evidence.with_answers(sides["right"], sides["wrong"])
    return asked(score, evidence=known, reads=question.reads)


def verdict(question):
    return decide(question, list(band.ask(question)))


def with_references(question, reference):
    turns = ({"role": "user", "content": "q"},)
    rows = tuple(Prompt(f"p{i}", turns, f"{reference} {i}", {}, i + 1) for i in range(ROWS))
    return replace(question, prompts=rows)


RIGHT_TWO = sided("right", "right")
RIGHT, WRONG = ("right",) * 4, ("wrong",) * 4


@pytest.mark.parametrize(
    ("row", "known"),
    [
        # Sound, with a little for length, with format 0.1, on other scales, with partial credit for wrong answers.
        ([1, 1, 1, 1, 0, 0, 0, 0], True),
        ([0.99, 0.95, 0.93, 0.9, 0, 0.02, -0.05, 0.03], True),
        ([1.1, 1.0, 1.1, 1.0, 0.1, 0.0, 0.1, 0.0], True),
        ([1, 1, 1, 1, 0.1, 0.1, 0.1, -1], True),
        ([0, 0, -0.2, -0.1, -1, -1, -1.3, -1.2], True),
        ([100, 100, 100, 100, 80, 80, 95, 40], True),
        # A right answer that the reward refuses for its form earns no more than wrong ones.
        ([1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.1], True),
        # Half for being right and half for showing steps: half of the right answers earn what wrong ones do.
        ([1, 1, 0.5, 0.5, 0.5, 0.5, 0.0, 0.0], False),
        # Brevity outweighs being right.
        ([1.4, 1.2, 0.8, 0.7, 0.75, 0.85, 0.4, 0.1], False),
    ],
)
def test_the_accuracy_is_that_of_right_answers_or_no_go_is_given(row, known):
    evidence = Evidence(earned("reference", *[max(row)] * 30), earned("nothing", *[min(row)] * 30))
    question = told(asked(np.tile(row, (ROWS, 1)), evidence=evidence, reads=sided(*RIGHT, *WRONG)))
    assert is_known(question) is known
    decision = verdict(question)
    assert decision.verdict == ("go" if known else "inconclusive")
    if not known:
        assert (decision.action, decision.text) == ("fix_reward", band.WEIGH_LESS)
        (finding,) = band.ask(question)
        assert (finding.code, finding.remedy) == ("RL603", band.WEIGH_LESS)
        assert finding.evidence["right_by_their_texts"]["estimate"] == pytest.approx(0.5)


def test_what_the_user_declares_is_not_held_against_the_texts():
    question = asked(np.tile([1, 1, 0.5, 0.5, 0.5, 0.5, 0, 0], (ROWS, 1)), success_at=1.0, reads=sided(*RIGHT, *WRONG))
    assert outweighed(question) is None
    assert verdict(question).verdict == "go"


def test_few_readable_texts_speak_for_nothing():
    row = [1, 1, 0.5, 0.5, 0.5, 0.5, 0, 0]
    question = asked(np.tile(row, (ROWS, 1)), success_at=None, reads=sided("right", None, "right", None, "wrong"))
    assert outweighed(question) is None


JUDGED = [0.9, 0.8, 0.7, 0.6, 0.6, 0.5, 0.4, 0.3]


def judged(reads=()):
    """References earn 0.6 to 0.9, other answers 0.1; what wrong answers to the question earn is unknown."""
    evidence = Evidence(earned("reference", *[0.6, 0.7, 0.8, 0.9] * 10), earned("other_reference", *[0.1] * 40))
    return asked(np.tile(JUDGED, (ROWS, 1)), evidence=evidence, reads=reads)


def test_a_judge_whose_wrong_answers_are_unknown_is_no_go_at_any_threshold():
    question = judged()
    assert question.measured.success.open == (0.3, 0.4, 0.5, 0.7, 0.8, 0.9)
    decision = verdict(question)
    assert (decision.verdict, decision.action) == ("inconclusive", "fix_data")
    assert "--success-at" in decision.text


def test_the_remedy_of_an_open_threshold_is_to_say_what_is_right():
    (finding,) = band.ask(judged())
    assert (finding.code, finding.severity, finding.remedy) == ("RL603", "warning", band.SAY_WHAT_IS_RIGHT)
    rows = finding.evidence["thresholds"]
    assert [row["success_at"] for row in rows] == [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    assert [row["estimate"] for row in rows] == pytest.approx([1, 7 / 8, 6 / 8, 5 / 8, 3 / 8, 2 / 8, 1 / 8])


def test_open_thresholds_that_move_nothing_leave_a_go():
    """Right answers earn 0.9 to 0.99 and one generation in a hundred lies between."""
    scores = np.tile([0.99, 0.95, 0.92, 0.9, 0, 0, 0, 0], (ROWS, 1))
    scores[:9, 3] = 0.5
    evidence = Evidence(earned("reference", *[0.9, 0.95, 0.99] * 10), earned("other_reference", *[0.0] * 30))
    question = asked(scores, evidence=evidence)
    assert question.measured.success.open == (0.5,)
    assert verdict(question).verdict == "go"


@pytest.mark.parametrize(
    ("reference", "verdict_is"), [("alder moor", "go"), ("the moor by the old alder is wet", "inconclusive")]
)
def test_partial_credit_stays_open_and_read_answers_show_where_right_ones_begin(reference, verdict_is):
    """An edit distance: exact answers earn 1, others parts. Of a long text only its own words can be read."""
    evidence = Evidence(earned("reference", *[1.0] * 30), earned("other_reference", *[0.2] * 30))
    reads = sided("right", "right")
    question = told(asked(np.tile([1, 1, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2], (ROWS, 1)), evidence=evidence, reads=reads))
    question = with_references(question, reference)
    assert question.measured.success.at == 1.0
    assert verdict(question).verdict == verdict_is


def test_the_top_is_what_tests_pay_for_being_right():
    """A share of tests passed: the references are checks, and winners lose under other prompts."""
    evidence = Evidence((), earned("exchanged", *[0.0] * 30))
    question = asked(np.tile([1, 1, 0.75, 0.5, 0.5, 0.25, 0, 0], (ROWS, 1)), evidence=evidence)
    assert question.measured.success.source == "winners"
    turns = ({"role": "user", "content": "q"},)
    rows = tuple(Prompt(f"p{i}", turns, f"assert f({i}) == {i + 1}", {}, i + 1) for i in range(ROWS))
    assert verdict(replace(question, prompts=rows)).verdict == "go"
    words = tuple(Prompt(f"p{i}", turns, f"moor {i}", {}, i + 1) for i in range(ROWS))
    assert verdict(replace(question, prompts=words)).verdict == "inconclusive"


@pytest.mark.parametrize(("text", "verdict_is"), [("moor", "go"), ("I read: moor {}, surely", "inconclusive")])
def test_partial_credit_may_go_to_right_answers_in_more_words(text, verdict_is):
    """An overlap of words pays 0.8 for the reference in a sentence and for half of it alike."""
    evidence = Evidence(earned("reference", *[1.0] * 30), earned("other_reference", *[0.2] * 30))
    question = asked(np.tile([1, 1, 0.8, 0.8, 0.8, 0.4, 0.3, 0.2], (ROWS, 1)), evidence=evidence, reads=RIGHT_TWO)
    question = with_references(told(question), "moor")
    texts = [[text.format(row) for _ in range(8)] for row in range(ROWS)]
    answers = replace(question.answers, texts=pa.chunked_array([[one for row in texts for one in row]]))
    assert verdict(replace(question, answers=answers)).verdict == verdict_is


PROSE = "the council opened the new bridge last spring"


@pytest.mark.parametrize(
    ("reference", "text", "source", "verdict_is"),
    [
        (PROSE, "Last spring, it says, the council opened a bridge.", "other_reference", "inconclusive"),
        (PROSE, "Summary: The council opened the new bridge last spring 7!", "other_reference", "inconclusive"),
        (PROSE, f"Summary: {PROSE} {{}}.", "other_reference", "go"),  # word by word, as the reward compares
        (PROSE, "Last spring, it says, the council opened a bridge.", "near", "go"),  # wrong ones to the question lose
        ("SELECT name FROM moors WHERE height > 400", "SELECT m.name FROM moors m", "other_reference", "go"),
        ("alder moor", "The moor of the alders", "other_reference", "go"),
    ],
)
def test_prose_is_not_taken_for_right_on_the_rewards_word_alone(reference, text, source, verdict_is):
    """A reward of 0 and 1 whose references win and whose answers under other prompts lose."""
    evidence = Evidence(earned("reference", *[1.0] * 30), earned(source, *[0.0] * 30))
    question = with_references(asked(np.tile([1, 1, 1, 1, 0, 0, 0, 0], (ROWS, 1)), evidence=evidence), reference)
    texts = [text.format(row) for row in range(ROWS) for _ in range(8)]
    question = replace(question, answers=replace(question.answers, texts=pa.chunked_array([texts])))
    decision = verdict(question)
    assert decision.verdict == verdict_is
    assert ("Label some thirty generations" in decision.text) == (verdict_is == "inconclusive")


def test_prose_is_right_where_the_user_says_so():
    evidence = Evidence(earned("reference", *[1.0] * 30), earned("other_reference", *[0.0] * 30))
    scores = np.tile([1, 1, 1, 1, 0, 0, 0, 0], (ROWS, 1))
    question = with_references(asked(scores, evidence=evidence, success_at=1.0), PROSE)
    assert verdict(question).verdict == "go"


PROSE = "the old mill by the river was closed for the whole of the winter number"
JAPANESE = "\u6e2f\u53e3\u306f\u53f0\u98a8\u306e\u305f\u3081\u306b\u9589\u9396\u3055\u308c\u307e\u3057\u305f"


@pytest.mark.parametrize(
    ("row", "reference", "verdict_and_action"),
    [
        ((0.1, 0.3, 0.5, 0.7), PROSE, ("inconclusive", "fix_data")),
        ((0.1, 0.3, 0.5, 0.7), JAPANESE, ("inconclusive", "fix_data")),
        # A short answer has no other words, and a score of two levels no threshold to be found.
        ((0.1, 0.3, 0.5, 0.7), "Lyon", ("no_go", "sft_first")),
        ((0.0, 0.0, 0.0, 0.1), PROSE, ("no_go", "sft_first")),
    ],
)
def test_what_prose_earns_word_by_word_is_no_threshold_for_other_words(row, reference, verdict_and_action):
    """The reference earns 1 and a made-up wrong answer with most of its words 0.9; no sampled answer earns so much."""
    evidence = Evidence(earned("reference", *[1.0] * 30), earned("near", *[0.9] * 30))
    question = with_references(asked(np.tile(row * 2, (ROWS, 1)), evidence=evidence), reference)
    decision = verdict(question)
    assert (decision.verdict, decision.action) == verdict_and_action
    if decision.verdict == "inconclusive":
        assert decision.text == band.LABEL_WORDS
        (finding,) = band.ask(question)
        assert [one["estimate"] for one in finding.evidence["thresholds"]] == pytest.approx([1, 0.75, 0.5, 0])


def test_prose_below_the_band_is_decided_where_the_user_or_labels_say_what_is_right():
    row = np.tile((0.1, 0.3, 0.5, 0.7) * 2, (ROWS, 1))
    evidence = Evidence(earned("reference", *[1.0] * 30), earned("near", *[0.9] * 30))
    declared = with_references(asked(row, evidence=evidence, success_at=0.9), PROSE)
    assert verdict(declared).action == "sft_first"
    labels = np.zeros(row.shape)
    labelled = with_references(asked(row, evidence=evidence, labels=labels), PROSE)
    assert verdict(labelled).action == "sft_first"


def test_right_by_their_texts_counts_right_answers_that_earn_nothing():
    row = (1.0, 0.0, 0.0, 0.0) + (1.0,) * 4
    evidence = Evidence(earned("reference", *[1.0] * 30), earned("nothing", *[0.0] * 30))
    question = told(asked(np.tile(row, (ROWS, 1)), evidence=evidence, reads=sided(*RIGHT, *WRONG)))
    (finding,) = band.ask(question)
    by_text = finding.evidence["right_by_their_texts"]
    assert (by_text["estimate"], by_text["of_answers"]) == (pytest.approx(0.5), 1.0)
    few = told(replace(question, reads=sided("right", "right", None, "wrong", None, None, None, "wrong")))
    assert all("right_by_their_texts" not in one.evidence for one in band.ask(few))
