"""The fence around a reward, by the kernel of this machine: what passes, what does not, and what is told of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from rewardlab.errors import RewardError
from rewardlab.outcome import Unscored
from rewardlab.rewards.fence.available import probe
from rewardlab.rewards.isolation.process import Answer, RewardSource, WorkerProcess

ROOT = Path(__file__).parents[3]


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


def test_this_machine_fences_whole(ask):
    """The tests below say what the kernel does: they are of no worth where it does nothing."""
    built = probe()
    assert built.files >= 1
    assert (built.own_tmp, built.network, built.why) == (True, "namespace", "")


def test_a_file_outside_is_not_read_and_the_failure_says_which_option_allows_it(ask, outside):
    reply, _ = ask(f"return pathlib.Path({str(outside)!r}).read_text()")
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
    assert reply.results == 0.0
    assert denied == [f"reading {outside} (--reward-files {outside} allows it)"]


def test_one_while_the_module_is_loaded_too(ask, outside):
    with pytest.raises(RewardError, match=rf"the fence denied reading {outside} \(--reward-files {outside}"):
        ask("return 1", top=f"WORDS = open({str(outside)!r}).read()")


@pytest.mark.parametrize(
    "deed",
    [
        "open({outside!r}, 'a').write('x')",
        "os.remove({outside!r})",
        "os.rename({outside!r}, {outside!r} + '.moved')",
        "os.truncate({outside!r}, 0)",
        "os.symlink('/etc', os.path.dirname({outside!r}) + '/link')",
        "os.link({outside!r}, 'linked') or open('linked').read()",
        "os.symlink({outside!r}, 'soft') or open('soft').read()",
        "os.mkdir(os.path.dirname({outside!r}) + '/folder')",
        "os.listdir(os.path.dirname(os.path.dirname({outside!r})) + '/..')",
        "open(f'/proc/{{os.getppid()}}/environ').read()",
        "open(f'/proc/{{os.getppid()}}/cmdline').read()",
        "os.kill(os.getppid(), 0)",
        "open('/etc/shadow').read()",
        "__import__('subprocess').run(['cat', {outside!r}], check=True)",
        "__import__('subprocess').run([sys.executable, '-c', 'open(' + repr({outside!r}) + ')'], check=True)",
        "__import__('ctypes').CDLL(None).mount(b'none', b'/mnt', b'tmpfs', 0, None) and 1 / 0",
    ],
)
def test_nothing_outside_is_changed_listed_or_reached_by_another_way(ask, outside, deed):
    reply, _ = ask(f"{deed.format(outside=str(outside))}\nreturn 'done'")
    assert isinstance(reply, Unscored), reply
    assert outside.read_text() == "a secret"


def test_the_reward_keeps_its_folder_its_temporary_files_and_its_children(ask, place):
    (place / "reward" / "table.json").write_text("[1, 2]")
    reply, denied = ask(
        """
        import asyncio, json, multiprocessing, socket, subprocess, tempfile

        async def later():
            return 3

        pathlib.Path("written.txt").write_text("x")
        pathlib.Path("/tmp/lambda.txt").write_text("x")
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"x")
        program = [sys.executable, "-c", "import json; print(1 + 1)"]
        with multiprocessing.Pool(2) as fork, multiprocessing.get_context("spawn").Pool(1) as spawn:
            pools = fork.map(abs, [-1]) + spawn.map(abs, [-2])
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname()).close()
        return [
            json.loads((pathlib.Path(__file__).parent / "table.json").read_text()),
            subprocess.run(program, capture_output=True, text=True, check=True).stdout,
            subprocess.run("echo x | cat", shell=True, capture_output=True, text=True, check=True).stdout,
            pools, asyncio.run(later()), os.getcwd(), os.listdir("/tmp") != [],
        ]
        """
    )
    assert isinstance(reply, Answer), reply
    assert reply.results == [[1, 2], "2\n", "x\n", [1, 2], 3, str(place / "reward"), True]
    assert denied == []
    assert (place / "reward" / "written.txt").exists()
    assert not Path("/tmp/lambda.txt").exists(), "the /tmp that it saw was its own"


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
    assert reply.results == [["mine.txt"], "x"]


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


def test_a_file_of_the_machines_tmp_is_not_there_and_the_failure_says_why(ask, tmp_path):
    path = tmp_path / "words.txt"
    path.write_text("x")
    reply, _ = ask(f"return open({str(path)!r}).read()")
    assert f"[the fence denied the machine's {path} (--reward-files {path} allows it)]" in reply.detail
    assert ask(f"return open({str(path)!r}).read()", files=(str(path),))[0].results == "x"


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
    assert reply.detail.endswith(
        f"[the fence denied {words}, for its home is its own (--reward-files {words} allows it)]"
    )
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
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        reply, _ = ask(DIAL.format(host=host, port=port, handle="raise"))
        assert isinstance(reply, Unscored)
        assert f"reaching {host}:{port} (--reward-network allows it)" in reply.detail
        opened, denied = ask(DIAL.format(host="127.0.0.1", port=port, handle="raise"), network=True)
    assert (opened.results, denied) == ("reached", [])


def test_a_request_that_was_swallowed_is_told(ask):
    _, denied = ask(DIAL.format(host="203.0.113.7", port=80, handle="return 0.0"))
    assert denied == ["reaching 203.0.113.7:80 (--reward-network allows it)"]


def test_a_reward_in_the_users_home_reads_what_lies_beside_it_and_not_the_rest(place, monkeypatch):
    monkeypatch.setenv("HOME", str(place))
    (place / ".aws").mkdir()
    for name in (".aws/credentials", ".token", "words.txt"):
        (place / name).write_text(name)
    path = place / "reward.py"
    path.write_text(
        "import helper\ndef lambda_handler(event, context):\n    seen = []\n"
        "    for name in ('words.txt', '.token', '.aws/credentials'):\n        try:\n"
        f"            seen.append(open({str(place)!r} + '/' + name).read())\n        except PermissionError:\n"
        "            seen.append(None)\n    return seen\n"
    )
    (place / "helper.py").write_text("")
    worker = WorkerProcess(RewardSource(path, None, 20, 512), log=place / "log")
    assert worker.invoke(b"[]").results == ["words.txt", None, None]
    worker.close()


LESS = """
import errno, pathlib, struct, sys
sys.path.insert(0, {root!r})
from rewardlab.rewards.fence.calls_filter import ALLOW, EQUALS, FAIL, FIRST, KNOWN, LOAD, RETURN
from rewardlab.rewards.fence.kernel import PR_SET_NO_NEW_PRIVS, filter_calls, prctl
import os
unshare, prctl_number = {{"x86_64": (272, 157), "aarch64": (97, 167)}}[os.uname().machine]
refused = {{"namespaces": unshare, "landlock": 444}}
steps = [(LOAD, 0, 0, 0)]
for name in {without!r}:
    if name in refused:
        steps += [(EQUALS, 0, 1, refused[name]), (RETURN, 0, 0, FAIL | errno.EPERM)]
if "filter" in {without!r}:
    steps += [(EQUALS, 0, 3, prctl_number), (LOAD, 0, 0, FIRST), (EQUALS, 0, 1, 22), (RETURN, 0, 0, FAIL | errno.EPERM)]
steps += [(RETURN, 0, 0, ALLOW)]
prctl(PR_SET_NO_NEW_PRIVS)
filter_calls(b"".join(struct.pack("=HBBI", *step) for step in steps))
from rewardlab.rewards.fence.available import fence_notes, words_of
from rewardlab.rewards.isolation.process import RewardSource, WorkerProcess
worker = WorkerProcess(RewardSource(pathlib.Path({path!r}), None, 30, 512), log=pathlib.Path({log!r}))
built = worker.start().fence
print(built.files > 0, built.own_tmp, built.network)
print(worker.invoke(b"[]").results)
print(*fence_notes(built, []))
print(words_of(built))
worker.close()
"""
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


@pytest.mark.parametrize(
    ("without", "built", "allowed", "lacking"),
    [
        (("namespaces",), "True False filter", "[False, False, False, False]", ""),
        (("namespaces", "filter"), "True False ports", "[False, False, False, False]", "of the network TCP only"),
        (("landlock",), "False True namespace", "[True, False, True, False]", "what you may but in your home folder"),
        (("landlock", "namespaces"), "False False filter", "[True, True, True, False]", "files are not"),
        (("landlock", "namespaces", "filter"), "False False ", "[True, True, True, True]", "files are not"),
    ],
)  # fmt: skip
def test_a_kernel_that_allows_less_fences_less_and_says_so(place, outside, without, built, allowed, lacking):
    """A filter of calls takes away what containers and older kernels lack; the rest is the kernel's own answer."""
    import socket

    folder, home = place / "reward", place / "home"
    folder.mkdir()
    home.mkdir()
    (home / "token").write_text("x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        reward = TRIES.format(outside=str(outside), home=str(home), port=server.getsockname()[1])
        (folder / "reward.py").write_text(reward)
        script = LESS.format(root=str(ROOT), without=without, path=str(folder / "reward.py"), log=str(place / "log"))
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=os.environ | {"HOME": str(home)},
        )
    Path("/tmp/rewardlab-fence-test").unlink(missing_ok=True)
    assert done.returncode == 0, done.stderr
    stands, tried, note, words = done.stdout.rstrip("\n").split("\n")
    assert (stands, tried) == (built, allowed)
    assert (lacking in note) if lacking else note == ""
    assert "Operation not permitted" in words
