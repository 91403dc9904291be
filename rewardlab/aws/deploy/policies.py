"""The least permissions of two roles: the function's own, and that of the trainer that invokes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from rewardlab.errors import UsageError

Policy: TypeAlias = Mapping[str, Any]

VERSION = "2012-10-17"
FUNCTION = re.compile(
    r"arn:(?P<partition>[\w-]+):lambda:(?P<region>[\w-]+):(?P<account>\d{12}):function:(?P<name>[\w-]+)"
)
#: A model's id, with its inference profile's prefix where it has one: us.amazon.nova-pro-v1:0.
MODEL = re.compile(r"(?:(?P<profile>us|eu|apac|jp|au|ca|us-gov|global)\.)?(?P<model>[\w-]+\.[\w.-]+(?::[\w.:-]+)?)")

#: Who may assume the function's role: Lambda itself.
TRUST: Policy = {
    "Version": VERSION,
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


def execution_policy(function_arn: str, *, log_group: str | None = None, models: Sequence[str] = ()) -> Policy:
    """The policy of the function's role: to write to its log group, and to call the Bedrock models of its judge.

    `log_group` is /aws/lambda/NAME by default. `models` are ids, inference profiles or ARNs.
    Raises: UsageError for what is no model.
    """
    of = _parts(function_arn)
    group = log_group or f"/aws/lambda/{of['name']}"
    logs = f"arn:{of['partition']}:logs:{of['region']}:{of['account']}:log-group:{group}"
    statements = [
        # Some of these actions need the group's ARN with the star, others without.
        _allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], [logs, f"{logs}:*"]),
    ]
    if models:
        arns = [arn for model in models for arn in _model_arns(model, of)]
        statements.append(_allow(["bedrock:InvokeModel"], list(dict.fromkeys(arns))))
    return {"Version": VERSION, "Statement": statements}


def trainer_policy(function_arn: str, *, qualifier: str | None = None) -> Policy:
    """The policy of the trainer's role: to invoke this function, and its alias or version if the trainer names one."""
    resources = [function_arn] if qualifier is None else [function_arn, f"{function_arn}:{qualifier}"]
    return {"Version": VERSION, "Statement": [_allow(["lambda:InvokeFunction"], resources)]}


def _allow(actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def _parts(function_arn: str) -> dict[str, str]:
    found = FUNCTION.match(function_arn)
    assert found is not None, f"{function_arn} comes from AWS, or was put together here"
    return found.groupdict()


def _model_arns(model: str, of: Mapping[str, str]) -> list[str]:
    """The ARNs of a model in the function's region; of an inference profile, and of its model in every region."""
    if model.startswith("arn:"):
        return [model]
    found = MODEL.fullmatch(model)
    if found is None:
        raise UsageError(f"{model!r} is no model", where="--bedrock", expected="a model's id, profile or ARN")
    bedrock = f"arn:{of['partition']}:bedrock"
    if found["profile"] is None:
        return [f"{bedrock}:{of['region']}::foundation-model/{model}"]
    profile = f"{bedrock}:{of['region']}:{of['account']}:inference-profile/{model}"
    return [profile, f"{bedrock}:*::foundation-model/{found['model']}"]
