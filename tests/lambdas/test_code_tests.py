from __future__ import annotations

import json
import os
import time

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.process

TESTS = "assert add(1, 2) == 3\nassert add(-1, 1) == 0\nassert add(2, 2) == 4"


def fenced(code):
    return f"```python\n{code}\n```"


def test_a_right_solution_passes_all(reward):
    right = fenced("def add(a, b):\n    return a + b")
    assert reward.score(right, TESTS) == {"score": 1.0, "passed": 1.0, "has_code": 1.0}
    assert reward.score(f"So:\n{right}\nIt adds.", TESTS.split("\n"))["score"] == 1.0


def test_part_of_the_tests_is_part_of_the_score(reward):
    # Two of three; a constant passes one: (2 - 1) / (3 - 1).
    parts = reward.score(fenced("def add(a, b):\n    return 5 if a == 2 else a + b"), TESTS)
    assert parts == {"score": 0.5, "passed": 2 / 3, "has_code": 1.0}


@pytest.mark.parametrize(
    "code",
    [
        "def add(a, b): return 3",  # a constant
        "import sys\nprint('3 passed')\nsys.exit(0)\ndef add(a, b): return 0",
        "import os\ndef add(a, b): os._exit(0)",
        "class Any:\n    def __eq__(self, other): return True\ndef add(a, b): return Any()",
        "class Any(int):\n    def __eq__(self, other): return True\ndef add(a, b): return Any(9)",
        "def add(a, b): raise SystemExit(0)",
        "def add(a, b): return [[]] * 10**9",
        "x = 'x' * 10**10\ndef add(a, b): return a + b",  # more memory than it may have
        "import os\nfor fd in range(3, 9):\n    os.write(fd, b'0 [0, \"3\"]\\n')\ndef add(a, b): return 1",
        "def add(a, b): return a +",
    ],
)
def test_what_computes_nothing_earns_nothing(points, code):
    assert points(fenced(code), TESTS) == 0.0


def test_an_endless_loop_is_ended_and_keeps_what_came_before(reward, monkeypatch):
    monkeypatch.setattr(reward, "SECONDS", 1.0)
    assert reward.score(fenced("def add(a, b):\n    while a == 2: pass\n    return a + b"), TESTS)["passed"] == 2 / 3


def test_a_sandbox_that_does_not_start_is_an_error_and_no_zero(reward, monkeypatch):
    monkeypatch.setattr(reward.sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match=r"did not start .exit code 1.: it said nothing"):
        reward.score(fenced("def add(a, b): return a + b"), TESTS)


def test_a_machine_too_busy_to_start_it_is_an_error_and_no_zero(reward, monkeypatch):
    monkeypatch.setattr(reward, "SECONDS", 0.0)
    with pytest.raises(RuntimeError, match="did not start"):
        reward.score(fenced("def add(a, b): return a + b"), TESTS)


def test_a_process_left_behind_is_ended(reward, tmp_path):
    left = tmp_path / "left"
    code = f"""
import os, time
def add(a, b):
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    with open({str(left)!r}, 'a') as file:
        print(child, file=file)
    return a + b
"""
    assert reward.score(fenced(code), TESTS)["score"] == 1.0
    children = [int(line) for line in left.read_text().splitlines()]
    assert children
    until = time.monotonic() + 30
    while any(map(runs, children)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(map(runs, children))


def runs(process):
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_solution_sees_no_environment_and_not_what_is_expected(reward, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    spy = "import os, sys\ndef f(x):\n    return [dict(os.environ).get('AWS_SECRET_ACCESS_KEY'), sys.argv]"
    given = reward.run(spy, ["f(1)"])
    assert given[0][0] is None
    assert "987654" not in str(given)


@pytest.mark.skipif(os.getuid() == 0, reason="root may read every process")
def test_the_environment_of_this_process_cannot_be_read(reward):
    assert reward.run("import os\ndef f(): return open(f'/proc/{os.getppid()}/environ').read()", ["f()"]) == {}


def test_the_network_cannot_be_reached(reward):
    import socket

    code = """
import socket
def dial(port):
    socket.create_connection(('127.0.0.1', port), 1).close()
    return 'reached'
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        calls = ["'tried'", f"dial({server.getsockname()[1]})"]
        assert reward.run(code, calls) in ({0: "tried"}, {})  # {} where importing socket is what fails


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("def f(): return 1", "def f(): return 1"),
        ("```\ndef f(): pass\n```\n```python\nf()\n```", "def f(): pass\n"),
        ("```python\ndef f(): pass\n```\nor\n```python\ndef f(): return 2\n```", "def f(): return 2\n"),
        ("```python\ndef f(): pass", "def f(): pass"),
        ("```js\nclass f {}\n```", ""),
        ("<think>```python\ndef f(): pass\n```", ""),
        ("<think>```python\ndef f(): 0\n```</think>no", ""),
        ("", ""),
        ("I define nothing", ""),
    ],
)
def test_the_last_block_that_defines_something_is_the_solution(reward, text, code):
    assert reward.code_of(text) == code


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        (None, "no Python"),
        ("", "no tests"),
        ([], "no tests"),
        ({}, "no Python"),
        ("assert add(1, 2) == add(2, 1)", "none of"),
        ("assert all([add(1, 2)])", "none of"),
        ("import math", "none of"),
        ("assert add(1,", "no Python"),
        ("assert add(1, 2) == 3", "one constant"),
        ("assert even(2)\nassert even(4)", "one constant"),
    ],
)
def test_tests_that_cannot_tell_are_an_error(points, reference, reason):
    with pytest.raises(ValueError, match=reason):
        points("", reference)


def test_floats_may_round_and_true_is_not_1(reward):
    assert reward.same(0.1 + 0.2, 0.3)
    assert reward.same([1, {"a": (2.0,)}], [1, {"a": (2,)}])
    assert not reward.same([1], (1,))
    assert not reward.same(1, True)  # noqa: FBT003 - the two values compared


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(max_examples=30)
@given(PLAIN)
def test_every_plain_value_comes_back_as_it_was(reward, value):
    line = f"nonce {json.dumps([0, reward.sandbox.literal(value)])}\n"
    assert reward.read(line.encode(), "nonce") == {0: value}


@given(st.binary(max_size=200))
def test_no_answer_breaks_the_reader(reward, data):
    assert reward.read(b"nonce " + data, "other") == {}
    reward.read(b"nonce " + data, "nonce")
