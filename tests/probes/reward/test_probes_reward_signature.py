"""RL110: what the reward's own trainer would refuse, told as a note."""

from __future__ import annotations

import pytest

from rewardlab.probes.reward import examine, returns, signature
from tests.probes.reward.code_subject import code_subject, codes, examine_code

VERL = "def compute_score(data_source, solution_str, ground_truth, extra_info=None):\n    "


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (f"{VERL}return float(solution_str == ground_truth), True", "returns a tuple, whose first item is read"),
        (f"{VERL}return float(solution_str == ground_truth) if solution_str else None", ""),
        ("def grade(sample, item):\n    return [1.0, 'why']", "grade returns a tuple"),
        (
            "def compute_score(solution_str, ground_truth):\n    return 1.0",
            "takes solution_str, ground_truth, which verl",
        ),
        ("def score(ground_truth, response):\n    return 1.0", "score takes ground_truth before response"),
    ],
)
def test_it_is_a_note_that_names_the_trainer(code, words):
    with code_subject(code) as subject:
        list(returns.ask(subject))
        found = list(signature.ask(subject))
    if not words:  # ordinary answers hold no empty one, and what is not seen is not told
        assert found == []
        return
    assert codes(found) == [("RL110", "note")]
    assert words in found[0].evidence["told"][0]


@pytest.mark.parametrize(
    "code", [f"{VERL}return 1.0", "def f(completions, **kw):\n    return [1.0] * len(completions)"]
)
def test_what_the_trainer_takes_is_not_told(code):
    assert examine_code(signature.ask, code) == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("async def _f(completions): return [1.0]\ndef f(completions, **kw): return _f(completions)", "RL201"),
        ("def f(completions, **kw): return [1.0]", "RL201"),
        ("def f(completions, **kw): return {'a': 1.0}", "RL201"),
        ("def f(completions): return [1.0 for _ in completions]", "RL201"),
        (f"{VERL}return None", "RL104"),
        (f"async def _f(): return 1.0\n{VERL}return _f()", "RL201"),
    ],
)
def test_what_ends_a_training_run_blocks(code, expected):
    with code_subject(code) as subject:
        found = {finding.code: finding.severity for finding in examine(subject)}
    assert found[expected] == "blocker"
