"""The column of the prompts that a reward takes by name."""

from __future__ import annotations

import pytest

from rewardlab.rewards.code.columns import named_column

ROWS = [
    {"id": "1", "prompt": "How much?", "litres": "17.6", "topic": "cars"},
    {"prompt": "?", "litres": 3, "topic": "x"},
]


@pytest.mark.parametrize(
    ("code", "entry", "column"),
    [
        ("def fuel(completions, litres, **kwargs): return [0.0]", None, "litres"),
        ("def fuel(completions, litres, topic): return [0.0]", None, "litres"),
        ("def fuel(completions, **kwargs): return [0.0]", None, None),
        ("def a(completions, litres): ...\ndef b(completions): ...", "b", None),
        ("async def a(completions, *, litres): ...", "a", "litres"),
        ("def broken(", None, None),
    ],
)
def test_the_only_column_that_is_a_parameter_may_be_the_reference(tmp_path, code, entry, column):
    path = tmp_path / "reward.py"
    path.write_text(code)
    assert named_column(path, entry, ROWS) == column


def test_of_two_columns_none_is_chosen_and_an_empty_one_is_none(tmp_path):
    path = tmp_path / "reward.py"
    path.write_text("def score(completions, low, high): return [0.0]")
    assert named_column(path, None, [{"low": 1, "high": 2}] * 10) is None
    assert named_column(path, None, [{"low": 1, "high": None}] * 10) == "low"
    assert named_column(tmp_path / "none.py", None, [{"low": 1}]) is None
