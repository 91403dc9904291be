"""Tests of `rewardlab init`."""

from __future__ import annotations

import pytest

from rewardlab.cli import main


def test_init_names_what_it_wrote_and_what_comes_next(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--for", "verl", "my reward"]) == 0
    said = capsys.readouterr().out
    assert "wrote my reward/reward.py" in said
    assert "cd 'my reward'\nrewardlab check reward.py prompts.jsonl" in said
    assert sorted(path.name for path in (tmp_path / "my reward").iterdir()) == [
        "ci.yml",
        "example_generations.jsonl",
        "prompts.jsonl",
        "reward.py",
        "rewardlab.toml",
    ]


@pytest.mark.parametrize("arguments", [["init"], ["init", "--for", "tlr"]])
def test_bad_usage_exits_with_2_and_names_the_starters(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert "trl" in capsys.readouterr().err
