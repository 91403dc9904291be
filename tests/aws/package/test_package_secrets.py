"""Secrets are told by name and by content, and never repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.aws.package.secrets import secrets_in

# Put together here, so that no scanner takes this file for a leak.
KEYS = {
    "an AWS access key": "AKIA" + "Q3EGUAZ7WPLMNB4X",
    "an AWS secret key": "aws_secret_access_key = '" + "a1B2" * 10 + "'",
    "a private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "an Anthropic key": "sk-ant-" + "api03-" + "x" * 40,
    "an OpenAI key": "sk-proj-" + "a" * 24 + "T3Blbk" + "FJ" + "b" * 24,
    "a Hugging Face token": "hf_" + "a" * 34,
    "a GitHub token": "ghp_" + "a" * 36,
    "a GitLab token": "glpat-" + "aB3-x" * 4,
    "a Slack token": "xoxb-" + "1" * 24,
    "a Slack webhook": "hooks.slack" + ".com/services/T0" + "A" * 8 + "/B0" + "B" * 8 + "/" + "c" * 24,
    "a Stripe key": "sk_" + "live_" + "a1B2" * 6,
    "an npm token": "npm" + "_" + "aB3" * 12,
    "a PyPI token": "pypi-" + "AgEIcHlwaS5vcmc" + "x" * 60,
    "an Azure storage key": "Account" + "Key=" + "aB+/" * 21 + "aB==",
    "an Azure client secret": "a~B" + "8Q~" + "x" * 34,
    "an Azure signature": "https://x.blob.core.windows.net/c?sv=1&" + "sig=" + "aB3" * 14 + "%3D",
    "a Databricks token": "da" + "pi" + "0a" * 16,
    "a SendGrid key": "SG" + "." + "a" * 22 + "." + "b" * 43,
    "a Twilio key": "S" + "K" + "0a" * 16,
    "a Groq key": "gs" + "k_" + "a" * 52,
    "a Weights & Biases key": "WANDB_API_KEY=" + "0a" * 20,
    "a Telegram token": "123456789:" + "AA" + "x" * 33,
    "a signed token (JWT)": "ey" + "J" + "a" * 20 + ".ey" + "J" + "b" * 20 + "." + "c" * 30,
    "a password in a URL": "postgres://me:" + "s3cr3t" + "@db.internal/x",
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
        ("reward.py", b"stripe.api_key = 'sk_test_' + 'a' * 24  # sk_live_ keys go to the environment"),
        ("reward.py", b"'9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'"),  # a SHA-256
        ("reward.py", b"'da39a3ee5e6b4b0d3255bfef95601890afd80709', 'd41d8cd98f00b204e9800998ecf8427e'"),
        ("reward.py", b"uuid = '123e4567-e89b-12d3-a456-426614174000'"),
        ("reward.py", b"'https://user:password@example.com', 'http://USER:PASS@HOST', f'http://{user}:{word}@{host}'"),
        ("reward.py", b"'https://example.com:8080/a@b', 'mailto:me@example.com', 'redis://localhost:6379/0'"),
        ("reward.py", b"'http://${USER}:${TOKEN}@index.example.com/simple', 'git@host.example.com:me/project.git'"),
        ("reward.py", b"f'{m:02d}:{s:02d}'; a[1:2]@b; re.compile(r'https?://[^:]+:[^@]+@[^/]+')"),
        ("reward.py", b"npm_config_registry = 1; npm_package_name; sig = inspect.signature(f); url = '?sig=' + sig"),
        ("reward.py", b"AccountKey = os.environ['KEY']; connection = 'AccountKey=' + key; 'SharedAccessKey=...'"),
        ("reward.py", b"'data:image/png;base64," + b"iVBORw0KGgo" * 30 + b"=='"),
        ("reward.py", b"eyJhbGciOiJIUzI1NiJ9 is the head of a token; dapivot; gsk_model; SKIPPED_" + b"A" * 40),
        ("tokens.json", b'{"<|endoftext|>": 50256, "glpat": 1, "whsec_": 2, "pypi-": 3, "12:34": 4}'),
    ],
)
def test_what_only_looks_alike_passes(name, content):
    assert list(secrets_in({name: content})) == []


@given(content=st.binary(max_size=200))
def test_any_bytes_can_be_searched(content):
    assert all(line.startswith("x.bin:") for line in secrets_in({"x.bin": content}))
