"""The report of `rewardlab deploy`, schema `rewardlab.deployment/1`. Everything shown is read from it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from rewardlab.reports.section import Part


class SettingChange(Part):
    """A changed setting of the function: its value before (null if there was none) and after.

    The values of environment variables are not shown.
    """

    setting: str
    before: str | None
    after: str


class Policies(Part):
    """IAM policy documents: who may assume the function's role, what that role needs, what the trainer's role needs."""

    trust: dict[str, Any]
    function: dict[str, Any]
    trainer: dict[str, Any]


class DeploymentReport(Part):
    """The result of `rewardlab deploy`; with --dry-run what it would be."""

    schema_: Literal["rewardlab.deployment/1"] = Field(default="rewardlab.deployment/1", alias="schema")
    arn: str = Field(description="the function's ARN, without a version or an alias")
    version: str | None = Field(description="published for this code; null if none was asked for, or in a dry run")
    alias: str | None
    created: bool = Field(description="whether there was no function of this name before")
    changes: tuple[SettingChange, ...] = Field(description="empty if the function already was as asked for")
    policies: Policies
