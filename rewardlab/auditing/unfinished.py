"""Finds what a run still lacks before its last reward may get a verdict, and the command that resumes it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from rewardlab.auditing.decision import Decision
from rewardlab.engines import parse_model
from rewardlab.findings import Finding
from rewardlab.runs.directory import Run
from rewardlab.runs.manifest import RewardRecord
from rewardlab.settings.reading import shown_reading
from rewardlab.task import Prompt

KEYS = ["prompt_id", "index"]
CODE = "RL605"
JUDGES = "its judges were not asked to the end"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What is missing, a sentence each, in the order in which a resumed run does it; `command` resumes the run."""

    missing: tuple[str, ...]
    command: str

    @property
    def text(self) -> str:
        return f"Unfinished: {'; '.join(self.missing)}. Resume with: {self.command}"

    @property
    def decision(self) -> Decision:
        """INCONCLUSIVE: the part that is there need not be a random part of the whole."""
        return Decision("inconclusive", (CODE,), "sample_more", self.text)

    @property
    def finding(self) -> Finding:
        return Finding(CODE, "warning", {"missing": list(self.missing)}, f"Resume the run: {self.command}")


def unfinished(
    run: Run, record: RewardRecord, *, prompts: Sequence[Prompt], generations: pa.Table, scores: pa.Table
) -> Unfinished | None:
    """What this reward's scores of the run still lack before a verdict; None if nothing.

    Arguments: `generations` and `scores` hold at least the columns prompt_id and index.
    Raises: RunError when the run's findings cannot be read.
    """
    absent = _absent(run, prompts, generations)
    missing = tuple(_missing(run, record, absent, generations, scores))
    if not missing:
        return None
    said = [f"--columns={shown_reading('columns', record.columns)}"] if record.columns else []
    again = ["score", str(run.folder), record.path, *(f"--from={name}" for name in record.from_format), *said]
    if absent or not run.manifest.finished:
        again = ["audit", record.path, run.manifest.prompts_path, *_options(run), "--out", str(run.folder)]
    return Unfinished(missing, shlex.join(["rewardlab", *again]))


def unfinished_run(run: Run, record: RewardRecord) -> Unfinished | None:
    """The same as `unfinished`, with the tables read from the run directory."""
    generations, scores = run.generations.read(KEYS), run.scores(record.key).read(KEYS)
    return unfinished(run, record, prompts=run.prompts(), generations=generations, scores=scores)


def finish_judging(run: Run, record: RewardRecord) -> None:
    """Note that the run is finished, if it lacked only its judges' answers, which are there now."""
    lacks = unfinished_run(run, record)
    if lacks is not None and lacks.missing == (JUDGES,):
        run.update(replace(run.manifest, finished=True))


def _missing(run: Run, record: RewardRecord, absent: int, generations: pa.Table, scores: pa.Table) -> Iterator[str]:
    if absent:
        yield f"{absent:,} of the generations that its prompts ask for were not sampled"
    unscored = generations.select(KEYS).join(scores.select(KEYS), KEYS, join_type="left anti").num_rows
    if unscored:
        yield f"{unscored:,} of {generations.num_rows:,} generations were not scored by this reward"
    examined = run.findings(record.key) is not None
    if not examined:
        yield "what the reward's examination found was not saved"
    if run.manifest.judges and not run.manifest.finished:
        yield JUDGES
    if record.finished is False and not unscored and examined:
        yield "its scoring was broken off before the end"


def _absent(run: Run, prompts: Sequence[Prompt], generations: pa.Table) -> int:
    """How many of the generations asked for the run lacks; a recording that was read to its end lacks none."""
    manifest = run.manifest
    ids = pa.array([prompt.id for prompt in prompts], pa.string())
    asked = pc.and_(pc.is_in(generations["prompt_id"], ids), pc.less(generations["index"], manifest.num_generations))
    absent = len(prompts) * manifest.num_generations - int(pc.sum(asked).as_py() or 0)
    if parse_model(manifest.model).engine != "recorded":
        return absent
    # A run of an earlier version does not say how much its recording lacked.
    held = manifest.lacking if manifest.lacking is not None else absent if manifest.finished else 0
    return max(0, absent - held)


def _options(run: Run) -> list[str]:
    """The options of the command that made the run, as it keeps them."""
    settings: Mapping[str, Any] = {"model": run.manifest.model, **run.manifest.settings}
    written = []
    for name, value in settings.items():
        if name == "engine":
            written += [part for key, held in value.items() for part in ("--engine-option", f"{key}={_shown(held)}")]
        elif value not in (None, [], {}):
            written += [f"--{name.replace('_', '-')}", shown_reading(name, value) or _shown(value)]
    judges = [part for judge in run.manifest.judges for part in ("--judge", f"{judge.source}@{judge.model}")]
    return [*written, *judges]


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ",".join(map(_shown, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
