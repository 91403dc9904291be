"""Failures whose words tell what is behind them."""

from __future__ import annotations

import pytest

from rewardlab.errors import RewardError
from rewardlab.rewards.isolation.advice import remedy_of_import, remedy_of_tokens
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.source import RewardSource


def test_a_sibling_is_imported_by_its_name(tmp_path):
    (tmp_path / "sibling.py").write_text("top = 1.0\n")
    reward = tmp_path / "reward.py"
    worker = WorkerProcess(RewardSource(reward, None, 5, 512), log=tmp_path / "log")
    reward.write_text("from .sibling import top\ndef score(completion, reference):\n    return top\n")
    with pytest.raises(RewardError, match="write `from sibling import x`"):
        worker.start()
    reward.write_text("from sibling import top\ndef score(completion, reference):\n    return top\n")
    assert worker.start().name == "score"
    worker.close()


def test_a_module_that_is_not_there_is_put_there_or_installed():
    remedy = remedy_of_import("ModuleNotFoundError: No module named 'grader.math' (reward.py:1)")
    assert remedy.startswith("put grader.py beside the reward, or install what it comes from")


def test_what_only_the_author_can_tell_gets_no_advice():
    assert remedy_of_import("ZeroDivisionError: division by zero (reward.py:3)") is None


@pytest.mark.parametrize("engine", ["recorded", "openai", "bedrock", "vllm", "transformers"])
def test_token_ids_that_a_run_lacks_come_from_a_new_run_only(engine):
    """A resumed run samples nothing again, and a recording that was given ids is another model's files to it."""
    assert "--out NEW" in remedy_of_tokens(engine, "recorded.jsonl")
