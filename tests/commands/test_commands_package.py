"""`rewardlab package` as a person types it."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

import jsonschema
import pytest

import rewardlab
from rewardlab.aws.package.summary import TITLES
from rewardlab.packages.manifest import read_manifest
from rewardlab.packages.target import python_here
from rewardlab.reports.packaging import PackageReport
from rewardlab.reports.section import json_schema
from tests.conftest import REWARD, groups_of
from tests.kernels import kernel_here

pytestmark = pytest.mark.process

SOUND = "def score(completion, reference):\n    return float(completion.strip() == str(reference))\n"
SCHEMA = Path(rewardlab.__file__).parent / "schemas" / "packaging-1.json"


@pytest.fixture
def reward(tmp_path):
    path = tmp_path / "reward.py"
    path.write_text(SOUND)
    return path


def test_a_package_is_named_with_its_digest(run, reward):
    code, out, _ = run("package", reward, "-o", "a.zip", "--platform", "bedrock", "--python", "3.13")
    assert code == 0
    assert out.startswith("PACKAGED  a.zip\nscore (plain) for bedrock, Python 3.13 on x86_64\nsha256 ")
    assert read_manifest(Path("a.zip")).platform == "bedrock"


def test_what_the_fence_denied_while_the_reward_was_loaded_is_told(run, reward):
    """On Lambda the file is not there either."""
    with tempfile.NamedTemporaryFile(dir="/var/tmp") as file:
        reward.write_text(f"try:\n    WORDS = open({file.name!r}).read()\nexcept OSError:\n    WORDS = ''\n{SOUND}")
        code, _, err = run("package", reward, "-o", "a.zip", "--python", "3.13")
        assert code == 0
        told = f"but the fence denied it reading {file.name} (--reward-files {file.name} allows it)"
        assert (told in err) == (kernel_here().landlock > 0)
        _, _, quiet = run("package", reward, "-o", "a.zip", "--python", "3.13", "--reward-files", file.name)
    assert "fence" not in quiet


def test_settings_beside_the_reward_hold(run, reward, tmp_path):
    (tmp_path / "rewardlab.toml").write_text('platform = "scorer-oss"\n')
    assert json.loads(run("package", reward, "--format", "json")[1])["platform"] == "scorer-oss"


def test_the_json_report_meets_its_shipped_schema(run, reward):
    reward.write_text("KEY = 'AKIA" + "Q3EGUAZ7WPLMNB4X'\n" + SOUND)
    code, out, _ = run("package", reward, "--format", "json")
    assert code == 1
    schema = json.loads(SCHEMA.read_text())
    jsonschema.validate(json.loads(out), schema)
    assert schema == json_schema(PackageReport), "run docs/write_schemas.py"
    assert json.loads(out)["findings"][0]["evidence"]["cause"] == "secrets"


def test_a_refusal_says_why_and_exits_with_1(run, reward):
    reward.write_text("import requests\n" + SOUND)
    code, out, _ = run("package", reward, "-o", "a.zip")
    assert code == 1
    assert out.startswith("REFUSED  ")
    assert "requests (reward.py:1)" in out
    assert not Path("a.zip").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--python", "2.7"], "--python: Lambda has no Python '2.7'"),
        (["--architecture", "mips"], "--architecture"),
        (["--on-failure", "nan"], "--on-failure"),
        (["--on-failure", "zero"], "--on-failure"),
        (["--platform", "nowhere"], "nowhere"),
        (["--include", "../*"], "--include"),
        (["-r", "none.txt"], "none.txt"),
        (["--run", "nowhere"], "nowhere"),
        (["-o", "no/such/folder.zip"], "cannot be written"),
    ],
)
def test_bad_input_exits_with_2_in_one_line(run, reward, options, told):
    code, out, error = run("package", reward, *options)
    assert (code, out) == (2, "")
    assert told in error
    assert error.count("\n") == 1


def test_a_score_for_failures_reaches_the_handler_and_the_manifest(run, reward):
    assert run("package", reward, "-o", "a.zip", "--on-failure", "-1")[0] == 0
    assert read_manifest(Path("a.zip")).on_failure == -1.0


def test_the_verdict_of_a_run_travels_and_a_run_about_other_code_is_refused(run, task_of):
    task = task_of([[1, 0], [0, 1], [0, 0]])
    model = f"recorded:{task['recorded']}"
    assert run("audit", task["reward"], task["prompts"], "--model", model, "--out", "r", "-n", 2)[0] in {1, 4}
    code, out, _ = run("package", task["reward"], "-o", "a.zip", "--run", "r", "--platform", "bedrock")
    assert code == 0
    audit = read_manifest(Path("a.zip")).audit
    assert (audit.verdict, audit.entry, audit.platform) == (
        json.loads(Path("r/report.json").read_text())["verdict"],
        "score",
        "smtj",
    )
    assert audit.accuracy == pytest.approx(2 / 6)  # 2 of 6 generations, 2 in each of three groups
    assert "the run audited for another platform" in out
    assert "the audit did not say GO" in out
    task["reward"].write_text(task["reward"].read_text() + "# changed\n")
    code, _, error = run("package", task["reward"], "-o", "b.zip", "--run", "r")
    assert code == 2
    assert "the run audited other code" in error
    assert not Path("b.zip").exists()


def test_every_cause_has_a_title_of_its_own():
    folder = Path(rewardlab.__file__).parent / "aws"
    text = "".join(path.read_text() for path in folder.rglob("*.py"))
    assert set(re.findall(r'\bfinding\(\s*"(\w+)"', text)) == set(TITLES)
    assert len(set(TITLES.values())) == len(TITLES)


def test_a_verdict_is_of_the_imports_too_and_a_package_is_proven_by_the_audit_of_its_source(run, task_of, monkeypatch):
    task = task_of(groups_of({2: 2, 4: 2, 0: 1}, n=4))
    monkeypatch.chdir(task["reward"].parent)
    task["reward"].write_text(f"import helper\n{REWARD}")
    helper = task["reward"].with_name("helper.py")
    helper.write_text("WEIGHT = 1\n")
    recorded = ("--model", f"recorded:{task['recorded']}", "-q")
    run("audit", task["reward"], task["prompts"], *recorded, "--out", "run")
    assert run("package", task["reward"], "-o", "a.zip", "--run", "run", "--python", python_here())[0] == 0
    run("audit", "a.zip", task["prompts"], *recorded, "--out", "of-zip")
    assert [run("prove", "a.zip", "--run", folder)[0] for folder in ("run", "of-zip")] == [0, 0]
    helper.write_text("WEIGHT = 2\n")
    code, _, error = run("package", task["reward"], "-o", "b.zip", "--run", "run")
    assert code == 2
    assert "the run audited other code" in error
