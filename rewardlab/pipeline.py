"""The audit: sample -> score -> measure -> decide, over a run directory that can be resumed at any point."""

from __future__ import annotations

import hashlib
import itertools
import platform as python_platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from typing_extensions import Unpack

import rewardlab
from rewardlab.capture import captured
from rewardlab.decision import decide
from rewardlab.engines import Engine, ModelSpec, open_engine
from rewardlab.engines.recorded import RecordedEngine
from rewardlab.errors import EngineError, InputError, RewardError, RunError
from rewardlab.measurement import measure
from rewardlab.platforms import PLATFORMS
from rewardlab.probes import ask_all
from rewardlab.probes.targets import Targets
from rewardlab.progress import Progress, Silent
from rewardlab.report import Report
from rewardlab.reporting import build_report
from rewardlab.rewards.pool import ScoringPool
from rewardlab.rewards.process import EntryFound, RewardSource
from rewardlab.run import Manifest, RewardRecord, Run, Writer, discard_if_empty, sha256_of, write_atomically
from rewardlab.settings import AuditOptions, Settings, load_settings, parse_options
from rewardlab.task import Generation, Prompt, Request, Sampling, read_prompts

DEFAULT_GENERATIONS = 8
RUNS = Path("runs")
#: What a kill can cost: at most this much sampling is done again.
FLUSH_SECONDS = 5.0
FLUSH_GENERATIONS = 20_000

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def audit(reward: str | Path, prompts: str | Path, **options: Unpack[AuditOptions]) -> Report:
    """Audit a reward file on prompts, and return the Report that `rewardlab audit` prints.

    Arguments: the options of the command line, by their names in rewardlab.toml; settings not given come from
    rewardlab.toml here or beside the prompts.
    Raises: RewardlabError for whatever makes the audit impossible; a verdict is never an exception.
    """
    return run_audit(Path(reward), Path(prompts), load_settings(options, Path(prompts)))


def read_report(folder: str | Path, **options: Unpack[AuditOptions]) -> Report:
    """The Report of a run directory, measured again; options that judge (band, success_at, ...) may differ.

    Raises: RunError when the folder holds no run or nothing was scored in it; UsageError for an option that is unfit.
    """
    return run_report(Path(folder), parse_options(options))


def run_audit(
    reward: Path, prompts_path: Path, settings: Settings, *, progress: Progress | None = None, now: Clock = utc_now
) -> Report:
    """Sample and score what the run directory does not hold yet, then conclude.

    Raises: RewardlabError as `audit` does; KeyboardInterrupt leaves a run directory that resumes.
    """
    progress = progress or Silent()
    prompts = read_prompts(prompts_path)
    record = reward_record(reward, settings)
    with open_run(prompts_path, prompts, settings, record=record, progress=progress, now=now) as run:
        try:
            fill(run, settings, reward=reward, record=record, progress=progress)
        except (EngineError, RewardError, InputError):
            discard_if_empty(run.folder)
            raise
        return conclude(run, settings)


def run_sample(
    prompts_path: Path, settings: Settings, *, progress: Progress | None = None, now: Clock = utc_now
) -> Path:
    """Sample only; returns the run directory, which `run_score` scores.

    Raises: RewardlabError.
    """
    progress = progress or Silent()
    prompts = read_prompts(prompts_path)
    with open_run(prompts_path, prompts, settings, record=None, progress=progress, now=now) as run:
        try:
            fill(run, settings, reward=None, record=None, progress=progress)
        except (EngineError, InputError):
            discard_if_empty(run.folder)
            raise
        return run.folder


def run_score(folder: Path, reward: Path, options: Mapping[str, Any], *, progress: Progress | None = None) -> Report:
    """Score a run directory's generations with another reward, and conclude about that one.

    Raises: RewardlabError.
    """
    with Run.open(folder) as run:
        settings = Settings.model_validate({**run.manifest.settings, **options})
        fill(
            run,
            settings,
            reward=reward,
            record=reward_record(reward, settings),
            progress=progress or Silent(),
            sample=False,
        )
        return conclude(run, settings)


def run_report(folder: Path, options: Mapping[str, Any]) -> Report:
    """Conclude again about a run directory's last reward, with other settings that judge.

    Raises: RunError.
    """
    with Run.open(folder) as run:
        return conclude(run, Settings.model_validate({**run.manifest.settings, **options}))


def reward_record(path: Path, settings: Settings) -> RewardRecord:
    """The reward as a run notes it, before its entry is known.

    Raises: RewardError when the file cannot be read.
    """
    try:
        digest = sha256_of(path)
    except OSError as error:
        raise RewardError(
            f"cannot be read ({error.strerror})",
            where=str(path),
            expected="a Python file that defines a reward function",
        ) from None
    called = f"{digest}:{settings.entry}:{settings.platform}:{settings.reward_timeout:g}:{settings.reward_memory}"
    return RewardRecord(
        key=hashlib.sha256(called.encode()).hexdigest()[:12],
        path=str(path),
        sha256=digest,
        entry=settings.entry or "",
        kind="",
        platform=settings.platform,
        timeout=settings.reward_timeout,
        memory_mb=settings.reward_memory,
    )


# --- the run directory -----------------------------------------------------------------------------------------------


def open_run(
    prompts_path: Path,
    prompts: Sequence[Prompt],
    settings: Settings,
    *,
    record: RewardRecord | None,
    progress: Progress,
    now: Clock,
) -> Run:
    """Resume the run directory that the settings name or imply, or make a new one.

    Without `--out`, the newest unfinished run of the same command in runs/ is resumed.
    Raises: RunError when the directory holds a run of other prompts or of another sampling.
    """
    spec = settings.model_spec
    wanted = Manifest(
        created=now().isoformat(timespec="seconds"),
        rewardlab=rewardlab.__version__,
        sampling=sampling_identity(spec, settings),
        num_generations=_wanted_generations(spec, settings),
        prompts_path=str(prompts_path),
        prompts_sha256=sha256_of(prompts_path),
        settings=settings.model_dump(exclude_unset=True, exclude={"out"}, mode="json"),
    )
    if settings.out is not None:
        folder = Path(settings.out)
        if not (folder / "run.json").exists():
            return Run.create(folder, wanted, prompts)
    else:
        found = find_unfinished(RUNS, wanted, record)
        if found is None:
            return Run.create(_new_folder(now()), wanted, prompts)
        folder = found
    run = Run.open(folder)
    try:
        _resume(run, wanted, prompts)
    except RunError:
        run.close()
        raise
    progress.note(f"resuming {folder}")
    return run


def _wanted_generations(spec: ModelSpec, settings: Settings) -> int:
    if settings.num_generations is not None:
        return settings.num_generations
    if spec.engine == "recorded":
        recorded = open_engine(spec, settings.engine)
        assert isinstance(recorded, RecordedEngine), "the recorded engine"
        return recorded.generations_per_prompt
    return DEFAULT_GENERATIONS


def sampling_identity(spec: ModelSpec, settings: Settings) -> dict[str, Any]:
    """What makes a generation what it is: the model, its files, and how it is drawn."""
    path = Path(spec.model)
    files = [path] if path.is_file() else sorted(path.glob("*")) if path.is_dir() else []
    prints = [f"{file.name}:{file.stat().st_size}:{file.stat().st_mtime_ns}" for file in files if file.is_file()]
    return {
        "model": f"{spec.engine}:{path.resolve()}" if path.exists() else str(spec),
        "files": hashlib.sha256("\n".join(prints).encode()).hexdigest()[:16] if prints else None,
        "temperature": settings.temperature,
        "max_tokens": settings.max_tokens,
        "seed": settings.seed,
        "engine": dict(settings.engine),
    }


def find_unfinished(runs: Path, wanted: Manifest, record: RewardRecord | None) -> Path | None:
    """The newest run under `runs` that the same command left unfinished and nobody holds."""
    for path in sorted(runs.glob("*/run.json"), reverse=True):
        try:
            with Run.open(path.parent) as run:
                manifest = run.manifest
        except RunError:
            continue
        scored_by = {reward.key for reward in manifest.rewards}
        same_reward = not scored_by or (record is not None and record.key in scored_by)
        if (
            not manifest.finished
            and same_reward
            and manifest.sampling == wanted.sampling
            and manifest.num_generations == wanted.num_generations
            and manifest.prompts_sha256 == wanted.prompts_sha256
        ):
            return path.parent
    return None


def _new_folder(moment: datetime) -> Path:
    stamp = moment.astimezone().strftime("%Y-%m-%dT%H-%M-%S")
    names = itertools.chain([stamp], (f"{stamp}-{number}" for number in itertools.count(2)))
    return next(RUNS / name for name in names if not (RUNS / name).exists())


def _resume(run: Run, wanted: Manifest, prompts: Sequence[Prompt]) -> None:
    """Take up a run: the sampling must be the same; prompts may have come to it, and generations per prompt too."""
    where = str(run.folder)
    do = "name a new folder with --out, or use the settings it was made with"
    for name, value in wanted.sampling.items():
        held = run.manifest.sampling.get(name)
        if held != value:
            what = (
                "the model's files have changed"
                if name == "files"
                else f"it was sampled with {name} {held!r}, not {value!r}"
            )
            raise RunError(what, where=where, do=do)
    new = {prompt.id: prompt for prompt in prompts}
    for prompt in run.prompts():
        if prompt.id not in new:
            raise RunError(f"it holds the prompt {prompt.id!r}, which the prompts file lacks", where=where, do=do)
        if new[prompt.id].digest != prompt.digest:
            raise RunError(f"its prompt {prompt.id!r} reads otherwise than in the prompts file", where=where, do=do)
    run.save_prompts(prompts)
    run.update(
        replace(
            run.manifest,
            num_generations=max(run.manifest.num_generations, wanted.num_generations),
            prompts_path=wanted.prompts_path,
            prompts_sha256=wanted.prompts_sha256,
            settings=wanted.settings,
            finished=False,
        )
    )


# --- sampling and scoring --------------------------------------------------------------------------------------------


def fill(
    run: Run,
    settings: Settings,
    *,
    reward: Path | None,
    record: RewardRecord | None,
    progress: Progress,
    sample: bool = True,
) -> None:
    """Sample and score what the run lacks.

    Raises: EngineError, RewardError, InputError; what was done until then is kept.
    """
    prompts = run.prompts()
    held = run.generations.read()
    requests = missing(prompts, held, run.manifest.num_generations) if sample else []
    backlog = _unscored(prompts, held, run, record)
    writer = Writer(run, record.key if record is not None else None)
    with _pool(reward, settings, run) as pool:
        if record is not None and pool is not None:
            run.add_reward(replace(record, entry=pool.entry.name, kind=pool.entry.kind))
            _tell_entry(pool.entry, reward, progress)
        if requests:
            spec = settings.model_spec
            progress.loading(str(spec))
            with captured(run.folder / "engine.log"):
                engine = open_engine(spec, settings.engine)
            try:
                _sample_and_score(run, engine, requests, backlog, pool, writer, settings, progress)
            finally:
                engine.close()
        elif backlog and pool is not None:
            _pump(iter(()), {}, backlog, pool, writer, progress, to_sample=0)
    run.update(replace(run.manifest, finished=sample or run.manifest.finished))


def _sample_and_score(
    run: Run,
    engine: Engine,
    requests: Sequence[Request],
    backlog: Sequence[tuple[Prompt, Generation]],
    pool: ScoringPool | None,
    writer: Writer,
    settings: Settings,
    progress: Progress,
) -> None:
    if isinstance(engine, RecordedEngine):
        engine.check_prompts([prompt.id for prompt in run.prompts()])
    sampling = Sampling(settings.temperature, settings.max_tokens, settings.seed)
    by_id = {request.prompt.id: request.prompt for request in requests}
    to_sample = sum(len(request.indexes) for request in requests)
    _pump(engine.generate(requests, sampling), by_id, backlog, pool, writer, progress, to_sample=to_sample)
    for notice in engine.notices:
        progress.note(notice)
    notices = tuple(dict.fromkeys([*run.manifest.notices, *engine.notices]))
    run.update(replace(run.manifest, versions=dict(engine.versions), notices=notices))


def _pump(
    generations: Iterator[Generation],
    prompts: Mapping[str, Prompt],
    backlog: Sequence[tuple[Prompt, Generation]],
    pool: ScoringPool | None,
    writer: Writer,
    progress: Progress,
    *,
    to_sample: int,
) -> None:
    """Score generations while the next are sampled; whatever ends it, what arrived is written."""
    sampled = scored = since = 0
    last = time.monotonic()
    progress.begin(to_sample=to_sample, to_score=(to_sample + len(backlog)) if pool is not None else 0)
    try:
        if pool is not None:
            for prompt, generation in backlog:
                pool.submit(prompt, generation)
        for generation in generations:
            writer.add_generation(generation)
            sampled += 1
            since += 1
            if pool is not None:
                pool.submit(prompts[generation.prompt_id], generation)
                scored += writer.add_scores(pool.drain())
            if since >= FLUSH_GENERATIONS or (since % 64 == 0 and time.monotonic() - last > FLUSH_SECONDS):
                writer.flush()
                since, last = 0, time.monotonic()
            progress.update(sampled=sampled, scored=scored)
        if pool is not None:
            pool.flush()
            while outcomes := pool.wait():
                scored += writer.add_scores(outcomes)
                progress.update(sampled=sampled, scored=scored)
                if time.monotonic() - last > FLUSH_SECONDS:
                    writer.flush()
                    last = time.monotonic()
    finally:
        writer.flush()
        progress.end()


@contextmanager
def _pool(reward: Path | None, settings: Settings, run: Run) -> Iterator[ScoringPool | None]:
    if reward is None:
        yield None
        return
    source = RewardSource(reward, settings.entry, settings.reward_timeout, settings.reward_memory)
    with ScoringPool(source, PLATFORMS[settings.platform], log=run.folder / "reward.log") as pool:
        yield pool


def _tell_entry(entry: EntryFound, reward: Path | None, progress: Progress) -> None:
    if entry.others:
        others = " and ".join(entry.others)
        progress.note(f"{reward} also defines {others}; auditing {entry.name} (--entry names another)")


def missing(prompts: Sequence[Prompt], held: pd.DataFrame, num_generations: int) -> list[Request]:
    """The generations still to be sampled, by prompt."""
    done = held.groupby("prompt_id")["index"].agg(set).to_dict() if len(held) else {}
    requests = []
    for prompt in prompts:
        have = done.get(prompt.id, ())
        indexes = tuple(index for index in range(num_generations) if index not in have)
        if indexes:
            requests.append(Request(prompt, indexes))
    return requests


def _unscored(
    prompts: Sequence[Prompt], held: pd.DataFrame, run: Run, record: RewardRecord | None
) -> list[tuple[Prompt, Generation]]:
    """Generations that were sampled before and that this reward has not been asked about."""
    if record is None or held.empty:
        return []
    done = run.scores(record.key).read(["prompt_id", "index"])
    asked = set(zip(done["prompt_id"], done["index"], strict=True))
    by_id = {prompt.id: prompt for prompt in prompts}
    held = held.astype(object).where(held.notna(), None)
    return [
        (by_id[row.prompt_id], Generation(row.prompt_id, int(row.index_), row.text, row.finish_reason))
        for row in held.rename(columns={"index": "index_"}).itertuples(index=False)
        if row.prompt_id in by_id and (row.prompt_id, row.index_) not in asked
    ]


# --- the conclusion --------------------------------------------------------------------------------------------------


def conclude(run: Run, settings: Settings) -> Report:
    """Measure the run's last reward, decide, write report.json, and return the report.

    Raises: RunError when nothing was scored.
    """
    if not run.manifest.rewards:
        raise RunError("nothing was scored", where=str(run.folder), do="score it: rewardlab score RUN reward.py")
    record = run.manifest.rewards[-1]
    profile = PLATFORMS[record.platform]
    targets = Targets(settings.band, settings.band_on, settings.min_informative)
    measured = measure(
        run.prompts(),
        run.generations.read(["prompt_id", "index", "finish_reason"]),
        run.scores(record.key).read(["prompt_id", "index", "score", "reason", "detail", "seconds"]),
        num_generations=run.manifest.num_generations,
        success_at=settings.success_at,
        reward_range=settings.reward_range,
    )
    findings = ask_all(measured, targets, profile)
    decision = decide(measured, findings, targets, profile)
    report = build_report(
        measured, findings, decision, targets, profile, entry=record, provenance=_provenance(run, record)
    )
    write_atomically(run.folder / "report.json", report.to_json().encode())
    return report.attach(run.folder)


def _provenance(run: Run, record: RewardRecord) -> dict[str, Any]:
    manifest = run.manifest
    return {
        "rewardlab": manifest.rewardlab,
        "python": python_platform.python_version(),
        "created": manifest.created,
        "run": str(run.folder),
        "model": manifest.sampling["model"],
        "sampling": dict(manifest.sampling),
        "engine": dict(manifest.versions),
        "notices": list(manifest.notices),
        "prompts": {"path": manifest.prompts_path, "sha256": manifest.prompts_sha256},
        "reward": asdict(record),
        "platform": record.platform,
        "finished": manifest.finished,
    }
