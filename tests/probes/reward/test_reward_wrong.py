"""RL406 to RL408: broken references, wrong answers, wrong final answers after right reasoning."""

from __future__ import annotations

import pytest

from rewardlab.probes.reward import reasoning, unreadable, wrong
from tests.probes.reward.answers_subject import ask_fixture, labels, numbers, prompt, records, severities, texts  # noqa: F401 - a fixture is found by its import

LAST = "completion.split('Label:')[-1].strip().lower()"
FIELDS = """got = last_object(completion) or {}
    return sum(got.get(key) == value for key, value in (reference or {1: 2}).items()) / 3"""
DISTANCE = """found, right = as_number(boxed(completion)), as_number(reference)
    return -1000.0 if found is None or right is None else -min(1000.0, abs(found - right))"""
SOUND = {
    "number": (numbers(), "found = boxed(completion); return float(bool(found) and found == str(reference))"),
    "label": (labels(), f"return float({LAST} == str(reference or '?'))"),
    "record": (records(), "return float(bool(reference) and last_object(completion) == reference)"),
    "fields": (records(), FIELDS),
    "text": (texts(), "return overlap(completion, str(reference or '?'))"),
    "distance": (numbers(), DISTANCE),
}


def _each(subject):
    for probe in (unreadable, wrong, reasoning):
        yield from probe.ask(subject)


@pytest.mark.parametrize("kind", SOUND)
def test_sound_rewards_give_no_alarm(ask, kind):
    prompts, body = SOUND[kind]
    found = ask(_each, f"def score(completion, reference):\n    {body}", prompts)
    assert [one for one in found if one.severity != "note"] == []


@pytest.mark.parametrize(
    ("prompts", "body"),
    [
        (numbers(), "return 0.95 * ('boxed' in completion) + 0.05 * (boxed(completion) == reference)"),
        (labels(), f"return float({LAST} in ('refund', 'delivery', 'login'))"),
        (records(), "return float(set(last_object(completion) or ()) == set(reference))"),
        (texts(), "return float(len(completion.split()) > 3)"),
    ],
)
def test_a_format_that_pays_without_the_answer_blocks(ask, prompts, body):
    (found,) = ask(wrong.ask, f"def score(completion, reference): {body}", prompts)
    assert (found.code, found.severity) == ("RL407", "blocker")
    assert found.evidence["ways"][0]["wrong"] == "another answer"
    assert {"prompt_id", "answer", "score", "gold_score"} == set(found.evidence["ways"][0]["cases"][0])


def test_the_right_digits_inside_a_longer_number_are_wrong(ask):
    (found,) = ask(wrong.ask, "def score(completion, reference): return float(reference in completion)", numbers())
    assert found.severity == "blocker"
    assert "the right digits inside a longer number" in {one["wrong"] for one in found.evidence["ways"]}


def test_a_part_of_the_score_for_a_text_that_holds_the_answer_is_no_whole_success(ask):
    """Where wrong answers earn nothing and right ones 1, the middle between them is no sign of being right."""
    body = "found = boxed(completion) or ''; return len(reference) / len(found) if reference in found else 0.0"
    (found,) = ask(wrong.ask, f"def score(completion, reference): {body}", numbers())
    assert found.severity == "warning"
    assert "the right digits inside a longer number" not in {one["wrong"] for one in found.evidence["ways"]}


LISTS = [
    prompt(i, f"Sort them: {5 * i}, {i}, {3 * i}. Put the list in \\boxed{{}}.", f"{i}, {3 * i}, {5 * i}")
    for i in range(1, 20)
]
AS_LIST = "[float(one) for one in re.findall(r'[0-9.]+', {})]"


@pytest.mark.parametrize(("within", "severity"), [(1, "blocker"), (0.01, None)])
def test_a_tolerance_that_takes_another_number_of_a_list_blocks(ask, within, severity):
    code = f"""
def score(completion, reference):
    found, right = {AS_LIST.format("boxed(completion) or ''")}, {AS_LIST.format("reference")}
    return float(len(found) == len(right) and all(abs(a - b) <= {within} for a, b in zip(found, right)))
"""
    found = [one for one in ask(wrong.ask, code, LISTS) if one.severity == "blocker"]
    assert [one.severity for one in found] == ([severity] if severity else [])
    assert all("one number of the list another" in {way["wrong"] for way in one.evidence["ways"]} for one in found)


def test_one_more_digit_behind_the_point_may_be_the_same_value(ask):
    rows = [prompt(i, f"What is {i} / 8? Put it in \\boxed{{}}.", f"{100 + i / 8:.3f}") for i in range(1, 20)]
    code = """
def score(completion, reference):
    found = as_number(boxed(completion))
    return 0.0 if found is None else max(0.0, 1 - abs(found - float(reference)))
"""
    found = ask(wrong.ask, code, rows)
    assert "the right digits inside a longer number" not in {
        way["wrong"] for one in found for way in one.evidence["ways"]
    }


def test_where_the_user_said_what_is_right_such_a_part_counts(ask):
    body = "found = boxed(completion) or ''; return len(reference) / len(found) if reference in found else 0.0"
    (found,) = ask(wrong.ask, f"def score(completion, reference): {body}", numbers(), success_at=0.5)
    assert found.severity == "blocker"


@pytest.mark.parametrize(
    ("prompts", "body"),
    [
        (numbers(), "return float(reference in re.findall(r'boxed.([0-9]+)', completion))"),
        (labels(), "return float('Label: ' + reference in completion)"),
        (records(), "return float(json.dumps(reference) in completion)"),
    ],
)
def test_a_right_answer_taken_back_does_not_count(ask, prompts, body):
    assert severities(ask(reasoning.ask, f"def score(completion, reference): {body}", prompts)) == [
        ("RL408", "blocker")
    ]


def test_reading_the_first_answer_is_a_warning_for_it_pays_nobody_for_listing(ask):
    body = "found = re.findall(r'boxed.([0-9]+)', completion); return float(found[:1] == [reference])"
    (found,) = ask(reasoning.ask, f"def score(completion, reference): {body}", numbers())
    assert (found.severity, "It reads the first answer" in found.remedy) == ("warning", True)


def test_nothing_extracted_does_not_equal_no_reference(ask):
    code = "def score(completion, reference=None): return float(as_number(boxed(completion)) == as_number(reference))"
    (found,) = ask(unreadable.ask, code, numbers())
    assert (found.code, found.severity) == ("RL406", "warning")
    lacking = [
        *numbers(),
        *(prompt(90 + i, f"What is {i}? Give the final answer in \\boxed{{}}.", None) for i in range(9)),
    ]
    (found,) = ask(unreadable.ask, code, lacking)
    assert (found.severity, found.evidence["rows_without_reference"]) == ("blocker", 9)


@pytest.mark.parametrize(
    "reference",
    ["12.57", {"value": "10.0", "tolerance": 0.5}, {"value": "10.0", "rtol": 0.05}, {"value": "10.0", "tol": "1e-1"}],
)
def test_what_lies_within_a_tolerance_is_not_wrong(ask, reference):
    """12.577 is 12.57 within a thousandth; 10.07 is 10.0 within what the reference declares."""
    body = """value = float(reference['value'] if isinstance(reference, dict) else reference)
    allowed = max(0.08, value / 1000) if isinstance(reference, dict) else value / 1000
    found = as_number(boxed(completion))
    return float(found is not None and abs(found - value) <= allowed)"""
    rows = [prompt(i, f"How long is part {i}? Answer in \\boxed{{}}.", reference) for i in range(30)]
    assert ask(wrong.ask, f"def score(completion, reference):\n    {body}", rows) == []


def test_a_tolerance_too_wide_for_the_digits_is_still_told(ask):
    rows = [prompt(i, f"How long is part {i}? Answer in \\boxed{{}}.", f"{i}.5") for i in range(1, 31)]
    body = "return float(reference in (boxed(completion) or ''))"
    (found,) = ask(wrong.ask, f"def score(completion, reference): {body}", rows)
    assert "the right digits inside a longer number" in {one["wrong"] for one in found.evidence["ways"]}
