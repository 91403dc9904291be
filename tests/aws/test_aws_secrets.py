"""Secrets are told by name and by content, and never repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.aws.secrets import secrets_in

# Put together here, so that no scanner takes this file for a leak.
KEYS = {
    "an AWS access key": "AKIA" + "Q3EGUAZ7WPLMNB4X",
    "an AWS secret key": "aws_secret_access_key = '" + "a1B2" * 10 + "'",
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "an Anthropic key": "sk-ant-" + "api03-" + "x" * 40,
    "an OpenAI key": "sk-proj-" + "a" * 24 + "T3Blbk" + "FJ" + "b" * 24,
    "a Hugging Face token": "hf_" + "a" * 34,
    "a GitHub token": "ghp_" + "a" * 36,
    "a Slack token": "xoxb-" + "1" * 24,
    "a Google key": "AIza" + "a" * 35,
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_key_in_a_file_is_told_with_its_line_and_not_shown(kind):
    told = list(secrets_in({"reward.py": f"import os\nKEY = '{KEYS[kind]}'\n".encode()}))
    assert told == [f"reward.py:2: {kind}"]


@pytest.mark.parametrize(
    "name",
    [".env", "conf/.env.production", "tls.pem", "a/id_rsa", "credentials", ".aws/config", "secrets.yaml", "CERT.KEY"],
)
def test_a_file_that_holds_credentials_is_told_by_its_name(name):
    assert list(secrets_in({name: b""})) == [f"{name}: a file that holds credentials by its name"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (".env.example", b"KEY="),
        ("credentials.py", b"import os"),
        ("reward.py", b"key = 'AKIAIOSFODNN7EXAMPLE'"),  # the key of AWS's own documentation
        ("reward.py", b"AKIA is a prefix; ASIAN; sk-ant- too; hf_hub"),
        ("reward.py", b"sha = '" + b"A" * 60 + b"AKIA" + b"B" * 60 + b"'"),
        ("keys.json", b'{"a": 1}'),
    ],
)
def test_what_only_looks_alike_passes(name, content):
    assert list(secrets_in({name: content})) == []


@given(content=st.binary(max_size=200))
def test_any_bytes_can_be_searched(content):
    assert all(line.startswith("x.bin:") for line in secrets_in({"x.bin": content}))
