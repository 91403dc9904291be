"""AWS's runtime client against the local Runtime API: what works there works here, and what fails is named alike."""

from __future__ import annotations

import json
import re
import subprocess
import time
import uuid
from pathlib import Path

import psutil
import pytest

from rewardlab.aws.prove import runtime as runtime_module
from rewardlab.aws.prove.runtime import Response
from rewardlab.aws.prove.runtime_api import RESPONSE_BYTES
from rewardlab.aws.prove.runtime_process import NAME, Configuration

pytestmark = pytest.mark.process

TELL = """
    import os, sys
    def lambda_handler(event, context):
        if event == "environment":
            return dict(os.environ)
        if event == "path":
            return [sys.path, os.getcwd()]
        left = context.get_remaining_time_in_millis()
        return [event, context.function_name, context.memory_limit_in_mb, context.invoked_function_arn, left,
                context.aws_request_id]
"""
FAIL = """
    import os, signal, subprocess, sys, time
    def lambda_handler(event, context):
        if isinstance(event, int):
            return "x" * event
        return {
            "sleep": lambda: time.sleep(60),
            "exit": lambda: os._exit(3),
            "leave": lambda: os._exit(0),
            "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
            "set": lambda: {1},
            "raise": lambda: print("before") or [][1],
            "bytes": lambda: b"no json",
            "allocate": lambda: time.sleep(len(bytearray(400 << 20)) and 0.3),
            "child": lambda: subprocess.Popen(["sleep", "60"]).pid,
            "wait": lambda: subprocess.run(["sleep", "60"]),
            "pid": lambda: os.getpid(),
        }[event]()
"""
WRITE = """
    import os
    def lambda_handler(event, context):
        said = {}
        for path in event:
            try:
                with open(path, "w") as file:
                    file.write("1")
                said[path] = "written"
            except OSError:
                said[path] = "refused"
        return [said, sorted(name for name in os.listdir("/tmp") if name.startswith("written"))]
"""


def body_of(reply):
    assert isinstance(reply, Response), reply
    return json.loads(reply.body)


def asked(runtime, event):
    return runtime.invoke(json.dumps(event).encode())


def test_a_function_sees_what_lambda_shows(runtime_of, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    runtime = runtime_of(TELL, timeout=7, environment={"MODEL": "m"})
    event, name, memory, arn, left, request = body_of(asked(runtime, [1, "é"]))
    assert (event, name, memory, arn) == ([1, "é"], NAME, "256", Configuration(3, 512).arn)
    assert 6000 < left <= 7000
    assert request != body_of(asked(runtime, 0))[-1]
    variables = body_of(asked(runtime, "environment"))
    path, folder = body_of(asked(runtime, "path"))
    assert variables["MODEL"] == "m"
    assert variables["_HANDLER"] == "lambda_function.lambda_handler"
    assert not {"AWS_SECRET_ACCESS_KEY", "HOME", "VIRTUAL_ENV", "USER"} & set(variables)
    assert variables["PYTHONPATH"] == variables["LAMBDA_RUNTIME_DIR"]
    assert path[0] == folder == variables["LAMBDA_TASK_ROOT"]
    assert not any("site-packages" in entry for entry in path)


def test_only_the_first_answer_of_a_process_is_cold(runtime_of):
    runtime = runtime_of(TELL)
    replies = [asked(runtime, 0) for _ in range(3)]
    assert [reply.cold for reply in replies] == [True, False, False]
    assert len(runtime.init_seconds) == 1
    assert 5 < runtime.peak_mb < 256


def test_nothing_is_writable_but_a_temporary_folder_of_ones_own(runtime_of):
    name = f"written-{uuid.uuid4().hex}"
    paths = ["inside", str(Path(__file__).with_name(name)), f"/tmp/{name}"]
    runtime = runtime_of(WRITE)
    said, held = body_of(asked(runtime, paths))
    if not runtime.isolated:
        assert subprocess.run(["unshare", "-Urm", "true"], check=False).returncode != 0
        pytest.skip("this machine allows no namespaces")
    assert (said, held) == (dict.fromkeys(paths[:2], "refused") | {paths[2]: "written"}, [name])
    assert not Path(paths[1]).exists()
    assert not Path(paths[2]).exists()
    runtime.close()
    assert body_of(asked(runtime, [])) == [{}, []]


def test_without_namespaces_the_temporary_folder_is_still_private(runtime_of):
    runtime = runtime_of(TELL)
    runtime.isolated = False
    private = Path(body_of(asked(runtime, "environment"))["TMPDIR"])
    assert private.is_dir()
    assert list(private.iterdir()) == []


def test_what_takes_too_long_is_ended_at_its_deadline(runtime_of):
    runtime = runtime_of(FAIL, timeout=0.3)
    reply = asked(runtime, "sleep")
    assert (reply.kind, reply.during_init) == ("Sandbox.Timedout", False)
    assert re.fullmatch(r"RequestId: [0-9a-f-]{36} Error: Task timed out after 0\.30 seconds", reply.message)
    assert 0.3 <= reply.seconds < 5


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("exit", "Runtime exited with error: exit status 3"),
        ("leave", "Runtime exited without providing a reason"),
        ("kill", "Runtime exited with error: signal: killed"),
    ],
)
def test_a_process_that_ends_is_told_of_as_on_lambda_and_another_is_started(runtime_of, event, message):
    runtime = runtime_of(FAIL)
    reply = asked(runtime, event)
    assert (reply.kind, reply.message.partition(" Error: ")[2]) == ("Runtime.ExitError", message)
    assert body_of(asked(runtime, 3)) == "xxx"
    assert len(runtime.init_seconds) == 2


def test_what_outgrows_its_memory_is_ended(runtime_of):
    reply = asked(runtime_of(FAIL), "allocate")
    assert reply.kind == "Runtime.OutOfMemory"
    assert "signal: killed" in reply.message
    assert reply.message.endswith("256 MB configured)")


def test_what_the_function_raises_comes_with_its_log(runtime_of):
    runtime = runtime_of(FAIL)
    pid = body_of(asked(runtime, "pid"))
    reply = asked(runtime, "raise")
    assert (reply.kind, reply.message) == ("IndexError", "list index out of range")
    assert reply.log_tail.splitlines()[:2] == ["before", "[ERROR] IndexError: list index out of range"]
    assert asked(runtime, "set").kind == "Runtime.MarshalError"
    assert asked(runtime, "bytes").body == b"no json"
    assert body_of(asked(runtime, "pid")) == pid  # an error ends no process


def test_six_megabytes_pass_either_way_and_a_byte_more_does_not(runtime_of):
    runtime = runtime_of(FAIL)
    assert len(asked(runtime, RESPONSE_BYTES - 2).body) == RESPONSE_BYTES  # and two quotes
    reply = asked(runtime, RESPONSE_BYTES - 1)
    assert (reply.kind, reply.message) == (
        "Function.ResponseSizeTooLarge",
        "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).",
    )


def test_an_event_of_more_than_six_megabytes_never_arrives(runtime_of):
    runtime = runtime_of(TELL)
    reply = runtime.invoke(b'"' + b"x" * (6 << 20) + b'"')
    assert (reply.kind, reply.seconds) == ("RequestEntityTooLargeException", 0.0)
    assert "6291456 bytes" in reply.message
    assert not runtime.init_seconds


def test_a_process_is_ended_with_its_children(runtime_of):
    runtime = runtime_of(FAIL)
    child = body_of(asked(runtime, "child"))
    assert psutil.pid_exists(child)
    runtime.close()
    deadline = time.monotonic() + 2
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("code", "handler", "kind", "message"),
    [
        ("import numpy", None, "Runtime.ImportModuleError", "Unable to import module 'lambda_function': No module"),
        ("x = 1", None, "Runtime.HandlerNotFound", "Handler 'lambda_handler' missing on module 'lambda_function'"),
        ("def f(:", None, "Runtime.UserCodeSyntaxError", "Syntax error in module 'lambda_function'"),
        ("1 / 0", None, "ZeroDivisionError", "division by zero"),
        ("import os; os._exit(4)", None, "Runtime.ExitError", "RequestId: "),
        ("x = 1", "nowhere", "Runtime.MalformedHandlerName", "Bad handler 'nowhere'"),
    ],
)
def test_what_does_not_load_is_named_as_on_lambda(runtime_of, code, handler, kind, message):
    runtime = runtime_of(code, **({"handler": handler} if handler else {}))
    reply = asked(runtime, 1)
    assert (reply.kind, reply.message[: len(message)]) == (kind, message)
    assert reply.during_init
    assert not runtime.init_seconds


def test_loading_that_takes_too_long_is_begun_again_within_the_invocation(runtime_of, monkeypatch):
    monkeypatch.setattr(runtime_module, "INIT_SECONDS", 0.3)
    runtime = runtime_of("import time\ntime.sleep(0.5)\nlambda_handler = lambda event, context: event")
    reply = asked(runtime, 5)
    assert body_of(reply) == 5
    assert reply.seconds > 0.5
    assert runtime.init_timeouts == 1


def test_a_layer_is_importable(runtime_of):
    code = "import beside\nlambda_handler = lambda event, context: beside.VALUE"
    assert body_of(asked(runtime_of(code, layer={"python/beside.py": b"VALUE = 7"}), 0)) == 7
