"""Reads the name of a deployed Lambda function, and asks AWS for the function's configuration."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rewardlab.cloud.failure import code_of, failure
from rewardlab.cloud.session import Access, open_client
from rewardlab.errors import RewardError, UsageError

#: A full ARN, a partial ARN (account and name) or a bare name, each with or without a version or an alias.
NAME = re.compile(
    r"(?:(?:arn:(?P<partition>aws[\w-]*):lambda:(?P<region>[a-z]{2}[a-z-]*-\d+):)?(?P<account>\d{12}):function:)?"
    r"(?P<name>[A-Za-z0-9_-]{1,64})(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]{1,128}))?"
)
MARK = "lambda:"
EXPECTED = (
    "arn:aws:lambda:REGION:ACCOUNT:function:NAME, or lambda:NAME, each with :VERSION or :ALIAS where one is meant"
)

#: Settings that apply to a reward file but not to a deployed function, which has its own limits.
OF_FILES = (
    *("entry", "weights", "reward_kwargs", "reward_timeout", "reward_memory", "reward_env"),
    *("reward_network", "reward_files", "reward_workers"),
)


@dataclass(frozen=True, slots=True)
class FunctionName:
    """A function as the user named it. None: the AWS settings decide; without a `qualifier`, the latest code runs."""

    name: str
    qualifier: str | None = None
    account: str | None = None
    region: str | None = None
    partition: str | None = None

    @property
    def called(self) -> dict[str, str]:
        """The parameters that name the function in an AWS call."""
        whole = f"{self.account}:function:{self.name}" if self.account else self.name
        whole = f"arn:{self.partition}:lambda:{self.region}:{whole}" if self.region else whole
        return {"FunctionName": whole} | ({"Qualifier": self.qualifier} if self.qualifier else {})

    def __str__(self) -> str:
        return f"{MARK}{':'.join(self.called.values())}"


def note_of_unused(name: FunctionName, said: Collection[str]) -> str | None:
    """A sentence about settings that the user gave but that apply to files only; None if there are none."""
    options = ", ".join(option for option in OF_FILES if option in said)
    return (
        f"{name} runs with its own settings: {options} (said here or in rewardlab.toml) are not used"
        if options
        else None
    )


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """A function's configuration: its ARN, the hexadecimal SHA-256 of its zip, its version and its limits.

    `configured` is a digest of the settings that may change its scores: environment, layers, timeout, memory.
    """

    arn: str
    code_sha256: str
    version: str
    handler: str
    timeout: int
    memory_mb: int
    configured: str


def function_named(reward: str | Path) -> FunctionName | None:
    """The function that the user named instead of a reward file; None for the name of a file.

    Raises: UsageError for an ARN that is not a function's, and for `lambda:` before an invalid name.
    """
    text = str(reward)
    if not text.startswith((MARK, "arn:")) and not re.match(r"\d{12}:function:", text):
        return None
    found = NAME.fullmatch(text.removeprefix(MARK))
    if found is None:
        raise UsageError(f"{text!r} names no Lambda function", expected=EXPECTED)
    return FunctionName(**found.groupdict())


def describe(name: FunctionName, *, access: Access | None = None) -> FunctionFacts | None:
    """Ask AWS for the function's facts; None if the user lacks permission (lambda:GetFunctionConfiguration).

    Raises: RewardError when there is no such function, when AWS cannot be asked for another reason, or when the
    function is broken.
    """
    client = open_client("lambda", access or Access(region=name.region), raises=RewardError)
    try:
        facts = client.get_function_configuration(**name.called)
        if facts.get("LastUpdateStatus") == "InProgress":  # until the update is done, the old code answers
            client.get_waiter("function_updated").wait(**name.called, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
            facts = client.get_function_configuration(**name.called)
    except Exception as error:  # botocore's errors share no base
        if code_of(error) == "AccessDeniedException":
            return None
        raise failure(error, where=str(name), raises=RewardError) from error
    finally:
        client.close()
    if facts.get("State") == "Failed":
        reason = f"{facts.get('StateReasonCode', '')} {facts.get('StateReason', '')}".strip()
        raise RewardError(
            f"the function is broken ({reason or 'no reason given'})", where=str(name), do="deploy it again"
        )
    return read_facts(facts)


def read_facts(facts: Mapping[str, Any]) -> FunctionFacts:
    """The facts in an answer of GetFunctionConfiguration."""
    beside = {
        "environment": facts.get("Environment", {}).get("Variables", {}),
        "layers": [layer.get("Arn") for layer in facts.get("Layers", [])],
        "timeout": facts.get("Timeout"),
        "memory": facts.get("MemorySize"),
    }
    return FunctionFacts(
        arn=facts["FunctionArn"],
        code_sha256=hexadecimal(facts.get("CodeSha256", "")),
        version=facts.get("Version", "$LATEST"),
        handler=facts.get("Handler", ""),
        timeout=int(facts.get("Timeout", 3)),
        memory_mb=int(facts.get("MemorySize", 128)),
        configured=hashlib.sha256(json.dumps(beside, sort_keys=True).encode()).hexdigest()[:16],
    )


def hexadecimal(code_sha256: str) -> str:
    """Lambda's CodeSha256 (base64; hexadecimal for images) as `sha256sum` writes it."""
    try:
        decoded = base64.b64decode(code_sha256, validate=True)
    except (binascii.Error, ValueError):
        return code_sha256
    return decoded.hex() if len(decoded) == hashlib.sha256().digest_size else code_sha256
