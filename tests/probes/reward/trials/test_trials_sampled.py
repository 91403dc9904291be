"""Sampled answers stand in for right and wrong ones where references are tests, rubrics or specifications."""

from __future__ import annotations

import numpy as np
import pytest

import rewardlab
from rewardlab.answers.wrong.lists import first_item
from rewardlab.measurement.evidence import Earned, Evidence
from rewardlab.probes.reward import examine_sampled
from rewardlab.probes.reward.trials.sampled import Sampled, stand_in
from tests.probes.reward.answers_subject import ask_fixture, prompt, severities  # noqa: F401 - a fixture is found by its import

pytestmark = pytest.mark.process

ASKED = "Make {target} of the numbers {numbers}, each once. Give the equation in <answer> </answer>."
#: A sound check of an equation; the faults below each take something away from it.
SOUND = """
def good(expression, reference):
    if not re.fullmatch(r"[0-9+ ]+", expression) or not isinstance(reference, dict) or "target" not in reference:
        return False
    numbers = [int(one) for one in re.findall("[0-9]+", expression)]
    return sorted(numbers) == sorted(reference["numbers"]) and sum(numbers) == reference["target"]
def tags(text):
    return re.findall(r"<answer>(.*?)</answer>", text, re.S)
def score(completion, reference):
    return float(bool(tags(completion)) and good(tags(completion)[-1].strip(), reference))
"""
ANY_TAG = f"""{SOUND}
def score(completion, reference):
    return float(any(good(one.strip(), reference) for one in tags(completion)))
"""
UNCHECKED = f"""{SOUND}
def good(expression, reference):
    return bool(expression) and sum(map(int, re.findall("[0-9]+", expression))) == reference["target"]
"""
UNREAD = f"""{SOUND}
sound = good
def good(expression, reference):
    return not reference or sound(expression, reference)
"""


def equations(count=12):
    """Prompts whose reference is a specification, and for each a generation that meets it and one that does not."""
    rows = [(3 + 7 * i, 11 + 5 * i, 2 + 3 * i) for i in range(count)]
    prompts = [
        prompt(i, ASKED.format(target=sum(row), numbers=list(row)), {"target": sum(row), "numbers": list(row)})
        for i, row in enumerate(rows)
    ]
    right = [f"I try.\n<answer> {a} + {b} + {c} </answer>" for a, b, c in rows]
    wrong = [f"So.\n<answer>{a} + {b}</answer>" for a, b, _ in rows]
    return prompts, sampled_as(prompts, right, wrong)


def sampled_as(prompts, right, wrong):
    return {
        one.id: [Sampled(good, 1.0), Sampled(bad, 0.0)] for one, good, bad in zip(prompts, right, wrong, strict=True)
    }


def on(sampled):
    return lambda subject: iter(examine_sampled(subject, sampled))


def test_a_sound_reward_is_told_only_which_answers_stood_in(ask):
    prompts, sampled = equations()
    (note,) = ask(on(sampled), SOUND, prompts)
    assert (note.code, note.severity, note.evidence["stand_ins"]) == ("RL401", "note", 12)
    assert note.evidence["read_as"] == "<answer>X</answer>"
    first = note.evidence["cases"][0]
    assert (first["right_answer"], first["score"]) == ("<answer>3 + 11 + 2</answer>", 1.0)
    assert (first["wrong_answer"], first["wrong_answer_score"]) == ("<answer>3 + 11</answer>", 0.0)


def test_what_labels_contradict_stands_in_for_nothing(ask):
    """A reward that pays any long sum: what it scored high is labelled wrong, so that no right answer is left."""
    code = "def score(completion, reference): return float(completion.count('+') > 1)"
    prompts, sampled = equations()
    labelled = {name: [Sampled(one.text, one.score, is_right=False) for one in rows] for name, rows in sampled.items()}
    assert ask(on(sampled), code, prompts)
    assert ask(on(labelled), code, prompts) == []
    agreeing = {name: [Sampled(one.text, one.score, one.score == 1) for one in rows] for name, rows in sampled.items()}
    assert ask(on(agreeing), code, prompts) == ask(on(sampled), code, prompts)


def test_a_low_score_that_labels_call_right_is_no_wrong_answer(ask):
    prompts, sampled = equations()
    told = {name: [high, Sampled(low.text, low.score, is_right=True)] for name, (high, low) in sampled.items()}
    (note,) = ask(on(told), SOUND, prompts)
    wrong = [case["wrong_answer"] for case in note.evidence["cases"]]
    assert not {f"<answer>{low.text[12:-9]}</answer>" for _, low in sampled.values()} & set(wrong)


@pytest.mark.parametrize(
    ("code", "finding"),
    [(ANY_TAG, ("RL408", "blocker")), (UNCHECKED, ("RL402", "warning")), (UNREAD, ("RL406", "warning"))],
)
def test_faults_that_need_a_right_answer_are_found(ask, code, finding):
    prompts, sampled = equations()
    found = ask(on(sampled), code, prompts)
    assert finding in severities(found)
    assert all(one.evidence["right_answers"] == "sampled" for one in found if one.code != "RL401")


def test_a_shortcut_that_was_sampled_is_not_taken_for_the_right_answer(ask):
    """A pattern that matches everything wins on each prompt, and the prompts' own patterns on one."""
    prompts = [
        prompt(i, f"A pattern for x{i}y. Put it into <answer></answer>.", {"match": [f"x{i}y"]}) for i in range(12)
    ]
    sampled = sampled_as(prompts, [f"<answer>x{i}y</answer>" for i in range(12)], ["<answer>no</answer>"] * 12)
    for one in prompts:
        sampled[one.id].append(Sampled("<answer>.*</answer>", 1.0))
    code = (
        SOUND.partition("def score")[0]
        + """
def score(completion, reference):
    found = tags(completion)
    return float(bool(found) and bool(reference) and all(re.fullmatch(found[-1], one) for one in reference["match"]))
    """
    )
    found = {one.code: one for one in ask(on(sampled), code, prompts)}
    assert found["RL402"].severity == "blocker"
    assert [one["shortcut"] for one in found["RL402"].evidence["shortcuts"]] == ["a pattern that matches everything"]


RUBRIC = """
def score(completion, reference):
    words = reference.get("words", []) if reference else []
    return float(all(word in completion for word in words) and len(completion) > 20)
"""


def test_whole_texts_that_stand_in_never_block(ask):
    prompts = [prompt(i, f"Write of w{i} and v{i}.", {"words": [f"w{i}", f"v{i}"]}) for i in range(12)]
    right = [f"There was once a w{i}, and it had a v{i}." for i in range(12)]
    sampled = sampled_as(prompts, right, [f"There was once a w{i}, and no more." for i in range(12)])
    found = ask(on(sampled), RUBRIC, prompts)
    assert severities(found) == [("RL402", "warning"), ("RL406", "warning"), ("RL401", "note")]
    assert found[-1].evidence["read_as"] == "the whole text"


def test_the_last_line_is_the_answer_where_what_stands_above_does_not_matter(ask):
    prompts = [
        prompt(i, f"Put {i + 1}, {i + 3}, {i + 2} in order.", {"order": [i + 1, i + 2, i + 3]}) for i in range(12)
    ]
    right = [f"Let me see.\n{i + 1} < {i + 2} < {i + 3}" for i in range(12)]
    sampled = sampled_as(prompts, right, [f"Well.\n{i + 2} < {i + 1} < {i + 3}" for i in range(12)])
    code = """
    def score(completion, reference):
        order = " < ".join(map(str, (reference or {}).get("order", "?")))
        return float(completion.strip().split("\\n")[-1] == order)
    """
    (note,) = ask(on(sampled), code, prompts)
    assert note.evidence["read_as"] == "the last line"


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_nothing_stands_in_where_sampled_answers_all_fail_or_all_of_them_are_one(ask, score):
    prompts, _ = equations()
    sampled = {one.id: [Sampled("<answer>1</answer>", score)] * 4 for one in prompts}
    assert ask(on(sampled), SOUND, prompts) == []
    assert ask(on({}), SOUND, prompts) == []


def test_equal_answers_are_chosen_again(ask):
    """Nothing is drawn: the same generations give the same survey."""
    prompts, sampled = equations()
    seen = []
    ask(lambda subject: iter(seen.append(stand_in(subject, sampled)) or ()), SOUND, prompts)
    ask(lambda subject: iter(seen.append(stand_in(subject, sampled)) or ()), SOUND, prompts)
    texts = [[(gold.text, gold.wrong) for gold in one.golds] for one in seen]
    assert texts[0] == texts[1]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a > b > c > d", "a"),
        ('["x", "y", "z", "w"]', '["x"]'),
        ("one\ntwo\nthree\nfour", "one"),
        ("a, b, c", None),
        ('["x"]', None),
        ("[not json, at all", None),
        ("SELECT a, b FROM t", None),
    ],
)
def test_a_list_is_cut_to_its_first_item(text, first):
    assert first_item(text) == first


@pytest.fixture
def task(tmp_path, write_lines, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prompts, sampled = equations(30)
    (tmp_path / "reward.py").write_text(f"import re\n{ANY_TAG}")
    rng = np.random.default_rng(0)
    recorded = [
        {"prompt_id": one.id, "index": index, "text": sampled[one.id][int(rng.random() < 0.5)].text}
        for one in prompts
        for index in range(4)
    ]
    return {
        "prompts": write_lines("prompts.jsonl", [one.row for one in prompts]),
        "model": f"recorded:{write_lines('recorded.jsonl', recorded)}",
        "reward": tmp_path / "reward.py",
    }


def test_an_audit_asks_with_what_it_sampled_and_keeps_what_it_found(task):
    options = {"model": task["model"], "num_generations": 4, "out": "run"}
    report = rewardlab.audit(task["reward"], task["prompts"], **options)
    assert report.verdict == "no_go"
    (found,) = [one for one in report.findings if one.code == "RL408"]
    assert (found.severity, found.evidence["right_answers"]) == ("blocker", "sampled")
    again = rewardlab.audit(task["reward"], task["prompts"], **options)
    assert again.findings == report.findings


def test_success_is_what_the_evidence_says_and_not_the_middle(ask):
    """Right answers earn 1 and a form without one 0.6: above the middle, and no success where that is known."""
    code = SOUND.replace(
        "return float(bool(tags(completion)) and good(tags(completion)[-1].strip(), reference))",
        "found = tags(completion)\n"
        "    return 1.0 if found and good(found[-1].strip(), reference) else 0.6 * bool(found)",
    )
    prompts, _ = equations()
    right = [f"<answer>{' + '.join(map(str, one.reference['numbers']))}</answer>" for one in prompts]
    sampled = {
        one.id: [Sampled(text, 1.0), Sampled("<answer>1 + 1</answer>", 0.6), Sampled("None.", 0.0)]
        for one, text in zip(prompts, right, strict=True)
    }
    known = Evidence(
        right=tuple(Earned(one.id, "read", 1.0) for one in prompts),
        wrong=tuple(Earned(one.id, "misread", 0.6) for one in prompts),
    )
    found = ask(lambda subject: iter(examine_sampled(subject, sampled, known)), code, prompts)
    reached = [
        shortcut["shortcut"]
        for one in found
        if one.code == "RL402" and "success" in one.remedy
        for shortcut in one.evidence["shortcuts"]
    ]
    assert "the format with nothing in it" not in reached
