"""The command line as a person types it: one line for each mistake, and the exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

import rewardlab
from rewardlab.cli import main
from rewardlab.findings import CATALOGUE
from rewardlab.reports.audit import Report
from rewardlab.reports.check import Checks
from rewardlab.reports.comparison import CompareReport
from rewardlab.reports.history import HistoryReport
from rewardlab.reports.section import json_schema
from rewardlab.reports.show import ShowReport
from rewardlab.reports.verification import VerifyReport
from tests.conftest import groups_of

pytestmark = pytest.mark.process


@pytest.fixture
def task(task_of):
    return task_of(groups_of({0: 40, 4: 60, 8: 20}))


def test_an_audit_prints_its_report_and_exits_with_its_verdict(run, task):
    code, out, error = run("audit", task["reward"], task["prompts"], "--model", f"recorded:{task['recorded']}")
    assert (code, error) == (0, "")
    assert out.startswith("GO  recorded:")
    assert "accuracy 41.7 %" in out


def test_the_json_report_meets_its_shipped_schema(run, task):
    code, out, _ = run(
        "audit", task["reward"], task["prompts"], "--model", f"recorded:{task['recorded']}", "--format", "json"
    )
    assert code == 0
    schema = json.loads((Path(rewardlab.__file__).parent / "schemas" / "report-1.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(out), schema)


@pytest.mark.parametrize(
    ("file", "report"),
    [
        ("report-1.json", Report),
        ("check-1.json", Checks),
        ("show-1.json", ShowReport),
        ("verify-1.json", VerifyReport),
        ("compare-1.json", CompareReport),
        ("history-1.json", HistoryReport),
    ],
)
def test_the_shipped_schemas_are_the_reports_own(file, report):
    shipped = json.loads((Path(rewardlab.__file__).parent / "schemas" / file).read_text())
    assert shipped == json_schema(report), "run docs/write_schemas.py"


def test_output_goes_to_the_file_that_is_named(run, task, tmp_path):
    options = ["--model", f"recorded:{task['recorded']}", "--format", "json", "--output", tmp_path / "r.json"]
    assert run("audit", task["reward"], task["prompts"], *options)[:2] == (0, "")
    assert json.loads((tmp_path / "r.json").read_text())["verdict"] == "go"
    code, _, error = run("audit", task["reward"], task["prompts"], *options[:-1], tmp_path / "no" / "r.json")
    assert code == 2
    assert "cannot be written" in error


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-n", "0"], "--num-generations: '0' is not allowed; expected greater than or equal to 1"),
        (["-n", "many"], "--num-generations: 'many' is not allowed; expected integer"),
        (["--band", "0.95,0.05"], "--band: 0.95,0.05 is upside down; expected LO below HI"),
        (["--band", "0.5"], "--band: expected two numbers, LO,HI"),
        (["--band", "5,95"], "--band: 5,95 leaves 0,1; expected shares"),
        (["--band", "nan,1"], "--band: 'nan' is not allowed"),
        (["--band-on", "luck"], "--band-on: 'luck' is not allowed; expected 'accuracy' or 'solved'"),
        (["--temperature", "-1"], "--temperature: '-1' is not allowed"),
        (["--min-informative", "2"], "--min-informative: '2' is not allowed"),
        (
            ["--platform", "azure"],
            "--platform: no platform 'azure'; expected one of smtj, hyperpod, bedrock, rft-eval, ",
        ),
        (["--engine-option", "x"], "--engine-option: 'x' is no option; expected NAME=VALUE"),
        (["--engine-option", "x=1"], "the recorded engine has no option 'x'"),
        (["--model", "vlm:some"], "no engine 'vlm' in the model 'vlm:some'; expected one of vllm"),
        (["--model", "recorded:nowhere.jsonl"], "nowhere.jsonl: cannot be read"),
        (["--nonsense"], "No such option '--nonsense'"),
        (["--entry", "nope"], "defines no function 'nope'; it defines score"),
    ],
)
def test_a_mistaken_option_is_one_line_and_exit_2(run, task, options, message):
    code, out, error = run(
        "audit", task["reward"], task["prompts"], "--model", f"recorded:{task['recorded']}", *options
    )
    assert (code, out) == (2, "")
    assert error.startswith("rewardlab: ")
    assert message in error
    assert error.count("\n") == 1


def test_missing_files_are_one_line_and_exit_2(run, task, tmp_path):
    for arguments in (
        (tmp_path / "no.py", task["prompts"]),
        (task["reward"], tmp_path / "no.jsonl"),
        (tmp_path, tmp_path),
    ):
        code, out, error = run("audit", *arguments, "--model", f"recorded:{task['recorded']}")
        assert (code, out, error.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("temprature = 1", "rewardlab.toml:1: unknown key 'temprature'; expected perhaps temperature; one of "),
        ("seed = 0\nband = [0.9, 0.1]", "rewardlab.toml:2: 0.9,0.1 is upside down"),
        ("seed = 0\n\nnum_generations = 0", "rewardlab.toml:3: 0 is not allowed"),
        ("seed = 1\nx = [", "rewardlab.toml: not readable as TOML"),
        ("seed = 1\n= 2\n", "rewardlab.toml:2: not readable as TOML"),
    ],
)
def test_a_mistake_in_the_settings_file_is_told_with_its_line(run, task, tmp_path, text, message):
    (tmp_path / "rewardlab.toml").write_text(text)
    code, _, error = run("audit", task["reward"], task["prompts"])
    assert code == 2
    assert message in error


def test_settings_come_from_the_line_then_this_folder_then_the_prompts(run, task, tmp_path, monkeypatch):
    (tmp_path / "rewardlab.toml").write_text("num_generations = 4\nseed = 5")
    (tmp_path / "own.toml").write_text('model = "recorded:recorded.jsonl"\nmin_informative = 0.3')
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here" / "rewardlab.toml").write_text("seed = 6\nband = [0.1, 0.9]")
    main(
        [
            "audit",
            str(task["reward"]),
            str(task["prompts"]),
            "-q",
            "--band",
            "0.2,0.8",
            "--out",
            "run",
            "--config",
            "../own.toml",
        ]
    )
    report = rewardlab.read_report("run")
    assert report.baseline.num_generations == 4
    assert report.provenance["sampling"]["seed"] == 6
    assert report.baseline.band == (0.2, 0.8)


def test_sample_then_score_then_report(run, task, tmp_path):
    code, out, _ = run("sample", task["prompts"], "--model", f"recorded:{task['recorded']}", "--out", tmp_path / "r")
    assert (code, out) == (0, f"{tmp_path / 'r'}\n")
    assert run("report", tmp_path / "r")[0] == 2
    code, out, _ = run("score", tmp_path / "r", task["reward"])
    assert (code, out.split()[0]) == (0, "GO")
    code, out, _ = run("report", tmp_path / "r", "--band", "0.9,0.95", "--format", "json")
    assert (code, json.loads(out)["reasons"]) == (1, ["RL601"])


def test_a_command_without_a_run_says_so(run, tmp_path, task):
    assert (
        run("report", tmp_path / "none")[2]
        == f"rewardlab: {tmp_path / 'none'}: no such run directory; expected a folder that an audit wrote\n"
    )
    assert run("score", tmp_path, task["reward"])[0] == 2


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_finding_is_explained(run, code):
    exit_code, out, _ = run("explain", code.lower())
    assert exit_code == 0
    assert out.startswith(f"{code}: ")
    assert "Why it matters" in out


def test_an_unknown_finding_lists_its_family(run):
    code, _, error = run("explain", "RL699")
    assert code == 2
    assert "no finding 'RL699'; expected one of RL601, RL602, RL603, RL604" in error
    assert "rewardlab explain lists them all" in run("explain", "RL999")[2]
    assert len(run("explain")[1].splitlines()) == len(CATALOGUE)


def test_the_doctor_shows_engines_and_credentials(run, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    code, out, _ = run("doctor")
    assert code == 0
    assert "engine vllm" in out
    assert "gpu" in out
    assert "key not set" in out


def test_the_version_is_printed(run):
    assert run("--version")[:2] == (0, f"rewardlab {rewardlab.__version__}\n")


def test_without_a_command_the_help_is_shown(run):
    code, _, error = run()
    assert code == 2
    assert "audit" in error


def test_an_unknown_command_is_exit_2(run):
    code, _, error = run("audti")
    assert code == 2
    assert error.startswith("rewardlab: no command 'audti'; expected perhaps audit; one of audit, check, agree, ")


def test_a_bug_is_exit_3_with_its_traceback(run, task, monkeypatch):
    monkeypatch.setattr("rewardlab.commands.audit.run_audit", lambda *_, **__: 1 / 0)
    code, _, error = run("audit", task["reward"], task["prompts"])
    assert code == 3
    assert "ZeroDivisionError" in error
    assert error.splitlines()[-1] == "rewardlab: a bug in rewardlab; please report the lines above"


def test_a_reader_that_stops_reading_is_no_error(task, tmp_path):
    command = f"{sys.executable} -m rewardlab explain | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.startswith("RL101")
    assert done.stderr == ""


def test_a_reader_that_went_before_the_report_is_no_verdict(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "rewardlab", "explain"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, cwd=tmp_path, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_a_full_disk_is_no_bug():
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        command = [sys.executable, "-m", "rewardlab", "explain"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "rewardlab: cannot be written (No space left on device); free some space, or name another folder\n"
    )


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGHUP])
def test_a_scheduler_that_ends_a_check_leaves_nothing_behind(task, tmp_path, sent):
    folder = tmp_path / "temporary"
    folder.mkdir()
    task["reward"].write_text("import time\ndef score(completion, reference):\n    time.sleep(9)\n    return 1.0\n")
    command = [sys.executable, "-m", "rewardlab", "check", task["reward"], task["prompts"]]
    environment = os.environ | {"TMPDIR": str(folder)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as checking:
        while not list(folder.glob("rewardlab-*/reward.log")):  # it has begun
            time.sleep(0.02)
        checking.send_signal(sent)
        said = checking.communicate()[1]
    assert (checking.returncode, said.strip()) == (130, "rewardlab: interrupted; the same command begins anew")
    assert list(folder.iterdir()) == []


def test_notes_reach_a_pipelines_log_unless_quiet(run, task):
    rows = task["recorded"].read_text().splitlines()
    task["recorded"].write_text("\n".join(rows[8:]))
    arguments = ["audit", task["reward"], task["prompts"], "--model", f"recorded:{task['recorded']}"]
    assert "1 prompts have no recorded generation" in run(*arguments)[2]
    assert run(*arguments, "-q")[2] == ""


def test_an_edited_import_of_the_reward_is_scored_anew_and_an_unchanged_one_is_not(run, task_of):
    task = task_of(groups_of({4: 110}))
    line = "    return float(completion.strip() == reference)\n"
    task["reward"].write_text(
        "from rule import right\n\ndef score(completion, reference):\n    return right(completion, reference)\n"
    )
    rule = task["reward"].with_name("rule.py")
    rule.write_text(f"def right(completion, reference):\n{line}")
    options = ["--model", f"recorded:{task['recorded']}", "--out", "run", "--format", "json"]

    def accuracy() -> float:
        _, out, _ = run("audit", task["reward"], task["prompts"], *options)
        return json.loads(out)["baseline"]["accuracy"]["estimate"]

    assert (accuracy(), accuracy()) == (0.5, 0.5)
    assert len(list(Path("run/scores").iterdir())) == 1
    rule.write_text(f"def right(completion, reference):\n    if completion == '0': return 1.0\n{line}")
    assert accuracy() == 1.0
    assert len(list(Path("run/scores").iterdir())) == 2


def test_every_public_name_is_there_and_audit_stays_a_function():
    code = "import rewardlab as r; [getattr(r, name) for name in r.__all__]; print(callable(r.audit))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


@pytest.mark.process
@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("rewardlab com", "plain,compare"),
        ("rewardlab audit --form", "plain,--format"),
        ("rewardlab audit --format ju", "plain,junit"),
        ("rewardlab explain rl407", "plain,RL407"),
        ("rewardlab init --for ver", "plain,verl\nplain,verifiers"),
    ],
)
def test_the_shell_completes_commands_options_and_values(words, completed):
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1), "_REWARDLAB_COMPLETE": "bash_complete"}
    program = Path(sys.executable).with_name("rewardlab")
    done = subprocess.run([program], env={**os.environ, **asked}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == completed
