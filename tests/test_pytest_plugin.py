"""Tests of the pytest plugin, in a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from rewardlab.starters import write_starter

pytestmark = pytest.mark.process
TESTS = """
def test_no_fault(rewardlab_check):
    assert rewardlab_check("reward.py", "prompts.jsonl").exit_code == 0

def test_it_can_teach(rewardlab_audit):
    assert rewardlab_audit("reward.py", "prompts.jsonl", band=(0.6, 0.95)).verdict == "go"
"""


@pytest.fixture
def folder(tmp_path):
    write_starter("trl", tmp_path)
    (tmp_path / "test_reward.py").write_text(TESTS)
    return tmp_path


def run(folder, *options):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "in a worker of xdist"])
def test_a_failed_test_shows_its_report_and_every_report_has_a_line(folder, options):
    done = run(folder, *options)
    assert done.returncode == 1
    assert "why   accuracy 45.2 %" in done.stdout  # the whole report of the test that failed
    assert "asked about 30 of 120 prompts" not in done.stdout  # the other passed
    summary = done.stdout.split("= rewardlab =")[-1]
    assert "PASS reward.py  (test_reward.py::test_no_fault)" in summary
    assert "NO-GO recorded:example_generations.jsonl  (test_reward.py::test_it_can_teach)" in summary
    assert "1 failed, 1 passed" in done.stdout


def test_without_its_fixtures_nothing_is_said_and_nothing_loaded(tmp_path):
    (tmp_path / "test_other.py").write_text(
        "import sys\ndef test_other():\n    assert not {'pandas', 'pyarrow', 'pydantic'} & set(sys.modules)\n"
    )
    done = run(tmp_path)
    assert (done.returncode, "rewardlab" in done.stdout) == (0, False), done.stdout


def test_bad_usage_is_an_error_of_the_test(folder):
    (folder / "test_reward.py").write_text(
        "def test_it(rewardlab_audit):\n    rewardlab_audit('reward.py', 'no.jsonl')\n"
    )
    done = run(folder)
    assert done.returncode == 1
    assert "no.jsonl" in done.stdout
