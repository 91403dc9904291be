"""The report of `rewardlab prove`, schema `rewardlab.proof/1`. Everything shown is read from it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rewardlab.reports.section import Part


class PackagePart(Part):
    """The zip that was run, as its manifest tells."""

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
    """What the function was configured with; of the environment only the names, for values may be secrets."""

    timeout_s: float
    memory_mb: int
    environment: tuple[str, ...]


class DifferencePart(Part):
    """A generation that the audit and the function scored differently; null where one of them gave no score."""

    prompt_id: str
    index: int
    audit: float | None
    function: float | None
    detail: str | None = Field(description="why there is no score, where there is none")


class FailurePart(Part):
    """Invocations that failed in one way, in Lambda's words, with one of them as an example."""

    type: str
    count: int
    message: str
    samples: int = Field(description="samples of the example's event")
    log_tail: str


class ScoresPart(Part):
    """How the function's scores compare with the audit's. Each sample asked about is in one of the counts."""

    source: Literal["run", "worker"] = Field(description="whose scores: a run's, or the audit's worker's, asked here")
    samples: int
    equal: int
    close: int = Field(description="not equal, but within 1e-9")
    both_unscored: int
    different: int
    not_asked: int = Field(description="left after too many failures")
    repeated: int = Field(description="samples that the function was asked about more than once")
    noisy: int = Field(description="of those, the samples whose scores differed from one another")
    audit_noisy: int = Field(description="samples that the audit had scored again, with another score")


class ColdPart(Part):
    """Starts of a fresh process: the seconds to load, and of the first invocation."""

    processes: int
    init_s: tuple[float, ...]
    first_s: tuple[float, ...]
    init_timeouts: int = Field(description="starts that took longer than Lambda's 10 s")


class WarmPart(Part):
    """Invocations of a process that had answered before: the largest batch sent, and its milliseconds."""

    invocations: int
    batch: int
    p50_ms: float
    p90_ms: float
    p99_ms: float


class Recommended(Part):
    """What to configure. `slowdown` is how much slower than here the function's share of a processor makes it."""

    timeout_s: int
    memory_mb: int
    vcpu: float
    slowdown: float
    fits: bool = Field(description="whether the seconds needed lie within what Lambda allows")


class ProofReport(Part):
    """The result of `rewardlab prove`. Statistics that nothing could be measured for are null."""

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
    isolated: bool = Field(description="whether the system was read-only and the temporary folder private")
    notices: tuple[str, ...]
    versions: dict[str, str]

    @property
    def exit_code(self) -> int:
        """0 when proven, 1 when a score differs or an invocation fails."""
        return {"proven": 0, "differs": 1, "failed": 1}[self.verdict]
