"""What a reward is handed, and that the audit's own environment is closed to it."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

from rewardlab.errors import RewardError
from rewardlab.rewards.isolation.environment import environment_of
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.source import RewardSource

ROOT = Path(__file__).parents[3]
TELL = """
import os, pathlib, stat, tempfile, time

def lambda_handler(event, context):
    home, temporary = pathlib.Path.home(), pathlib.Path(tempfile.gettempdir())
    (home / "note").write_text("x"), (temporary / "note").write_text("x")
    return {
        "home": str(home), "temporary": str(temporary), "mode": stat.S_IMODE(home.parent.stat().st_mode),
        "zone": time.tzname[0], "names": sorted(os.environ), "metadata": os.environ.get("AWS_EC2_METADATA_DISABLED"),
        "profile": open(os.environ["AWS_SHARED_CREDENTIALS_FILE"]).read(), "cwd": os.getcwd(),
    }
"""
SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "HF_TOKEN", "OPENAI_API_KEY", "SSH_AUTH_SOCK", "NETRC")


@pytest.fixture
def worker(write_reward, tmp_path):
    made = WorkerProcess(RewardSource(write_reward(TELL), None, 20, 512), log=tmp_path / "log")
    yield made
    made.close()


def test_a_reward_has_a_home_and_a_temporary_folder_of_its_own(worker, tmp_path):
    told = worker.invoke(b"[]").results
    assert Path(told["home"]) != Path.home()
    assert Path(told["home"]).parent == Path(told["temporary"]).parent
    assert (told["mode"], told["cwd"]) == (0o700, str(tmp_path))
    worker.close()
    assert not Path(told["home"]).parent.exists(), "it goes with the worker"


def test_a_reward_gets_no_credentials_and_no_way_to_any(worker, monkeypatch):
    for name in SECRETS:
        monkeypatch.setenv(name, "x")
    told = worker.invoke(b"[]").results
    assert not set(SECRETS) & set(told["names"])
    assert (told["metadata"], told["profile"]) == ("true", "")


def test_the_time_is_utc_as_on_lambda(worker, monkeypatch):
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    assert worker.invoke(b"[]").results["zone"] == "UTC"


def test_a_variable_that_is_asked_for_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_CONFIG_FILE", "/mine")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    found = environment_of(("AWS_CONFIG_FILE", "TZ"), tmp_path)
    assert (found["AWS_CONFIG_FILE"], found["TZ"]) == ("/mine", "Asia/Tokyo")
    assert found["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_what_pip_installed_for_this_user_is_still_imported(tmp_path, monkeypatch):
    """Its place is below HOME, and HOME is another: the worker's own modules may lie there."""
    found = environment_of((), tmp_path)
    assert found["PYTHONUSERBASE"] == site.getuserbase()
    assert not Path(found["PYTHONUSERBASE"]).is_relative_to(tmp_path)
    base = subprocess.run(
        [sys.executable, "-c", "import site; print(site.getusersitepackages())"],
        capture_output=True, text=True, check=True, env=found,
    )  # fmt: skip
    assert base.stdout.strip() == site.getusersitepackages()


def test_one_that_is_not_set_is_named_with_the_option_and_no_folder_is_left(monkeypatch, write_reward, tmp_path):
    monkeypatch.delenv("JUDGE_KEY", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    worker = WorkerProcess(RewardSource(write_reward(TELL), None, 20, 512, ("JUDGE_KEY",)), log=tmp_path / "log")
    with pytest.raises(RewardError, match=r"--reward-env: JUDGE_KEY is not set"):
        worker.start()
    worker.close()
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == []


#: Root may read every process: where the tests run as root, both ends become nobody, once they have imported.
NOBODY = """
import ctypes, os
if os.getuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # a change of user seals a process too
"""
VICTIM = f"""
import psutil, sys, time
from rewardlab.rewards.isolation.custody import seal
{NOBODY}
if sys.argv[1] == "sealed":
    seal()
    own = psutil.Process()
    assert own.memory_info().rss and own.cpu_times().user >= 0 and own.num_threads() and own.cmdline()
    assert os.listdir("/proc/self/fd") and open("/dev/fd/0").read() == ""
    assert open("/proc/self/schedstat").read()
print("up", flush=True)
time.sleep(60)
"""
SPY = f"import sys\n{NOBODY}\nprint(b'SECRET' in open(f'/proc/{{sys.argv[1]}}/environ', 'rb').read())"


@pytest.mark.parametrize(("state", "read"), [("open", True), ("sealed", False)])
def test_the_audits_environment_cannot_be_read_by_another_process_of_the_user(state, read):
    with subprocess.Popen(
        [sys.executable, "-c", VICTIM, state],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        env={"SECRET": "x", "PATH": os.environ["PATH"]},
        cwd=ROOT,
    ) as victim:
        assert victim.stdout is not None
        assert victim.stdout.readline() == "up\n"
        spy = subprocess.run(
            [sys.executable, "-c", SPY, str(victim.pid)], capture_output=True, text=True, check=False, cwd=ROOT
        )
        victim.kill()
    assert spy.stdout == ("True\n" if read else "")
    assert read or "PermissionError" in spy.stderr


def test_a_worker_seals_the_process_that_starts_it(write_reward, tmp_path):
    code = f"""
import ctypes, pathlib
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.rewards.isolation.process import WorkerProcess
PR_GET_DUMPABLE = 3
before = ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)
worker = WorkerProcess(RewardSource(pathlib.Path({str(write_reward(TELL))!r}), None, 20, 512),
                       log=pathlib.Path({str(tmp_path / "log")!r}))
worker.start()
worker.close()
print(before, ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "1 0\n"
