"""Proves a package: runs it in AWS's runtime client and compares its scores with the audit's."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from rewardlab.aws.prove.evidence import Evidence, from_file, from_run, score_by_worker
from rewardlab.aws.prove.execution import Executor
from rewardlab.aws.prove.runtime_client import client_version
from rewardlab.aws.prove.runtime_process import Configuration
from rewardlab.aws.prove.summary import summarize
from rewardlab.aws.prove.variables import Role, check_variables
from rewardlab.errors import UsageError
from rewardlab.packages.packaged import check_runs_here
from rewardlab.packages.unpacked import Package, make_removable, unpack
from rewardlab.platforms import find_platform
from rewardlab.reports.proof import ProofReport

#: The audit's own bounds, used if neither an option nor a run gives others.
DEFAULT_SECONDS, DEFAULT_MB = 60.0, 512


def prove(
    package: Path,
    *,
    prompts: Path | None = None,
    recorded: Path | None = None,
    run: Path | None = None,
    layer: Path | None = None,
    timeout: float | None = None,
    memory_mb: int | None = None,
    environment: Mapping[str, str] | None = None,
    role: Role | None = None,
) -> ProofReport:
    """Run a package in AWS's runtime client and compare its scores with the audit's.

    Arguments: either `recorded` generations of `prompts`, scored for comparison by the audit's worker, or a `run` of
    the packaged source. `timeout` (seconds) and `memory_mb` default to the run's bounds, else to the audit's; `role`
    is the function's region and credentials, by default none.
    Raises: RewardlabError when there is nothing to prove, or it cannot be proven here. A failing package is a verdict.
    """
    client_version()
    chosen = dict(environment or {})
    check_variables(chosen)
    with tempfile.TemporaryDirectory(prefix="rewardlab-") as folder:
        root = Path(folder).resolve()
        try:
            unpacked = unpack(package, root, layer=layer)
            check_runs_here(unpacked, package)
            evidence = _evidence(unpacked, prompts=prompts, recorded=recorded, run=run)
            configuration = Configuration(
                _first(timeout, evidence.timeout, DEFAULT_SECONDS),
                int(_first(memory_mb, evidence.memory_mb, DEFAULT_MB)),
                chosen,
                role or Role(),
            )
            platform = find_platform(unpacked.manifest.platform).reading(evidence.place)
            seen = Executor(unpacked, configuration, platform, root=root).execute(evidence.pairs)
            audit = evidence.audit
            if audit is None:
                asked = [pair for pair in evidence.pairs if (pair[1].prompt_id, pair[1].index) in seen.outcomes]
                audit = score_by_worker(unpacked, configuration, asked, log=root / "worker.log") if asked else {}
        finally:
            make_removable(root)
    return summarize(package, unpacked, configuration, evidence, seen=seen, audit=audit)


def _evidence(unpacked: Package, *, prompts: Path | None, recorded: Path | None, run: Path | None) -> Evidence:
    if (recorded is None) == (run is None):
        raise UsageError(
            "one source of generations is needed", expected="--model recorded:FILE, or --run RUN", do="give one of them"
        )
    if run is not None:
        return from_run(run, unpacked.manifest, prompts)
    if prompts is None:
        raise UsageError("recorded generations need their prompts", do="name prompts.jsonl after the zip")
    assert recorded is not None, "one of the two was given"
    return from_file(recorded, prompts)


def _first(*values: float | None) -> float:
    return next(value for value in values if value is not None)
