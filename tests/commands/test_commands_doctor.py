"""`rewardlab doctor` on AWS: whose credentials and which region, and never what the credentials are."""

from __future__ import annotations

import pytest

from tests.kernels import kernel_here

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wellhidden"}


@pytest.fixture
def doctor(run, monkeypatch, tmp_path):
    """The doctor's lines by their first column, in a shell with these variables of AWS's and no others."""
    for name in (
        "PROFILE",
        "DEFAULT_PROFILE",
        "SESSION_TOKEN",
        "REGION",
        "DEFAULT_REGION",
        "BEARER_TOKEN_BEDROCK",
        *KEYS,
    ):
        monkeypatch.delenv(name if name in KEYS else f"AWS_{name}", raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def lines(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        _, out, _ = run("doctor")
        assert not any(value in out for value in KEYS.values())
        return {line.partition("  ")[0]: line.partition("  ")[2].strip() for line in out.splitlines()}

    return lines


def test_bedrock_has_credentials_and_the_region_of_aws_region(doctor):
    found = doctor(**KEYS, AWS_REGION="eu-north-1", AWS_DEFAULT_REGION="us-east-1")
    assert found["engine bedrock"] == "credentials from env, region eu-north-1"
    assert found["AWS"].endswith("credentials from env, region eu-north-1")


def test_without_aws_settings_it_says_what_to_set(doctor):
    found = doctor()
    assert found["engine bedrock"].startswith("no credentials (aws sso login, AWS_PROFILE, ")
    assert found["engine bedrock"].endswith("region not set (AWS_REGION)")


def test_a_bearer_token_is_enough_for_bedrock_and_is_not_shown(doctor):
    found = doctor(AWS_BEARER_TOKEN_BEDROCK=KEYS["AWS_SECRET_ACCESS_KEY"], AWS_REGION="us-east-1")
    assert found["engine bedrock"] == "credentials from AWS_BEARER_TOKEN_BEDROCK, region us-east-1"


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"AWS_PROFILE": "nobody"}, "no such AWS profile"),
        ({"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"}, "half of the AWS credentials are missing"),
    ],
)
def test_broken_settings_are_told_and_break_nothing(doctor, variables, told):
    assert told in doctor(**variables)["engine bedrock"]


def test_it_tells_how_far_this_machine_fences_a_reward_in(doctor):
    told, fence = doctor()["isolation"], kernel_here().fence()
    files = f"fenced (Landlock {fence.files})" if fence.files else "NOT fenced"
    own = "its own" if fence.own_tmp else "closed to it" if fence.files else "everybody's"
    network = {
        "namespace": "closed (a network namespace)",
        "filter": "closed (a filter of system calls)",
        "ports": "closed for TCP only (Landlock)",
        "": "NOT closed",
    }
    expected = f"files {files}, /tmp {own}, network {network[fence.network]}"
    assert told == expected or told.startswith(f"{expected}; ")
    why = told.removeprefix(expected)
    assert ("Landlock: " in why) == (not kernel_here().landlock)
    assert ("namespaces: " in why) == (not kernel_here().mounts)
    assert ("filter of calls: " in why) == (not kernel_here().filter)
