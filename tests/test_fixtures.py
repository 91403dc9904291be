"""The shipped example is what its scripts make, and its model card says what was measured."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

from fixtures.arithmetic.task import PROMPT_COUNT, all_problems, split
from fixtures.arithmetic.write_prompts import lines
from rewardlab.stats.interval import Estimate, mean_over_prompts

CLAIMS = {"below": (0.0, 0.02), "inside": (0.30, 0.60), "above": (0.99, 1.0)}


def test_the_prompts_are_those_the_script_writes(arithmetic):
    assert (arithmetic / "prompts.jsonl").read_text().splitlines() == lines()


def test_the_prompts_were_never_trained_on():
    held_out, rest = split()
    assert len(held_out) == PROMPT_COUNT
    assert not set(held_out) & set(rest)
    assert len(held_out) + len(rest) == len(all_problems()) == 12_195


@pytest.mark.parametrize("name", CLAIMS)
def test_the_model_card_says_what_was_measured(arithmetic, name):
    measured = json.loads((arithmetic / "models" / "measured.json").read_text())[name]
    shares = np.array(measured["successes"], float) / measured["generations"]
    found = mean_over_prompts(shares, np.full(len(shares), float(measured["generations"])))
    assert isinstance(found, Estimate)
    assert CLAIMS[name][0] <= found.estimate <= CLAIMS[name][1]
    interval = f"{100 * found.low:.2f} to {100 * found.high:.2f} %"
    row = f"| {name} | {measured['step']} | {100 * found.estimate:.2f} % | {interval} |"
    assert row in (arithmetic / "models" / "README.md").read_text()


def test_the_reward_gives_a_point_for_the_right_number_alone(arithmetic):
    handler = runpy.run_path(str(arithmetic / "reward.py"))["lambda_handler"]
    texts = ["42", " 42\n", "042", "4", "", "forty-two"]
    event = [
        {"id": text, "messages": [{"role": "assistant", "content": text}], "reference_answer": "42"} for text in texts
    ]
    results = handler(event, None)
    assert [result["id"] for result in results] == texts
    assert [result["aggregate_reward_score"] for result in results] == [1, 1, 0, 0, 0, 0]


def test_no_index_address_and_no_path_of_a_machine_is_committed():
    root = Path(__file__).parent.parent
    for name in ("constraints.txt", "overrides.txt", "pyproject.toml", "Makefile"):
        assert not re.search(r"https?://|file:|/home/|/root/", (root / name).read_text()), name
