"""The report of `rewardlab package`, schema `rewardlab.packaging/1`. Everything shown is read from it."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from rewardlab.reports.finding import FindingPart
from rewardlab.reports.notebook import Whole
from rewardlab.reports.section import Part


class Contributor(Part):
    """The unpacked size of one contributor to the zip: a distribution, a user file or the handler."""

    name: str
    bytes: int


class PackageReport(Whole):
    """The result of `rewardlab package`. `refused`: a finding forbids the package, and nothing was written."""

    formats: ClassVar = ("rewardlab.formats.packaging", "PACKAGE_FORMATS")
    schema_: Literal["rewardlab.packaging/1"] = Field(default="rewardlab.packaging/1", alias="schema")
    verdict: Literal["packaged", "refused"]
    reward: str
    entry: str | None
    kind: str | None
    platform: str
    python: str
    architecture: str
    path: str | None = Field(description="the zip, or the container's folder; null when refused")
    sha256: str | None = Field(description="of the zip")
    size: int | None = Field(description="bytes of the zip")
    layer: str | None = Field(description="the second zip, with the dependencies")
    unpacked_size: int = Field(description="bytes of all files together, including the layer's")
    contributors: tuple[Contributor, ...] = Field(description="the largest first")
    requirements: tuple[str, ...]
    audit: dict[str, Any] | None
    findings: tuple[FindingPart, ...]

    @property
    def exit_code(self) -> int:
        """0 when packaged, 1 when refused."""
        return {"packaged": 0, "refused": 1}[self.verdict]
