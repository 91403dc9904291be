"""The report of `rewardlab prove`, schema `rewardlab.proof/1`. Everything shown is read from it."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from rewardlab.reports.notebook import Whole
from rewardlab.reports.section import Part


class PackagePart(Part):
    """The zip that was run, as its manifest describes it."""

    path: str
    sha256: str
    platform: str
    reward: str
    entry: str | None
    kind: str | None
    source_sha256: str
    python: str
    architecture: str


class ConfigurationPart(Part):
    """The function's configuration. `environment` holds only the names of variables: values may be secrets."""

    timeout_s: float
    memory_mb: int
    environment: tuple[str, ...]


class DifferencePart(Part):
    """A generation that the audit and the function scored differently; a score is null if none was given."""

    prompt_id: str
    index: int
    audit: float | None
    function: float | None
    detail: str | None = Field(description="why a score is missing, if one is")


class FailurePart(Part):
    """Invocations that failed in the same way: how many, and one of them in Lambda's words as an example."""

    type: str
    count: int
    message: str
    samples: int = Field(description="samples in the example's event")
    log_tail: str


class ScoresPart(Part):
    """How the function's scores compare with the audit's.

    Each sample asked about is counted once: as equal, close, both_unscored or different.
    """

    source: Literal["run", "worker"] = Field(
        description="where the audit's scores come from: a run, or its worker, asked now"
    )
    samples: int
    equal: int
    close: int = Field(description="not equal, but within 1e-9")
    both_unscored: int
    different: int
    not_asked: int = Field(description="samples not sent, because too many invocations had failed")
    repeated: int = Field(description="samples that the function was asked about more than once")
    noisy: int = Field(description="repeated samples whose scores differed")
    audit_noisy: int = Field(description="samples that got another score when the audit scored them again")


class ColdPart(Part):
    """Cold starts: for each fresh process the seconds to load, and the seconds of its first invocation."""

    processes: int
    init_s: tuple[float, ...]
    first_s: tuple[float, ...]
    init_timeouts: int = Field(description="starts that took longer to load than Lambda's 10 s")


class WarmPart(Part):
    """Latency, in milliseconds, of warm invocations (the process had answered before) with the largest batch sent."""

    invocations: int
    batch: int
    p50_ms: float
    p90_ms: float
    p99_ms: float


class Recommended(Part):
    """What to configure. `slowdown`: how many times slower than here the function is on its share of a processor."""

    timeout_s: int
    memory_mb: int
    vcpu: float
    slowdown: float
    fits: bool = Field(description="whether the time needed is within Lambda's limit")


class ProofReport(Whole):
    """The result of `rewardlab prove`. A statistic that could not be measured is null."""

    formats: ClassVar = ("rewardlab.formats.proof", "PROOF_FORMATS")
    schema_: Literal["rewardlab.proof/1"] = Field(default="rewardlab.proof/1", alias="schema")
    verdict: Literal["proven", "differs", "failed"]
    package: PackagePart
    configuration: ConfigurationPart
    source: str = Field(description="the run directory, or the file of generations")
    scores: ScoresPart
    differences: tuple[DifferencePart, ...]
    failures: tuple[FailurePart, ...]
    cold: ColdPart | None
    warm: WarmPart | None
    peak_memory_mb: float | None
    cpu_share: float | None = Field(description="processor seconds per second of a warm invocation, at most 1")
    recommended: Recommended | None
    isolated: bool = Field(description="whether the file system was read-only and the temporary folder private")
    notices: tuple[str, ...]
    versions: dict[str, str]

    @property
    def exit_code(self) -> int:
        """0 when proven, 1 when a score differs or an invocation fails."""
        return {"proven": 0, "differs": 1, "failed": 1}[self.verdict]
