"""Who has only a package audits the reward in it, and gets what the audit of its file gave."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from rewardlab.packages.manifest import read_manifest
from rewardlab.packages.target import python_here
from tests.conftest import REWARD, groups_of

pytestmark = pytest.mark.process


@pytest.fixture
def task(task_of):
    return task_of(groups_of({2: 2, 4: 2, 0: 1}, n=4))


@pytest.fixture
def audit(run, task):
    """Run `rewardlab audit`; returns exit code, report and standard error."""

    def call(reward: object, *options: object):
        model = f"recorded:{task['recorded']}"
        code, out, err = run("audit", reward, task["prompts"], "--model", model, "--format", "json", *options)
        return code, json.loads(out) if out else None, err

    return call


@pytest.fixture
def package(run, task):
    """Package the task's reward for this Python."""

    def make(*options: object) -> Path:
        code, _, err = run("package", task["reward"], "-o", "reward.zip", "--python", python_here(), *options)
        assert code == 0, err
        return Path("reward.zip")

    return make


def test_a_package_is_audited_as_its_file_and_is_proven_with_that_run(run, audit, package, task):
    _, of_file, _ = audit(task["reward"], "--out", "file", "-q")
    code, of_zip, err = audit(package("--platform", "hyperpod"), "--out", "zip", "-q")
    assert (code, err) == (4, "")
    assert of_zip["baseline"] == of_file["baseline"]
    ours, theirs = of_zip["provenance"]["reward"], of_file["provenance"]["reward"]
    assert (ours["path"], ours["platform"], ours["entry"]) == ("reward.zip", "hyperpod", "score")
    assert ours["sha256"] == theirs["sha256"]
    assert run("prove", "reward.zip", "--run", "zip")[0] == 0


def test_another_package_of_the_same_file_is_scored_anew(audit, package, task):
    audit(package(), "--out", "run", "-q")
    (task["reward"].parent / "table.txt").write_text("1")
    _, report, _ = audit(package("--include", "table.txt"), "--out", "run", "-q")
    manifest = json.loads(Path("run/run.json").read_text())
    assert len({one["key"] for one in manifest["rewards"]}) == 2
    assert report["reward"]["outcomes"]["scored"] == 20


def test_what_was_sampled_is_scored_with_a_package(run, package, task):
    run("sample", task["prompts"], "--model", f"recorded:{task['recorded']}", "--out", "run", "-q")
    code, out, _ = run("score", "run", package(), "--format", "json", "-q")
    assert (code, json.loads(out)["reward"]["outcomes"]["scored"]) == (4, 20)


def test_a_package_is_checked_and_named_in_the_report(run, package, task):
    code, out, _ = run("check", package("--platform", "serverless-oss"), task["prompts"], "--format", "json")
    (found,) = json.loads(out)["checks"]
    assert (code, found["reward"], found["platform"]) == (0, "reward.zip", "serverless-oss")


def test_the_handler_of_an_unpacked_package_is_audited_too(run, package, task):
    with zipfile.ZipFile(package()) as archive:
        archive.extractall("task")
    code, out, _ = run("check", "task/lambda_function.py", task["prompts"], "--format", "json")
    (found,) = json.loads(out)["checks"]
    assert (code, found["entry"], found["kind"]) == (0, "lambda_handler", "lambda")


def test_the_layer_beside_a_package_is_imported(run, write_package, task, tmp_path):
    code = f"import beside{REWARD}"
    package = write_package("", files={"reward.py": code.encode()}, layer={"python/beside.py": b"VALUE = 1"})
    code, out, err = run("check", package, task["prompts"], "--format", "json")
    assert (code, err, json.loads(out)["verdict"]) == (0, "", "pass")
    (tmp_path / "layer.zip").unlink()
    code, _, err = run("check", package, task["prompts"])
    assert code == 2
    assert "package.zip: its dependencies are in a layer, and no layer.zip lies beside it" in err


def test_dependencies_in_a_package_are_no_code_of_the_rewards(run, audit, write_package, task):
    package = write_package("", files={"reward.py": f"import beside{REWARD}".encode(), "beside.py": b"VALUE = 1"})
    source = read_manifest(package).source_sha256
    _, out, _ = run("check", package, task["prompts"], "--format", "json")
    assert json.loads(out)["checks"][0]["provenance"]["reward_sha256"] == source
    _, report, _ = audit(package, "--out", "run", "-q")
    assert report["provenance"]["reward"]["sha256"] == source


def test_a_package_for_another_python_is_told(audit, write_package, task):
    other = "3.13" if python_here() != "3.13" else "3.12"
    plain = {"reward.py": task["reward"].read_bytes()}
    _, report, err = audit(write_package("", files=plain, python=other))
    assert report["reward"]["outcomes"]["scored"] == 20
    assert f"package.zip is for Python {other}; scored in {python_here()}" in err
    code, _, err = audit(write_package("", files={**plain, "fast.so": b"\x7fELF"}, python=other))
    assert code == 2
    assert f"compiled for Python {other} on x86_64" in err


@pytest.mark.parametrize(
    ("body", "told"), [(b"", "is no readable zip"), (b"PK\x05\x06" + b"\0" * 18, "holds no rewardlab-manifest.json")]
)
def test_a_zip_that_is_no_package_is_refused(audit, tmp_path, body, told):
    (tmp_path / "other.zip").write_bytes(body)
    code, _, err = audit(tmp_path / "other.zip")
    assert code == 2
    assert told in err
    assert not Path("runs").exists()


@pytest.mark.parametrize("command", ["audit", "check"])
def test_token_ids_that_no_platform_sends_are_not_given_to_a_package(run, task, command):
    """On Lambda it would fail on every batch: an audit with the ids of the recording would say GO."""
    rows = [json.loads(line) | {"token_ids": [1, 2]} for line in task["recorded"].read_text().splitlines()]
    task["recorded"].write_text("".join(json.dumps(row) + "\n" for row in rows))
    task["reward"].write_text(
        "def reads(completions, completion_ids, **columns):\n    return [len(ids) / 10 for ids in completion_ids]\n"
    )
    code, out, _ = run("package", task["reward"], "-o", "reward.zip", "--python", python_here())
    assert (code, "asks for token ids, which no platform sends" in out) == (0, True)
    model = ("--model", f"recorded:{task['recorded']}") if command == "audit" else ()
    code, _, err = run(command, "reward.zip", task["prompts"], *model)
    assert code == 2
    assert f"reward.zip/{task['reward'].name}: reads completion_ids, which no platform sends" in err


def test_what_a_package_brings_is_not_said_of_the_run_and_holds_in_another_run(run, audit, package, task):
    audit(package("--platform", "hyperpod"), "--out", "run", "-q")
    other = task["reward"].with_name("other.py")
    other.write_text(
        "def compute_score(data_source, solution_str, ground_truth, extra_info=None):\n"
        "    return float(solution_str == ground_truth)\n"
    )
    assert "entry" not in json.loads(Path("run/run.json").read_text())["settings"]
    _, out, err = run("score", "run", other, "--format", "json", "-q")
    assert (err, json.loads(out)["provenance"]["platform"]) == ("", "smtj")
    audit(other, "--out", "named", "--entry", "compute_score", "--platform", "serverless", "-q")
    code, out, err = run("score", "named", "reward.zip", "--format", "json", "-q")
    ours = json.loads(out)["provenance"]["reward"]
    assert (code, err, ours["entry"], ours["platform"]) == (4, "", "score", "hyperpod")


def test_an_error_names_the_file_in_the_package(run, write_package, task):
    package = write_package("", files={"reward.py": b"import math\nVALUE = math.nothing\n"})
    code, _, err = run("check", package, task["prompts"])
    assert (code, "rewardlab-" in err) == (2, False)
    assert "package.zip/reward.py" in err


TOP_LEVEL = """
def lambda_handler(event, context):
    return [
        {"id": s["id"], "aggregate_reward_score": float(s["messages"][-1]["content"] == s["reference_answer"])}
        for s in event
    ]
"""


def test_a_handler_that_reads_the_other_place_is_proven_as_it_was_audited(run, audit, package, task):
    task["reward"].write_text(TOP_LEVEL)
    package("--platform", "bedrock")
    _, report, err = audit("reward.zip", "--out", "run", "-q")
    assert err == ""
    assert report["provenance"]["reward"]["place"] == "top"
    assert report["reward"]["outcomes"]["scored"] == 20
    code, text, err = run("prove", "reward.zip", "--run", "run")
    assert code == 0, text + err
