"""The generations that a package is proven with, and the audit's scores of them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from rewardlab.aws.prove.runtime_process import Configuration
from rewardlab.errors import InputError, RunError
from rewardlab.outcome import REASONS, Outcome, Reason, Scored, Unscored
from rewardlab.packages.manifest import PackageManifest
from rewardlab.packages.unpacked import Package
from rewardlab.platforms import ReferencePlace, find_platform
from rewardlab.readers.generations import read_generations
from rewardlab.readers.logs import is_ours, read_log
from rewardlab.readers.matching import match
from rewardlab.readers.prompts import read_prompts
from rewardlab.readers.reading import PLAIN
from rewardlab.rewards.events.event import Key
from rewardlab.rewards.isolation.pool import Pair, ScoringPool
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.runs.directory import Run
from rewardlab.runs.manifest import RewardRecord
from rewardlab.runs.parts import ASKED_ABOUT, generations_of
from rewardlab.task import Prompt


@dataclass(frozen=True, slots=True)
class Evidence:
    """Prompts with their generations, and the audit's outcomes; None if the audit's worker has yet to score them.

    `noisy` counts generations that got another score when the audit scored them again. `timeout` and `memory_mb` are
    the audit's bounds, None if there was no audit.
    """

    source: str
    pairs: tuple[Pair, ...]
    audit: Mapping[Key, Outcome] | None
    noisy: int = 0
    timeout: float | None = None
    memory_mb: int | None = None
    notices: tuple[str, ...] = ()
    place: ReferencePlace | None = None

    @property
    def whose(self) -> Literal["run", "worker"]:
        """Whose scores the function's are compared with."""
        return "worker" if self.audit is None else "run"


def from_run(run: Path, manifest: PackageManifest, prompts: Path | None) -> Evidence:
    """Evidence from a run: its generations, and the scores that the packaged reward gave them.

    Arguments: `prompts`, where given, must hold the run's prompts.
    Raises: RunError when the directory cannot be used, or holds no scores of the packaged source.
    """
    with Run.open(run) as held:
        record = _record(held, manifest)
        held.read_as(record.reading)
        by_id = {prompt.id: prompt for prompt in held.prompts()}
        _check_same(by_id, prompts, run)
        scores = held.scores(record.key).read()
        audit = {key: outcome for key, outcome in _outcomes(scores) if key[0] in by_id}
        noisy = _noisy(held.rescores(record.key).read(), audit)
        generations = held.generations.read(ASKED_ABOUT)
    every = list(generations_of(generations))
    pairs = [(by_id[one.prompt_id], one) for one in every if (one.prompt_id, one.index) in audit]
    if not pairs:
        raise RunError("the packaged reward has scored nothing in it", where=str(run), do="finish the audit first")
    notices = []
    if left := len(every) - len(pairs):
        notices.append(f"{left} generations of the run were not scored and are left out")
    if record.platform != manifest.platform:
        notices.append(f"the run was scored for {record.platform}, the package is for {manifest.platform}")
    if manifest.entry is not None and record.entry != manifest.entry:
        notices.append(f"the run was scored by {record.entry}, the package holds {manifest.entry}")
    return Evidence(
        str(run), tuple(pairs), audit, noisy, record.timeout, record.memory_mb, tuple(notices), record.place
    )


def from_file(recorded: Path, prompts: Path) -> Evidence:
    """Evidence from recorded generations of some prompts, not scored yet.

    Raises: InputError for a row that cannot be used, or when the two files have no prompt in common.
    """
    every = read_prompts(prompts)
    by_id = {prompt.id: prompt for prompt in every}
    log = None if is_ours(recorded, PLAIN) else read_log(recorded, PLAIN)
    matched = None if log is None else match(log, every, where=str(recorded))
    generations = read_generations(recorded) if matched is None else matched.generations
    pairs = tuple((by_id[one.prompt_id], one) for one in generations if one.prompt_id in by_id)
    if not pairs:
        expected = f"ids such as {next(iter(by_id))!r}" + (
            f"; it has {generations[0].prompt_id!r}" if generations else ""
        )
        raise InputError("no prompt_id is an id of the prompts", where=str(recorded), expected=expected)
    left = len(generations) - len(pairs)
    notices = (f"{left} generations of prompts that are not in {prompts} are left out",) if left else ()
    told = () if matched is None else matched.notices
    return Evidence(str(recorded), pairs, None, notices=(*told, *notices))


def score_by_worker(
    package: Package, configuration: Configuration, pairs: Sequence[Pair], *, log: Path
) -> dict[Key, Outcome]:
    """Score these generations with the audit's own worker, which runs the packaged files.

    Raises: RewardError when the worker cannot load the reward.
    """
    manifest = package.manifest
    paths = [str(package.layer / "python")] if package.layer else []
    paths += [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    variables = {**configuration.environment, **configuration.role.variables}
    variables |= {"PYTHONPATH": os.pathsep.join(paths)} if paths else {}
    source = RewardSource(
        package.task / manifest.reward,
        manifest.entry,
        configuration.timeout,
        configuration.memory_mb,
        variables=tuple(variables.items()),
        weights=manifest.weights,
        arguments=tuple(manifest.arguments.items()),
        network=True,  # as in the runtime that it is compared with, where the zip has run already
    )
    outcomes: list[tuple[Key, Outcome]] = []
    with ScoringPool(source, find_platform(manifest.platform), log=log) as pool:
        for prompt, generation in pairs:
            if pool.submit(prompt, generation):
                outcomes += pool.drain()
        pool.flush()
        while ready := pool.wait():
            outcomes += ready
    return dict(outcomes)


def _record(run: Run, manifest: PackageManifest) -> RewardRecord:
    """The last reward of the packaged source that scored the run, preferably with the same platform and entry."""
    every = run.manifest.rewards
    found = [one for one in every if one.sha256 == manifest.source_sha256]
    if not found:
        scored = ", ".join(f"{one.path} ({one.sha256[:12]})" for one in every) or "no reward"
        what = f"it was scored by {scored}; the package holds {manifest.source_sha256[:12]}"
        do = f"package the audited file, or score this one: rewardlab score {run.folder} REWARD"
        raise RunError(what, where=str(run.folder), do=do)
    alike = [one for one in found if (one.platform, one.entry) == (manifest.platform, manifest.entry)]
    return (alike or found)[-1]


def _check_same(by_id: Mapping[str, Prompt], prompts: Path | None, run: Path) -> None:
    if prompts is None:
        return
    for prompt in read_prompts(prompts):
        if prompt.id in by_id and by_id[prompt.id].digest != prompt.digest:
            what = f"the run's prompt {prompt.id!r} reads otherwise than in {prompts}"
            raise RunError(what, where=str(run), do="leave the prompts out: the run holds its own")


def _outcomes(scores: pa.Table) -> list[tuple[Key, Outcome]]:
    rows = scores.select(["prompt_id", "index", "score", "reason", "detail", "seconds"]).to_pylist()
    return [((row["prompt_id"], row["index"]), _outcome(row["score"], row)) for row in rows]


def _outcome(score: float | None, row: Mapping[str, object]) -> Outcome:
    if score is not None:
        return Scored(score, (), 0.0)
    reason: Reason = next((one for one in REASONS if one == row["reason"]), "invalid")
    return Unscored(reason, str(row["detail"]), 0.0)


def _noisy(rescores: pa.Table, audit: Mapping[Key, Outcome]) -> int:
    """How many generations got another score when the audit scored them again."""
    found = set()
    for row in rescores.to_pylist():
        before = audit.get((row["prompt_id"], row["index"]))
        if isinstance(before, Scored) and row["score"] != before.score:
            found.add((row["prompt_id"], row["index"]))
    return len(found)
