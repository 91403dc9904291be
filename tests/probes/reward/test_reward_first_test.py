"""RL407 for a reward that runs the first test of a row alone."""

from __future__ import annotations

import pytest

from rewardlab.probes.reward import first_test
from tests.probes.reward.answers_subject import ask_fixture, prompt  # noqa: F401 - a fixture is found by its import

ROWS = [
    prompt(
        i,
        f"Write solve(x): x times {i + 2}, or 0 for x below 0.",
        [f"assert solve(3) == {3 * i + 6}", "assert solve(-2) == 0", f"assert solve(1) == {i + 2}"],
    )
    for i in range(12)
]
RUNS = """
def score(completion, reference):
    code, space = completion.replace("```python", "").replace("```", ""), {{}}
    passed = 0
    try:
        exec(code, space)
        for test in {tests}:
            exec(test, space)
            passed += 1
    except Exception:
        pass
    return {score}
"""


def asked(ask, rows=ROWS, tests="(reference or ['0/0'])", score="float(passed == len(reference or [0]))"):
    return [(one.code, one.severity) for one in ask(first_test.ask, RUNS.format(tests=tests, score=score), rows)]


def test_the_first_alone_is_run(ask):
    body = {"tests": "(reference or ['0/0'])[:1]", "score": "float(passed == 1)"}
    assert asked(ask, **body) == [("RL407", "warning")]
    joined = [prompt(i, one.messages[0]["content"], "\n".join(one.reference)) for i, one in enumerate(ROWS)]
    body["tests"] = "(reference or '0/0').splitlines()[:1]"
    assert asked(ask, joined, **body) == [("RL407", "warning")]


@pytest.mark.parametrize("score", ["float(passed == len(reference or [0]))", "passed / 3"])
def test_all_are_run(ask, score):
    assert asked(ask, score=score) == []


def test_rows_without_several_tests(ask):
    rows = [prompt(i, "Write solve(x).", ["assert solve(3) == 1", "assert solve(4) == 1"]) for i in range(12)]
    assert asked(ask, rows, tests="(reference or ['0/0'])[:1]", score="float(passed == 1)") == []
