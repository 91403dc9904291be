"""The auditor audited: every planted fault is caught by its own code, and no clean reward is stopped."""

from __future__ import annotations

import json
import shutil

import pytest

from bench.bank import audit_all, data_of, table
from fixtures.rewards.bank import read_bank
from rewardlab.cli import main

pytestmark = pytest.mark.bank


def test_every_planted_fault_is_caught_by_its_own_code_and_every_clean_reward_gets_a_go():
    results = list(audit_all(read_bank()))
    assert not [line for line in table(results) if line.startswith(("missed", "alarmed"))]


def test_clean_rewards_get_a_go_on_other_data_too():
    results = list(audit_all([reward for reward in read_bank() if reward.kind == "clean"], seed=1))
    assert [one.name for one in results if one.blockers or one.verdict != "go"] == []


def test_a_folder_of_clean_rewards_passes_the_check(tmp_path, capsys):
    """Each in a folder with the prompts of its task and a rewardlab.toml that says what its user would."""
    clean = [one for one in read_bank() if one.kind == "clean"]
    for reward in clean:
        folder = tmp_path / reward.name
        folder.mkdir()
        if reward.file.name == "reward.py":
            shutil.copytree(reward.file.parent, folder, dirs_exist_ok=True)
        else:
            shutil.copy(reward.file, folder / "reward.py")
        shutil.copy(data_of(reward.task, reward.policy, 0) / "prompts.jsonl", folder)
        said = {"platform": reward.platform, "entry": reward.entry, "reward_range": reward.reward_range}
        lines = [f"{key} = {json.dumps(value)}\n" for key, value in said.items() if value is not None]
        (folder / "rewardlab.toml").write_text("".join(lines))
    assert main(["check", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("PASS  ") == len(clean) >= 20
