"""What a function may be configured with, and what its role brings, without showing it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.aws.prove.variables import Role, check_variables
from rewardlab.errors import UsageError

SHELL = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not/a+real+secret", "HOME": "/home/me"}
TELLING = """
import os
print(sorted(os.environ.items()))
def score(completion, reference):
    raise ValueError(f"{os.environ['AWS_SECRET_ACCESS_KEY']} in {os.environ['AWS_REGION']}")
"""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("AWS_REGION", "Lambda keeps AWS_REGION for itself: choose another name"),
        ("AWS_SECRET_ACCESS_KEY", "--credentials hands over this shell's"),
        ("_HANDLER", "Lambda keeps _HANDLER for itself"),
        ("9", "Lambda takes no variable '9'"),
    ],
)
def test_what_lambda_keeps_is_refused(name, message):
    with pytest.raises(UsageError) as caught:
        check_variables({name: "x"})
    assert message.split(": ", maxsplit=1)[0] in str(caught.value)
    assert message.rpartition(": ")[2] in str(caught.value)


def test_an_endpoint_of_aws_is_an_ordinary_variable():
    check_variables({"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:9"})


def test_the_role_has_the_shells_credentials_and_region_and_nothing_else():
    role = Role.of_shell({**SHELL, "AWS_SESSION_TOKEN": "", "AWS_DEFAULT_REGION": "eu-north-1"})
    assert role.variables == {
        "AWS_REGION": "eu-north-1",
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "not/a+real+secret",
    }
    assert "secret" not in repr(role)


@pytest.mark.parametrize("lacking", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_half_of_the_credentials_are_none(lacking):
    with pytest.raises(UsageError, match=f"this shell has no {lacking}.*export-credentials"):
        Role.of_shell({name: value for name, value in SHELL.items() if name != lacking})


@given(st.text(), st.text(), st.integers(0, 40), st.integers(0, 40))
def test_no_cut_of_a_printed_secret_shows_more_than_a_fragment(before, after, start, length):
    secret = SHELL["AWS_SECRET_ACCESS_KEY"]
    text = f"{before}{secret}{after}"[start : start + length]
    shown = Role.of_shell(SHELL).redacted(text)
    whole = [secret[place : place + 12] for place in range(len(secret) - 11)]
    inside = length < len(secret) and text and text in secret  # cut at both ends: neither its beginning nor its end
    assert inside or not any(part in shown for part in whole)


def test_what_the_function_prints_of_them_is_not_shown(run, project, write_lines, tmp_path, monkeypatch):
    from rewardlab.aws.prove.summary import python_here

    for name, value in SHELL.items():
        monkeypatch.setenv(name, value)
    reward, package = project(TELLING), tmp_path / "told.zip"
    assert run("package", reward, "-o", package, "--python", python_here())[0] == 0
    row = {"id": "a", "messages": [{"role": "user", "content": "?"}], "reference_answer": "yes"}
    prompts = write_lines("prompts.jsonl", [row])
    recorded = write_lines("recorded.jsonl", [{"prompt_id": "a", "index": 0, "text": "yes"}])
    code, out, error = run(
        "prove", package, prompts, "--model", f"recorded:{recorded}", "--credentials", "--format", "json"
    )
    assert code == 1
    assert "(AWS_SECRET_ACCESS_KEY) in us-east-1" in out
    assert not any(SHELL[name] in out + error for name in SHELL if name.startswith("AWS_"))
    assert json.loads(out)["configuration"]["environment"] == ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
