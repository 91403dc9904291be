"""The fence around a reward, by the kernel of this machine: what passes, what does not, and what is told of it.

A kernel may lack what part of the fence is built from. Then the part of it that stands is tested, and that the rest is
told; `test_fence_less.py` runs this file where parts are taken away.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from rewardlab.errors import RewardError
from rewardlab.outcome import Unscored
from rewardlab.rewards.fence.available import note_of, probe
from rewardlab.rewards.isolation.custody import seal
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.reply import Answer
from rewardlab.rewards.isolation.source import RewardSource
from tests.kernels import ROOT, kernel_here, without

KERNEL = kernel_here()
FENCE = KERNEL.fence()


@pytest.fixture
def place():
    """A folder that lies in no temporary folder that the fence makes the reward's own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        yield Path(name)


@pytest.fixture
def ask(place):
    """What a handler with this body answers to an empty event, from a folder of its own; then what was denied."""
    folder = place / "reward"
    folder.mkdir()

    def run(body, *, top="", files=(), network=False, memory=512):
        code = f"import os, pathlib, sys\n{textwrap.dedent(top)}\ndef lambda_handler(event, context):\n"
        (folder / "reward.py").write_text(code + textwrap.indent(textwrap.dedent(body), "    "))
        source = RewardSource(folder / "reward.py", None, 30, memory, files=files, network=network)
        worker = WorkerProcess(source, log=place / "log")
        try:
            return worker.invoke(b"[]"), list(worker.denied)
        finally:
            worker.close()

    return run


@pytest.fixture
def outside(place):
    path = place / "outside.txt"
    path.write_text("a secret")
    return path


def test_the_fence_is_what_this_machines_kernel_can_build_and_the_rest_is_told():
    built = probe()
    assert replace(built, no_home=FENCE.no_home, why="") == FENCE, "the trial has no home to hide"
    assert (built.why == "") == (KERNEL.landlock > 0 and KERNEL.mounts and KERNEL.filter)
    note = note_of(built) or ""
    assert ("files are not" in note) == (not KERNEL.landlock)
    assert ("the network is not" in note) == (FENCE.network == "")


def test_a_file_outside_is_not_read_and_the_failure_says_which_option_allows_it(ask, outside):
    reply, _ = ask(f"return pathlib.Path({str(outside)!r}).read_text()")
    if not KERNEL.landlock:
        assert reply.results == "a secret"
        return
    assert isinstance(reply, Unscored)
    assert reply.detail.startswith("PermissionError: [Errno 13] Permission denied")
    assert reply.detail.endswith(f"[the fence denied reading {outside} (--reward-files {outside} allows it)]")


def test_what_is_allowed_by_name_is_read_and_written(ask, outside):
    reply, denied = ask(
        f"path = pathlib.Path({str(outside)!r})\npath.write_text(path.read_text() + '!')\nreturn path.read_text()",
        files=(str(outside),),
    )
    assert (reply.results, denied) == ("a secret!", [])


def test_a_denial_behind_an_except_is_told_all_the_same(ask, outside):
    reply, denied = ask(f"try:\n    return open({str(outside)!r}).read()\nexcept OSError:\n    return 0.0")
    if not KERNEL.landlock:
        assert (reply.results, denied) == ("a secret", [])
        return
    assert reply.results == 0.0
    assert denied == [f"reading {outside} (--reward-files {outside} allows it)"]


def test_one_while_the_module_is_loaded_too(ask, outside):
    if not KERNEL.landlock:
        assert ask("return WORDS", top=f"WORDS = open({str(outside)!r}).read()")[0].results == "a secret"
        return
    with pytest.raises(RewardError, match=rf"the fence denied reading {outside} \(--reward-files {outside}"):
        ask("return 1", top=f"WORDS = open({str(outside)!r}).read()")


#: What code may try, and the version of Landlock that stops it; None where another part of every fence does, ROOT_ONLY
#: where nobody but root gets at it anyway.
ROOT_ONLY = 0
DEEDS = {
    "open({outside!r}, 'a').write('x')": 1,
    "os.remove({outside!r})": 1,
    "os.rename({outside!r}, {outside!r} + '.moved')": 1,
    "os.truncate({outside!r}, 0)": 3,
    "os.symlink('/etc', os.path.dirname({outside!r}) + '/link')": 1,
    "os.link({outside!r}, 'linked') or open('linked').read()": 1,
    "os.symlink({outside!r}, 'soft') or open('soft').read()": 1,
    "os.mkdir(os.path.dirname({outside!r}) + '/folder')": 1,
    "os.listdir(os.path.dirname(os.path.dirname({outside!r})) + '/..')": 1,
    "open(f'/proc/{{os.getppid()}}/environ').read()": None,
    "open(f'/proc/{{os.getppid()}}/cmdline').read()": 1,
    "os.kill(os.getppid(), 0)": 6,
    "open('/etc/shadow').read()": ROOT_ONLY,
    "__import__('subprocess').run(['cat', {outside!r}], check=True)": 1,
    "__import__('subprocess').run([sys.executable, '-c', 'open(' + repr({outside!r}) + ')'], check=True)": 1,
    "__import__('ctypes').CDLL(None).mount(b'none', b'/mnt', b'tmpfs', 0, None) and 1 / 0": None,
}


@pytest.mark.parametrize("deed", DEEDS)
def test_nothing_outside_is_changed_listed_or_reached_by_another_way(ask, outside, deed):
    seal()  # as the command line does before it starts a reward
    since = DEEDS[deed]
    if since == ROOT_ONLY:
        since = 1 if os.geteuid() == 0 else None
    reply, _ = ask(f"{deed.format(outside=str(outside))}\nreturn 'done'")
    if since is not None and KERNEL.landlock < since:
        assert reply.results == "done", "what the report says is not fenced"
        return
    assert isinstance(reply, Unscored), reply
    assert outside.read_text() == "a secret"


def test_the_reward_keeps_its_folder_its_temporary_files_and_its_children(ask, place):
    (place / "reward" / "table.json").write_text("[1, 2]")
    reply, denied = ask(
        """
        import asyncio, json, multiprocessing, subprocess, tempfile

        async def later():
            return 3

        pathlib.Path("written.txt").write_text("x")
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"x")
        program = [sys.executable, "-c", "import json; print(1 + 1)"]
        with multiprocessing.Pool(2) as fork, multiprocessing.get_context("spawn").Pool(1) as spawn:
            pools = fork.map(abs, [-1]) + spawn.map(abs, [-2])
        return [
            json.loads((pathlib.Path(__file__).parent / "table.json").read_text()),
            subprocess.run(program, capture_output=True, text=True, check=True).stdout,
            subprocess.run("echo x | cat", shell=True, capture_output=True, text=True, check=True).stdout,
            pools, asyncio.run(later()), os.getcwd(),
        ]
        """
    )
    assert isinstance(reply, Answer), reply
    assert reply.results == [[1, 2], "2\n", "x\n", [1, 2], 3, str(place / "reward")]
    assert denied == []
    assert (place / "reward" / "written.txt").exists()


def test_what_it_writes_to_tmp_nobody_else_sees(ask):
    written = Path("/tmp/rewardlab-lambda.txt")
    written.unlink(missing_ok=True)
    reply, _ = ask(f"pathlib.Path({str(written)!r}).write_text('x')\nreturn os.listdir('/tmp') != []")
    if FENCE.own_tmp:
        assert (reply.results, written.exists()) == (True, False)
    elif FENCE.files:
        assert f"[the fence denied writing {written}" in reply.detail
    else:
        assert (reply.results, written.exists()) == (True, True)
    written.unlink(missing_ok=True)


def test_it_reaches_itself_where_the_network_is_closed_by_one_of_its_own(ask):
    reply, _ = ask(
        """
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname()).close()
        return True
        """,
        top="import socket",
    )
    if FENCE.network in {"namespace", ""}:
        assert reply.results is True
    else:
        assert "Permission denied" in reply.detail


def test_what_others_run_in_its_folder_is_read_only(ask, place):
    (place / "reward" / ".git" / "hooks").mkdir(parents=True)
    (place / "reward" / ".git" / "config").write_text("x")
    (place / "reward" / "venv").mkdir()
    reply, _ = ask(
        """
        made = []
        for name in (".git/hooks/post-checkout", ".git/config", "venv/x.pth", "mine.txt"):
            try:
                pathlib.Path(name).write_text("y")
                made.append(name)
            except OSError:
                pass
        return [made, pathlib.Path(".git/config").read_text()]
        """
    )
    every = [".git/hooks/post-checkout", ".git/config", "venv/x.pth", "mine.txt"]
    assert reply.results == ([["mine.txt"], "x"] if FENCE.own_tmp else [every, "y"])


def test_the_libraries_of_rewards_load_and_compute(ask):
    reply, denied = ask(
        """
        both = [math_verify.parse(text) for text in ("$1/2$", "$0.5$")]
        return [bool(math_verify.verify(*both)), float(numpy.ones((9, 9)).sum()), float((torch.ones(9) * 2).sum()),
                str(sympy.simplify("x + x")), transformers.__version__ != ""]
        """,
        top="import math_verify, numpy, sympy, torch, transformers",
        memory=4096,
    )
    assert isinstance(reply, Answer), reply
    assert (reply.results, denied) == ([True, 81.0, 18.0, "2*x", True], [])


def test_a_file_of_the_machines_tmp_is_not_there_and_the_failure_says_why(ask):
    with tempfile.NamedTemporaryFile("w", dir="/tmp") as file:
        file.write("x")
        file.flush()
        path = file.name
        reply, _ = ask(f"return open({path!r}).read()")
        if FENCE.own_tmp or FENCE.files:
            what = f"the machine's {path}" if FENCE.own_tmp else f"reading {path}"
            assert f"[the fence denied {what} (--reward-files {path} allows it)]" in reply.detail
        else:
            assert reply.results == "x"
        assert ask(f"return open({path!r}).read()", files=(path,))[0].results == "x"


def test_what_is_allowed_of_the_users_home_lies_in_the_rewards_too(ask, place, monkeypatch):
    monkeypatch.setenv("HOME", str(place / "home"))
    words = place / "home" / ".cache" / "words"
    words.mkdir(parents=True)
    (words / "list.txt").write_text("x")
    body = """
    path = pathlib.Path.home() / ".cache" / "words" / "list.txt"
    if not path.exists():
        raise LookupError(f"no words; searched {path.parent!s}")
    return path.read_text()
    """
    reply, _ = ask(body)
    told = f"[the fence denied {words}, for its home is its own (--reward-files {words} allows it)]"
    assert reply.detail.startswith("LookupError: no words; searched ")
    # Where the home is hidden for want of better, a worker cannot know what lies in it.
    assert reply.detail.endswith(told) is not FENCE.no_home
    assert ask(body, files=(str(words),))[0].results == "x"


DIAL = """
import socket
try:
    socket.create_connection(({host!r}, {port}), 2).close()
except OSError as error:
    {handle}
return 'reached'
"""


@pytest.mark.parametrize("host", ["127.0.0.1", "203.0.113.7", "reward.invalid"])
def test_no_other_machine_is_reached_and_the_failure_says_which_option_allows_it(ask, host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        reply, _ = ask(DIAL.format(host=host, port=port, handle="raise"))
        if FENCE.network == "" and host == "127.0.0.1":
            assert reply.results == "reached"
        elif FENCE.network == "":
            assert "fence" not in reply.detail
        else:
            # A filter of calls refuses the socket before it is told whom it is for.
            what = (
                "opening a socket" if FENCE.network == "filter" and host == "127.0.0.1" else f"reaching {host}:{port}"
            )
            assert f"{what} (--reward-network allows it)" in reply.detail
        opened, denied = ask(DIAL.format(host="127.0.0.1", port=port, handle="raise"), network=True)
    assert (opened.results, denied) == ("reached", [])


def test_a_request_that_was_swallowed_is_told(ask):
    _, denied = ask(DIAL.format(host="203.0.113.7", port=80, handle="return 0.0"))
    assert denied == (["reaching 203.0.113.7:80 (--reward-network allows it)"] if FENCE.network else [])


def test_a_reward_in_the_users_home_reads_what_lies_beside_it_and_not_the_rest(place, monkeypatch):
    monkeypatch.setenv("HOME", str(place))
    (place / ".aws").mkdir()
    for name in (".aws/credentials", ".token", "words.txt"):
        (place / name).write_text(name)
    path = place / "reward.py"
    path.write_text(
        "import helper\ndef lambda_handler(event, context):\n    seen = []\n"
        "    for name in ('words.txt', '.token', '.aws/credentials'):\n        try:\n"
        f"            seen.append(open({str(place)!r} + '/' + name).read())\n        except OSError:\n"
        "            seen.append(None)\n    return seen\n"
    )
    (place / "helper.py").write_text("")
    worker = WorkerProcess(RewardSource(path, None, 20, 512), log=place / "log")
    hidden = FENCE.files or FENCE.no_home
    assert worker.invoke(b"[]").results == ["words.txt", *((None, None) if hidden else (".token", ".aws/credentials"))]
    worker.close()


TRIES = """
import asyncio, pathlib, socket
def tried(deed):
    try:
        deed()
        return True
    except OSError:
        return False
def lambda_handler(event, context):
    asyncio.run(asyncio.sleep(0))
    return [tried(lambda: open({outside!r}).read()), tried(lambda: open({home!r} + "/token").read()),
            tried(lambda: open("/tmp/rewardlab-fence-test", "w").close()),
            tried(lambda: socket.create_connection(("127.0.0.1", {port})).close())]
"""
TELLS = """
import json, pathlib
from dataclasses import asdict
from rewardlab.rewards.fence.available import (fence_notes, words_of)
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.rewards.isolation.process import WorkerProcess
worker = WorkerProcess(RewardSource(pathlib.Path({path!r}), None, 30, 512), log=pathlib.Path({log!r}))
built = worker.start().fence
print(json.dumps([asdict(built), worker.invoke(b"[]").results, fence_notes(built, []), words_of(built)]))
worker.close()
"""


@pytest.mark.parametrize(
    "lacking",
    ["namespaces", "namespaces,filter", "landlock", "landlock,namespaces", "landlock,namespaces,filter"],
)
def test_a_kernel_that_allows_less_fences_less_and_says_so(place, outside, lacking):
    """A filter of calls takes away what containers and older kernels lack; the rest is the kernel's own answer."""
    folder, home = place / "reward", place / "home"
    folder.mkdir()
    home.mkdir()
    (home / "token").write_text("x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        reward = TRIES.format(outside=str(outside), home=str(home), port=server.getsockname()[1])
        (folder / "reward.py").write_text(reward)
        script = TELLS.format(path=str(folder / "reward.py"), log=str(place / "log"))
        done = subprocess.run(
            [sys.executable, "-m", "tests.kernels", lacking, "--", sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=os.environ | {"HOME": str(home)},
        )
    Path("/tmp/rewardlab-fence-test").unlink(missing_ok=True)
    if not KERNEL.filter:
        assert done.returncode != 0, "where no filter can be set, no kernel can be made to lack more"
        return
    assert done.returncode == 0, done.stderr
    built, tried, notes, words = json.loads(done.stdout)
    left = without(KERNEL, lacking.split(",")).fence()
    assert built | {"why": ""} == asdict(left)
    open_tmp = left.own_tmp or not left.files
    assert tried == [not left.files, not (left.files or left.no_home), open_tmp, left.network == ""]
    told = " ".join(notes)
    assert ("files are not: it may read what you may" in told) == (not left.files)
    assert ("but in your home folder" in told) == left.no_home
    assert ("the network is not" in told) == (left.network == "")
    assert ("of the network TCP only" in told) == (left.network == "ports")
    assert (notes == []) == (left.files > 0 and left.network in {"namespace", "filter"})
    assert "Operation not permitted" in words or "Function not implemented" in words
