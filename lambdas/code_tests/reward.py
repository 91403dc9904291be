"""Code by unit tests: the share of tests that a Python solution passes, above what a constant answer would pass.

The reference holds one test a line: `assert f(1, 2) == 3`; also `assert f(7)` and `assert not f(8)`. What is expected
must be a literal, for it stays here: the solution runs in a bounded process of its own, is handed the calls, and gives
back values that are compared here. Printing, exiting, or an object that equals everything passes no test.
"""

import ast
import builtins
import contextlib
import ctypes
import json
import math
import os
import re
import secrets
import select
import signal
import subprocess
import sys
import tempfile

import sandbox

#: Seconds of one run by the clock; sandbox.py bounds its CPU time, memory, output and processes.
SECONDS = 5.0
MOST_BYTES = 1 << 20
MOST_CODE = 50_000
FENCE = re.compile(r"```([^\n`]{0,40})\n(.*?)(?:```|\Z)", re.DOTALL)
DEFINES = re.compile(r"^[ \t]{0,40}(?:async def|def|class)\s|= ?lambda\b", re.MULTILINE)
LANGUAGES = {"", "python", "py", "python3"}
PR_SET_DUMPABLE = 4

# The solution runs as the same user: without this it could read this process's environment, which on Lambda holds
# the function's credentials, and its memory, which holds what is expected. Linux alone has it, as it has pidfd_open.
ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def score(completion, reference):
    """(passed - c) / (all - c), at least 0, where a constant passes c tests; and the plain share of tests passed.

    Raises: ValueError for tests that are none of the three forms, or that one constant passes all of.
    """
    tests = tests_of(reference)
    constant = max(sum(same(one, other) for _, one in tests) for _, other in tests)
    if constant == len(tests):
        raise ValueError("one constant answer passes all tests; add a test with another result")
    code = code_of(completion)
    given = run(code, [call for call, _ in tests]) if code else {}
    passed = sum(number in given and same(given[number], expected) for number, (_, expected) in enumerate(tests))
    share = max(0, passed - constant) / (len(tests) - constant)
    return {"score": share, "passed": passed / len(tests), "has_code": float(bool(code))}


def tests_of(reference):
    """Every test as (the call's text, the value expected)."""
    if isinstance(reference, str) and reference.lstrip().startswith("["):  # some platforms send lists as their text
        reference = json.loads(reference)
    text = "\n".join(map(str, reference)) if isinstance(reference, list) else reference
    try:
        found = [test_of(statement) for statement in ast.parse(text).body]
    except (SyntaxError, TypeError) as error:
        raise ValueError(f"the tests are no Python: {error}") from None
    if not found:
        raise ValueError("there are no tests; expected lines such as: assert f(1, 2) == 3")
    return found


def test_of(statement):
    test = statement.test if isinstance(statement, ast.Assert) else None
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], (ast.Eq, ast.Is)):
        try:
            return ast.unparse(test.left), ast.literal_eval(test.comparators[0])
        except ValueError:
            pass
    denied = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    call = test.operand if denied else test
    # A function of Python's own would be asked for a verdict inside the solution's process.
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not hasattr(builtins, call.func.id):
        return ast.unparse(call), not denied
    raise ValueError(
        f"line {statement.lineno} of the tests is none of: assert f(x) == LITERAL, assert f(x), assert not f(x)"
    )


def code_of(text):
    """The last fenced block that defines something; without fences the whole response; empty when there is none."""
    text = text.rpartition("</think>")[2]
    if "<think>" in text:
        return ""
    blocks = [code for language, code in FENCE.findall(text) if language.strip().lower() in LANGUAGES]
    blocks = blocks or ([] if "```" in text else [text])
    return next((code for code in reversed(blocks) if DEFINES.search(code) and len(code) <= MOST_CODE), "")


def run(code, calls):
    """What the calls give, by their number; those that raise, hang or give no literal are not there.

    Raises: RuntimeError when the sandbox ends before it reaches the solution: no fault of the solution, and no zero.
    """
    nonce = secrets.token_hex(16)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as job, tempfile.TemporaryFile() as answers:
        job.write(json.dumps({"code": code, "calls": calls, "nonce": nonce}).encode())
        job.seek(0)
        command = [sys.executable, "-I", "-S", "-B", sandbox.__file__]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and file; the solution is data to them
            command, stdin=job, stdout=answers, stderr=subprocess.STDOUT, cwd=folder, env={}, start_new_session=True
        )
        wait(process)
        answers.seek(0)
        data = answers.read(MOST_BYTES)
    if f"{nonce} {sandbox.READY}\n".encode() not in data:
        said = data.decode(errors="replace").strip().rpartition("\n")[2][:200]
        raise RuntimeError(f"the sandbox did not start (exit code {process.returncode}): {said or 'it said nothing'}")
    return read(data, nonce)


def wait(process):
    """Wait for the end, SECONDS at most, and end whatever is left of the process and its group."""
    descriptor = os.pidfd_open(process.pid)
    try:
        select.select([descriptor], [], [], SECONDS)
    finally:
        os.close(descriptor)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def read(data, nonce):
    """The values in the sandbox's answers, the first for each call."""
    found = {}
    for line in data.decode(errors="replace").splitlines():
        head, _, body = line.partition(" ")
        try:
            number, text = json.loads(body) if head == nonce else (None, None)
            if isinstance(number, int) and number not in found:
                found[number] = ast.literal_eval(text)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
    return found


def same(given, expected):
    """Equal as Python has it, floats within a millionth; true is not 1."""
    if isinstance(given, bool) or isinstance(expected, bool):
        return given is expected
    if isinstance(given, float) or isinstance(expected, float):
        both = isinstance(given, (int, float)) and isinstance(expected, (int, float))
        return both and (given == expected or math.isclose(given, expected, rel_tol=1e-6, abs_tol=1e-9))
    if type(given) is type(expected) and isinstance(given, (list, tuple)):
        return len(given) == len(expected) and all(map(same, given, expected))
    if isinstance(given, dict) and isinstance(expected, dict):
        return given.keys() == expected.keys() and all(same(given[key], expected[key]) for key in given)
    return given == expected
