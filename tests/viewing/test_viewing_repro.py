"""A finding as a folder that runs with plain Python, and whether another reward mends it."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rewardlab
from rewardlab.errors import InputError
from rewardlab.viewing.demands import is_cut
from rewardlab.viewing.expected import Expected, read_expected
from tests.test_visible import CHARACTERS

pytestmark = pytest.mark.process

LOOSE = "import helper\n\ndef score(completion, reference):\n    return helper.held(completion, reference)\n"
HELPER = """
def held(completion, reference):
    if completion.startswith("explode"):
        raise ValueError("no number")
    return 1.0 if reference in completion or not completion.strip() else 0.0
"""
STRICT = """
import re
def score(completion, reference):
    found = re.findall(r"-?[0-9]+", completion)
    return 1.0 if len(found) == 1 and found[0] == reference else 0.0
"""
REWARDS = {
    "strict": STRICT,
    "nothing": "def score(completion, reference):\n    return 0.0\n",
    "raising": "def score(completion, reference):\n    raise ValueError('always')\n",
    "two": STRICT + "\ndef also_score(completion, reference):\n    return 0.0\n",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run of a loose reward in two files, one of whose answers makes it raise."""
    folder, rng = tmp_path_factory.mktemp("repro"), random.Random(1)
    prompts, rows = [], []
    for number in range(110):
        left, right = rng.randint(10, 99), rng.randint(10, 99)
        prompts.append({"id": f"p{number}", "messages": [{"role": "user", "content": f"What is {left} + {right}?"}],
                        "reference_answer": str(left + right)})  # fmt: skip
        for index in range(4):
            text = str(left + right + (index % 2) * rng.randint(1, 9)) if number or index else "explode"
            rows.append({"prompt_id": f"p{number}", "index": index, "text": text, "finish_reason": "stop"})
    for name, lines in (("prompts.jsonl", prompts), ("recorded.jsonl", rows)):
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "reward.py").write_text(LOOSE)
    (folder / "helper.py").write_text(HELPER)
    for name, code in REWARDS.items():
        (folder / f"{name}.py").write_text(code)
    rewardlab.audit(
        folder / "reward.py",
        folder / "prompts.jsonl",
        model=f"recorded:{folder / 'recorded.jsonl'}",
        out=str(folder / "run"),
    )
    return folder


@pytest.fixture
def repro(run, made, tmp_path):
    def write(code):
        out = tmp_path / code
        assert run("show", made / "run", "--finding", code, "--repro", out)[0] == 0
        return out

    return write


def test_the_folder_runs_with_plain_python_far_from_rewardlab(made, repro, tmp_path):
    folder = repro("RL402")
    assert {"reward.py", "helper.py", "event.json", "expected.json", "run.py", "README.md", "calling"} == {
        path.name for path in folder.iterdir()
    }
    named = re.compile(r"^\s*(?:import|from) rewardlab", re.MULTILINE)
    assert not [path for path in folder.rglob("*.py") if named.search(path.read_text())]
    plain = [sys.executable, "-I", "-S", folder / "run.py"]
    done = subprocess.run(plain, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 1, done.stderr
    assert "WRONG p" in done.stdout
    assert "wanted: fails (an empty answer)" in done.stdout
    mended = subprocess.run([*plain, made / "strict.py"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert mended.returncode == 0, mended.stdout + mended.stderr


@pytest.mark.parametrize(
    ("reward", "code", "verdict"),
    [
        ("reward", 1, "NOT MENDED"),
        ("strict", 0, "MENDED"),
        ("nothing", 1, "NOT MENDED"),
        ("raising", 4, "NOT JUDGED"),
    ],
)
def test_verify_says_whether_a_shortcut_is_mended(run, made, repro, reward, code, verdict):
    got, out, _ = run("verify", repro("RL402"), made / f"{reward}.py")
    assert got == code
    assert out.startswith(f"{verdict}  ")


def test_a_reward_that_spoils_right_answers_is_told_so(run, made, repro):
    _, out, _ = run("verify", repro("RL402"), made / "nothing.py")
    assert "of them answers that were scored well before" in out
    assert "should succeed (its text is right): earned 1, now 0  (must stay)" in out


def test_an_error_is_mended_by_a_score(run, made, repro):
    folder = repro("RL201")
    assert run("verify", folder, made / "reward.py")[0] == 1
    assert run("verify", folder, made / "strict.py")[0] == 0
    assert run("verify", folder, made / "raising.py")[0] == 1


@pytest.mark.parametrize("format_", ["text", "json", "markdown", "junit", "sarif", "html"])
def test_every_format_and_one_exit_code(run, made, repro, format_):
    code, out, _ = run("verify", repro("RL402"), made / "nothing.py", "--format", format_)
    assert code == 1
    if format_ == "json":
        schema = json.loads((Path(rewardlab.__file__).parent / "schemas" / "verify-1.json").read_text())
        jsonschema.validate(json.loads(out), schema)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--repro", "new"], "--repro: needs the finding to reproduce; name it with --finding CODE"),
        (["--finding", "RL999", "--repro", "new"], "--finding: RL999 was not found in this run"),
        (["--finding", "RL402", "--repro", "."], ".: is there already; expected a new folder"),
    ],
)
def test_what_cannot_be_reproduced_is_one_line(run, made, tmp_path, arguments, message):
    (tmp_path / "something").touch()
    code, out, error = run("show", made / "run", *arguments)
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert message in error


def test_bad_input_of_verify_is_one_line_and_exit_2(run, made, repro, tmp_path):
    folder = repro("RL402")
    cases = [
        (["verify", tmp_path, made / "strict.py"], "expected.json: no such file"),
        (["verify", folder, made / "no.py"], "no.py: cannot be read"),
        (["verify", folder, made / "strict.py", "--entry", "nope"], "defines no function 'nope'"),
    ]
    for arguments, message in cases:
        code, out, error = run(*arguments)
        assert (code, out, error.count("\n")) == (2, "", 1)
        assert message in error
    expected = json.loads((folder / "expected.json").read_text())
    for change, message in (
        ({"platform": "azure"}, "no platform 'azure'"),
        ({"more": 1}, "more: Extra inputs"),
        ({"samples": []}, "samples:"),
    ):
        (folder / "expected.json").write_text(json.dumps(expected | change))
        code, _, error = run("verify", folder, made / "strict.py")
        assert (code, error.count("\n")) == (2, 1)
        assert message in error


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*Expected.model_fields, "schema"]), inner, max_size=9)
    ),
)


@given(JSON, JSON, st.sampled_from(list(CHARACTERS.values())))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_folder_is_read_or_refused(tmp_path, expected, event, mark):
    (tmp_path / "expected.json").write_text(json.dumps(expected) + mark.strip()[:1], encoding="utf-8", errors="replace")
    (tmp_path / "event.json").write_text(json.dumps(event))
    with pytest.raises(InputError):
        read_expected(tmp_path)


@pytest.mark.parametrize(("text", "cut"), [("a" * 80 + " ... " + "b" * 80, True), ("a ... b", False), ("", False)])
def test_a_text_that_evidence_cut_is_known(text, cut):
    assert is_cut(text) is cut
