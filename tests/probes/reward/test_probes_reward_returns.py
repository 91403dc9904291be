"""What ordinary answers get back, in a batch and alone."""

from __future__ import annotations

import pytest

from rewardlab.probes.reward import examine, mutation, returns
from rewardlab.probes.reward.trials.subject import Case
from tests.probes.reward.code_subject import PROMPTS, SOUND, code_subject, codes, examine_code, handler


def test_a_sound_reward_gives_nothing():
    assert examine_code(returns.ask, SOUND) == []


def test_a_plain_function_gives_nothing():
    assert (
        examine_code(returns.ask, "def score(completion, reference):\n    return float(completion == reference)") == []
    )


def test_an_abstention_is_no_defect():
    code = """
        def reward(prompts, completions, **columns):
            return [None if number == 0 else 1.0 for number, _ in enumerate(completions)]
    """
    assert examine_code(returns.ask, code) == []


def test_a_reward_that_returns_nothing_is_told_so():
    (finding,) = examine_code(returns.ask, "def score(completion, reference):\n    completion == reference")
    assert (finding.code, finding.severity) == ("RL104", "blocker")
    assert "without a return" in finding.remedy


@pytest.mark.parametrize("form", ["def score(completion, reference)", "async def right(completion, answer)"])
def test_a_path_without_a_return_is_a_warning(form):
    found = examine_code(returns.ask, f"{form}:\n    if len(str(completion)) % 2:\n        return 1.0")
    assert codes(found) == [("RL104", "warning")]


def test_a_trl_function_may_abstain_from_some_and_not_from_all():
    (finding,) = examine_code(returns.ask, "def reward(completions, **columns):\n    return [None] * len(completions)")
    assert (finding.code, finding.severity) == ("RL104", "blocker")


def test_an_exception_is_told_with_its_line_and_the_sample():
    (finding,) = examine_code(returns.ask, handler("return 1 / (len(s['messages']) - 2)"))
    assert (finding.code, finding.severity) == ("RL201", "blocker")
    (example,) = finding.evidence["examples"]
    assert example["said"] == "ZeroDivisionError: division by zero (reward.py:3)"
    assert example["sample"] == '{"id": "p1:0", "answer": "7"}'


def test_errors_of_one_line_are_shown_once_and_quoted_samples_are_cut():
    code = """
        def score(completion, reference):
            if completion.startswith("<"):
                raise KeyError("a tag")
            raise ValueError(f"no number in {completion * 40}")
    """
    (finding,) = examine_code(returns.ask, code)
    said = [example["said"] for example in finding.evidence["examples"]]
    assert [text.partition(":")[0] for text in said] == ["ValueError", "KeyError"]
    assert len(said[0]) <= 120
    assert said[0].endswith("(reward.py:5)")


TOKENS = "def lengths(completions, completion_ids, **columns):\n    return [{}]"


def test_a_reward_that_reads_tokens_is_not_failed_for_answers_without_them_but_told_what_was_not_asked():
    with code_subject(TOKENS.format("-len(ids) for ids in completion_ids")) as subject:
        (finding,) = examine(subject)
    assert (finding.code, finding.severity) == ("RL208", "warning")
    assert {"returns", "shortcuts", "hostile", "determinism"} <= set(finding.evidence["not_asked"])


def test_a_reward_that_names_tokens_and_does_not_read_them_is_examined():
    assert examine_code(returns.ask, TOKENS.format("0.5 for _ in completion_ids")) == []


def test_a_handler_that_is_right_for_one_sample_only():
    code = """
        def lambda_handler(event, context):
            return [{"id": event[0]["id"], "aggregate_reward_score": 1.0}]
    """
    (finding,) = examine_code(returns.ask, code)
    assert (finding.code, finding.evidence["event"]) == ("RL102", "a batch of 64 only")


def test_a_handler_that_is_wrong_for_one_sample_only():
    code = """
        def lambda_handler(event, context):
            results = [{"id": s["id"], "aggregate_reward_score": 1.0} for s in event]
            return results if len(results) > 1 else results[0]
    """
    (finding,) = examine_code(returns.ask, code)
    assert (finding.code, finding.evidence["event"]) == ("RL101", "one sample only")


def test_a_reward_that_hangs_on_ordinary_answers_is_asked_no_more():
    code = handler("time.sleep(9 * (len(s['messages'][-1]['content']) > 1))", "import time")
    with code_subject(code, timeout=0.3) as subject:
        assert ("RL202", "blocker") in codes(list(returns.ask(subject)))
        assert subject.invoke([]).detail.startswith("not tried")
        assert subject.score([Case(PROMPTS[0], "7")])[0].reason == "timed_out"


@pytest.mark.parametrize(
    ("reward_range", "severity"), [(None, "warning"), ((0.0, 1.0), "blocker"), ((0.0, 10.0), None)]
)
def test_a_score_outside_the_range_blocks_where_the_range_was_declared(reward_range, severity):
    found = examine_code(returns.ask, handler("return 7.0"), reward_range=reward_range)
    assert codes(found) == ([("RL105", severity)] if severity else [])


def test_a_sum_that_is_rounded_lies_in_its_range():
    assert examine_code(returns.ask, handler("return 0.1 + 0.2 + 0.7 + 1e-16 + 1e-12"), reward_range=(0.0, 1.0)) == []


def test_a_changed_event_is_told_with_a_sample_that_shows_it():
    (finding,) = examine_code(mutation.ask, handler("s['messages'][-1]['content'] = ''\nreturn 1.0"))
    assert (finding.code, finding.severity) == ("RL109", "warning")
    assert "1 * 7" in finding.evidence["example"]


def test_a_reward_that_changes_a_copy_changes_nothing():
    code = handler("s = copy.deepcopy(s)\ns['messages'].pop()\nreturn 1.0", "import copy")
    assert examine_code(mutation.ask, code) == []
