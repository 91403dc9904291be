"""What a reward reads too loosely, as this model's samples show it: units, digits, constant words, silence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from rewardlab.auditing.decision import decide
from rewardlab.findings import Finding
from rewardlab.measurement.evidence import NOTHING_KNOWN, Earned, Evidence
from rewardlab.probes.run import constant_part, default_label, exchanged, tolerance
from rewardlab.probes.run.contradiction import reconcile
from rewardlab.probes.run.known import known_answers
from rewardlab.probes.run.reading import Read
from tests.measurement.test_measurement_scores import prompts
from tests.probes.run.conftest import asked

ROWS = 120
REFERENCES = [f"{20 + row}.50 EUR" for row in range(ROWS)]
HALF = np.tile([1.0, 1.0, 0.0, 0.0], (ROWS, 1))


def run_of(references, texts, scores=HALF, evidence=NOTHING_KNOWN, **options):
    """A run whose prompts have these references, and whose generations these texts, a list for each prompt."""
    question = asked(scores, evidence=evidence, success_at=0.5, **options)
    flat = [text for row in texts for text in row]
    rows = tuple(replace(one, reference=references[place]) for place, one in enumerate(prompts(len(references))))
    answers = replace(question.answers, texts=pa.chunked_array([flat]))
    _, reads = known_answers(evidence, rows, answers)
    return replace(question, answers=answers, prompts=rows, reads=reads)


def test_a_number_in_another_currency_that_succeeds_blocks_by_itself():
    texts = [[ref, ref.replace("EUR", "USD"), "1.00 EUR", "2.00 EUR"] for ref in REFERENCES]
    question = run_of(REFERENCES, texts)
    (found,) = exchanged.ask(question)
    assert (found.severity, exchanged.is_disputed([found])) == ("blocker", False)
    assert found.evidence["by_reason"] == [
        {"reason": "the right number in another unit", "sampled": 120, "succeed": 120}
    ]
    assert "120 with the right number in another unit" in found.remedy
    assert "surely wrong are 120 of 120" in found.evidence["summary"]
    assert decide(question, [found]).action == "fix_reward"


def test_few_surely_wrong_among_many_winners_are_no_blocker():
    """4 of 240 winners, and 4 of 364 wrong answers."""
    texts = [[ref, ref, "1.00 EUR", "2.00 EUR"] for ref in REFERENCES]
    for row in range(4):
        texts[row][1] = REFERENCES[row].replace("EUR", "USD")
    assert list(exchanged.ask(run_of(REFERENCES, texts))) == []


def test_other_currencies_that_lose_are_told_by_none():
    texts = [[ref, ref, ref.replace("EUR", "USD"), "2.00 EUR"] for ref in REFERENCES]
    assert list(exchanged.ask(run_of(REFERENCES, texts))) == []


SLIP = "the right number in another unit"


@pytest.mark.parametrize(("shown", "severity"), [(0, "note"), (1, "note"), (2, "warning")])
def test_a_slip_weighs_what_samples_show_of_it(shown, severity):
    way = {"wrong": SLIP, "severity": "warning", "share": 1.0, "low": 0.9, "high": 1.0, "prompts": 30, "cases": []}
    reads = [Read(row, 2, "wrong") for row in range(60)] + [Read(row, 0, "wrong", SLIP) for row in range(shown)]
    question = replace(asked(HALF, success_at=0.5), reads=tuple(reads))
    (weighed,) = reconcile([Finding("RL407", "warning", {"ways": [way]})], question)
    assert weighed.severity == severity
    told = weighed.evidence["ways"][0].get("why", "")
    assert told.startswith(f"of {shown} sampled answers that read as this {shown} succeed" if shown < 2 else "")


LENGTHS = [f"{20 + 37 * row % 410}.{row % 9 + 1}" for row in range(ROWS)]


@pytest.mark.parametrize(
    ("near", "told"),
    [
        (0, []),
        (8, [("warning", False)]),
        (100, [("warning", True)]),
        (ROWS, [("warning", True)]),
    ],
)
def test_a_tolerance_that_samples_use(near, told):
    """One of two winners is 0.2 off on `near` of the prompts: half of all that succeeds on all of them."""
    off = [f"{float(one) + 0.2:.1f}" if row < near else one for row, one in enumerate(LENGTHS)]
    texts = [[one, other, "1000.0", "2000.0"] for one, other in zip(LENGTHS, off, strict=True)]
    if near == 8:
        texts = [[one, other, "1000.0", "2000.0"] for one, other in zip(LENGTHS[:60], off[:60], strict=True)]
    question = run_of(LENGTHS[: len(texts)], texts, HALF[: len(texts)])
    found = list(tolerance.ask(question))
    assert [(one.severity, exchanged.is_disputed([one])) for one in found] == told


def test_an_estimate_has_no_last_digit():
    """None of the winners is the reference itself."""
    off = [[f"{float(one) * times:.1f}" for times in (1.006, 0.993, 3, 4)] for one in LENGTHS]
    (found,) = tolerance.ask(run_of(LENGTHS, off))
    assert (found.severity, exchanged.is_disputed([found])) == ("warning", False)
    assert decide(run_of(LENGTHS, off), [found]).verdict == "go"


def test_an_open_tolerance_keeps_a_run_from_go():
    texts = [[one, f"{float(one) + 0.2:.1f}", "1000.0", "2000.0"] for one in LENGTHS]
    question = run_of(LENGTHS, texts)
    decision = decide(question, list(tolerance.ask(question)))
    assert (decision.verdict, decision.action) == ("inconclusive", "fix_data")
    assert decision.text == tolerance.REMEDY


DESKS = [f"Room {row + 20}, Annex" for row in range(ROWS)]


@pytest.mark.parametrize(("often", "told"), [(0, []), (20, [False]), (ROWS, [True])])
def test_a_constant_word_that_samples_write_otherwise(often, told):
    texts = [
        [one, f"At {one.replace('Annex', 'Tower')}." if row < often else one, "no", "no"]
        for row, one in enumerate(DESKS)
    ]
    found = list(constant_part.ask(run_of(DESKS, texts)))
    assert [exchanged.is_disputed([one]) for one in found] == told
    assert all("'Tower'" in one.evidence["summary"] for one in found)


def test_a_word_that_other_references_have_is_not_constant():
    mixed = [one.replace("Annex", "Tower") if row % 2 else one for row, one in enumerate(DESKS)]
    texts = [[one, one.replace("Annex", "Attic"), "no", "no"] for one in mixed]
    assert list(constant_part.ask(run_of(mixed, texts))) == []


MOODS = [("gloomy", "cheerful", "plain")[row % 3] for row in range(ROWS)]


def silence(*winning):
    """Answers that say nothing, which win where these labels are right."""
    return Evidence(
        wrong=tuple(Earned(f"p{row}", "nothing", float(MOODS[row] in winning)) for row in range(30) for _ in range(2))
    )


def moody(text="hard to say", evidence=None, **options):
    """Each prompt has a winner with the label and, where that is plain, another without."""
    texts = [[mood, text if mood == "plain" else mood, "no", "no"] for mood in MOODS]
    return run_of(MOODS, texts, evidence=evidence or silence("plain"), **options)


def told_of(question):
    return [(one.code, one.severity, one.evidence["of_these_succeed"]) for one in default_label.ask(question)]


def test_texts_without_a_label_that_count_as_one_block():
    assert told_of(moody()) == [("RL402", "blocker", 40)]


def test_a_default_that_no_sample_uses_is_a_warning():
    assert told_of(moody("plainly so")) == [("RL402", "warning", 0)]


@pytest.mark.parametrize("winning", [(), ("plain", "gloomy"), ("plain", "gloomy", "cheerful")])
def test_no_default_or_several(winning):
    assert told_of(moody(evidence=silence(*winning) if winning else Evidence())) == []


def test_saying_nothing_may_rightly_be_none():
    question = moody()
    rows = tuple(replace(one, reference=one.reference.replace("plain", "unknown")) for one in question.prompts)
    assert told_of(replace(question, prompts=rows)) == [("RL402", "warning", 80)]  # both winners name no label then
