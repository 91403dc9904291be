"""Evidence in sentences: every code that carries evidence has some, and no fact is lost."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.findings import CATALOGUE
from rewardlab.formats.evidence import SENTENCES, evidence_lines, untold
from rewardlab.formats.evidence.phrase import WRITERS, filled, told
from rewardlab.reports.finding import FindingPart

#: Evidence as audits of the bank, of the fixtures and of deployed functions found it; texts shortened.
SAMPLES = [json.loads(line) for line in Path(__file__).with_name("samples.jsonl").read_text().splitlines()]
#: Codes of findings that the audit does not yield.
UNUSED = {"RL801"}
#: A number under its bare name, which nobody reads.
BARE = re.compile(r"\b(?:low|high|share|estimate|change|raised|compared|tests|p value|p adjusted) -?\d")


def finding(code, evidence):
    return FindingPart(code=code, severity="warning", title=CATALOGUE[code].title, evidence=evidence, remedy="")


def test_every_code_has_a_sentence_and_a_sample():
    assert set(CATALOGUE) - set(SENTENCES) <= UNUSED
    assert set(CATALOGUE) - {sample["code"] for sample in SAMPLES} <= UNUSED


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample['code']}-{len(json.dumps(sample))}")
def test_every_fact_of_every_sample_is_told_in_a_sentence(sample):
    lines = evidence_lines(finding(sample["code"], sample["evidence"]))
    assert lines
    assert not [line for line in lines if BARE.search(line)]
    assert "summary" in sample["evidence"] or untold(sample["code"], sample["evidence"]) in (
        [],
        ["rows_with_the_role_developer"],
    )


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("RL505", "the mean verdict rises by 0.32 (0.16 to 0.48) when closing sentences that say nothing are added"),
        ("RL506", "the mean verdict falls by 0.20 (-0.30 to -0.10) when a planted verdict is added"),
        ("RL503", "asked again, ada says otherwise in 20 % of 40 generations (10 % to 30 %), and in 40 % near the "),
        (
            "RL205",
            "an event of 64 samples has 4.8 MB without any answer and 6.7 MB with the longest answers (2.0 KB each",
        ),
        ("RL605", "12 of 80 generations were not scored by this reward"),
        ("RL901", "the package unpacked has 300 MB, the limit is 250 MB; the largest: numpy 60.0 MB"),
    ],
)
def test_what_sentences_say(code, sentence):
    lines = [evidence_lines(finding(code, one["evidence"]))[0] for one in SAMPLES if one["code"] == code]
    assert [line for line in lines if sentence in line], lines


def test_what_no_sentence_knows_is_told_as_it_is():
    lines = evidence_lines(finding("RL302", {"share_at_ceiling": 0.995, "ceiling": 1.0, "a_new_fact": [1, "x y"]}))
    assert lines == ["99.5 % of the scores are at the top, 1; a new fact 1; 'x y'"]
    assert evidence_lines(finding("RL801", {"group_size": 4})) == ["group size 4"]


def test_facts_that_are_missing_or_odd_leave_their_sentence_out():
    assert evidence_lines(finding("RL303", {"share_positive": None, "high": 0.1})) == ["high 0.1"]
    assert evidence_lines(finding("RL303", {"share_positive": "many", "high": 0.1})) == [
        "share positive many; high 0.1"
    ]
    assert evidence_lines(finding("RL302", {})) == []


def test_a_summary_stands_for_the_facts_and_cases_follow():
    evidence = {
        "summary": "it is so",
        "share": 0.5,
        "examples": [{"prompt_id": "p", "index": 1, "text": "", "score": 0.0}],
    }
    assert evidence_lines(finding("RL415", evidence)) == ["it is so", "- p [1]: '' earns 0"]


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(SENTENCES)), st.data())
def test_evidence_of_any_kind_is_told_without_an_error(code, data):
    names = sorted({name for template in SENTENCES[code] for name in re.findall(r"\{(\w+)", template)})
    evidence = data.draw(st.dictionaries(st.sampled_from([*names, "other", "examples", "also"]), ANYTHING))
    assert all(isinstance(line, str) for line in evidence_lines(finding(code, evidence)))


@given(st.sampled_from(sorted(WRITERS)), ANYTHING)
def test_a_gap_is_filled_or_left(spec, held):
    assert isinstance(filled(f"{{x:{spec}}}", {"x": held}), str | None)


def test_a_sentence_is_left_out_where_others_told_its_facts():
    assert told(("{a} of {b}", "{a}", "{b:n|row|rows} and {c}"), {"a": 1, "b": 2, "c": 3}) == (
        ["1 of 2", "2 rows and 3"],
        {"a", "b", "c"},
    )
