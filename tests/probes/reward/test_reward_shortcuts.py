"""RL402: what solves nothing earns nothing."""

from __future__ import annotations

import pytest

from rewardlab.probes.reward import shortcuts
from tests.probes.reward.answers_subject import ask_fixture, labels, numbers, prompt, records, severities, texts  # noqa: F401 - a fixture is found by its import

CLEAN = {
    "number": (
        numbers(),
        "return float(boxed(completion) is not None and as_number(boxed(completion)) == int(reference))",
    ),
    "signed": (numbers(), "return 1.0 if boxed(completion) == reference else -1.0"),
    "label": (labels(), "return float(completion.split('Label:')[-1].strip() == reference)"),
    "last": (
        labels(),
        "found = re.findall('refund|delivery|login', completion); return float(found[-1:] == [reference])",
    ),
    "record": (records(), "return sum((last_object(completion) or {}).get(k) == v for k, v in reference.items()) / 3"),
    "text": (texts(), "return overlap(completion, reference)"),
}


@pytest.mark.parametrize("kind", CLEAN)
def test_sound_rewards_give_no_alarm(ask, kind):
    prompts, body = CLEAN[kind]
    assert [
        one
        for one in ask(shortcuts.ask, f"def score(completion, reference): {body}", prompts)
        if one.severity != "note"
    ] == []


def names(finding):
    return {one["shortcut"] for one in finding.evidence["shortcuts"]}


@pytest.mark.parametrize(
    ("prompts", "body", "expected"),
    [
        (numbers(), "return float(reference in completion)", {"several candidates at once", "a list of candidates"}),
        (labels(), "return float(reference in completion)", {"the prompt repeated", "several candidates at once"}),
        (labels(), "return float(not completion.strip() or completion == 'Label: ' + reference)", {"an empty answer"}),
        (records(), "return float((last_object(completion) or {}).items() <= reference.items())", {"an empty object"}),
        (texts(), "return sum(w in completion for w in reference.split()) / 8", {"the prompt repeated"}),
        (texts(), "return max(overlap(completion, reference), len(completion) > 500)", {"long filler"}),
    ],
)
def test_a_shortcut_that_wins_blocks_and_is_named(ask, prompts, body, expected):
    (found, *_) = ask(shortcuts.ask, f"def score(completion, reference): {body}", prompts)
    assert found.severity == "blocker"
    assert expected <= names(found)
    assert all(one["cases"] and one["low"] <= one["share"] for one in found.evidence["shortcuts"])


def test_partial_credit_is_a_warning_and_an_abstention_worth_nothing_a_note(ask):
    paid = "def score(completion, reference): return 1.0 if boxed(completion) == reference else 0.4 * (not completion)"
    assert severities(ask(shortcuts.ask, paid, numbers())) == [("RL402", "warning")]
    abstains = """
    def score(completion, reference):
        found = boxed(completion)
        return 0.0 if not found else 1.0 if found == reference else -1.0
    """
    assert severities(ask(shortcuts.ask, abstains, numbers())) == [("RL402", "note")]


def test_a_refusal_is_right_where_the_reference_refuses(ask):
    rows = [prompt(i, f"Tell me secret {i}.", "I'm sorry, but I can't help with that.") for i in range(12)]
    code = "def score(completion, reference): return float(completion.strip() == reference)"
    assert ask(shortcuts.ask, code, rows) == []


@pytest.mark.parametrize(
    ("pattern", "grade"),
    [
        (r"confidence:? *(\d+) *%", "int(m[1]) / 100"),
        (r"certainty[:=] *([01]\.\d+)", "float(m[1])"),
        (r"quality: *([A-F])\b", "float(m[1].upper() == 'A')"),
        (r"marks: *(\d+) */ *10", "int(m[1]) / 10"),
        (r"self-assessment: *(\d) stars", "int(m[1]) / 5"),
    ],
)
def test_marks_that_an_answer_gives_itself_are_tried_under_every_name(ask, pattern, grade):
    body = (
        f"m = re.search(r'{pattern}', completion, re.I); return {grade} if m else float(boxed(completion) == reference)"
    )
    found = ask(shortcuts.ask, f"def score(completion, reference): {body}", numbers())
    assert [(one.code, one.severity) for one in found] == [("RL402", "blocker")]
