"""Finds the run directory of a command: the one it names, the one it left unfinished, or a new one."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rewardlab.engines import APART, ModelSpec, check_options, check_sampling
from rewardlab.engines.loading import loading
from rewardlab.engines.recorded import RecordedEngine, open_recorded
from rewardlab.errors import RunError, UsageError
from rewardlab.progress import Progress
from rewardlab.readers.files import digest_of
from rewardlab.readers.logged import read_logged
from rewardlab.readers.logs import Log
from rewardlab.rewards.code.sources import reward_digest
from rewardlab.rewards.deployed.function import FunctionName, describe, function_named
from rewardlab.runs.directory import Run, files_print
from rewardlab.runs.manifest import Manifest, RewardRecord
from rewardlab.settings.audit import Settings
from rewardlab.settings.sampling import drawn_as, identity, sources
from rewardlab.settings.secrets import without_secrets
from rewardlab.task import Prompt
from rewardlab.version import __version__

DEFAULT_GENERATIONS = 8
RUNS = Path("runs")
#: The sampling of runs by earlier versions, which did not record these settings.
EARLIER = {"reasoning": "drop"}

Clock = Callable[[], datetime]


def reward_record(path: Path, settings: Settings, *, digest: str | None = None) -> RewardRecord:
    """The reward as a run notes it, before its entry is known; `digest` is its code's, if the caller knows it.

    Raises: RewardError when the file cannot be read, or the function not be reached.
    """
    if (name := function_named(path)) is not None:
        return _function_record(name, settings.platform)
    digest = digest or reward_digest(path)
    called = ":".join(
        str(part)
        for part in (
            digest,
            settings.entry,
            settings.platform,
            f"{settings.reward_timeout:g}",
            settings.reward_memory,
            *settings.reward_env,
            *(("network",) if settings.reward_network else ()),
            *((f"files={settings.reward_paths}",) if settings.reward_files else ()),
            *((f"weights={settings.weights}",) if settings.weights is not None else ()),
            *((f"kwargs={sorted(settings.reward_kwargs.items())}",) if settings.reward_kwargs else ()),
        )
    )
    return RewardRecord(
        key=hashlib.sha256(called.encode()).hexdigest()[:12],
        path=str(path),
        sha256=digest,
        entry=settings.entry or "",
        kind="",
        platform=settings.platform,
        timeout=settings.reward_timeout,
        memory_mb=settings.reward_memory,
        place=settings.profile.shape.reference if settings.profile.is_disputed else None,
    )


def _function_record(name: FunctionName, platform: str) -> RewardRecord:
    """The record of a deployed function. What AWS does not tell is 0 or empty.

    If AWS tells nothing, the function may have changed since: the key then contains the time, so that no earlier score
    counts as this function's.
    """
    facts = describe(name)
    called = (
        f"{facts.arn}:{facts.version}:{facts.code_sha256}:{facts.configured}:{platform}"
        if facts is not None
        else f"{name}:{datetime.now(UTC).isoformat()}:{platform}"
    )
    return RewardRecord(
        key=hashlib.sha256(called.encode()).hexdigest()[:12],
        path=facts.arn if facts is not None else str(name),
        sha256=facts.code_sha256 if facts is not None else "",
        entry=facts.handler if facts is not None else "",
        kind="lambda",
        platform=platform,
        timeout=facts.timeout if facts is not None else 0.0,
        memory_mb=facts.memory_mb if facts is not None else 0,
    )


def open_run(
    prompts_path: Path,
    prompts: Sequence[Prompt],
    settings: Settings,
    *,
    record: RewardRecord | None,
    progress: Progress,
    now: Clock,
    recorded: RecordedEngine | None = None,
) -> Run:
    """Resume the run directory that the settings name or imply, or make a new one.

    Without `--out`, the newest unfinished run of the same command in runs/ is resumed. `recorded` is the model, where
    it is a recording (`recording_of`).
    Raises: RunError when the directory holds a run of other prompts or of another sampling.
    """
    spec = settings.model_spec
    check_sampling(spec.engine, drawn_as(settings, lenient=settings.is_taken("thinking")), system=settings.system)
    wanted = Manifest(
        created=now().isoformat(timespec="seconds"),
        rewardlab=__version__,
        model=str(spec),
        sampling=sampling_identity(spec, settings),
        num_generations=_wanted_generations(settings, recorded),
        prompts_path=str(prompts_path),
        prompts_sha256=digest_of(prompts_path),
        settings=settings.stored(),
        sources=sources(settings, settings.preset),
        settings_files=settings.files,
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


def log_of(settings: Settings, progress: Progress) -> tuple[Path, tuple[Prompt, ...], Log]:
    """The log that the settings name for a model, and its prompts, which are audited where none are named.

    Raises: UsageError for any other model; InputError where the log cannot be read, or holds no prompts.
    """
    spec = settings.model_spec
    if spec.engine != "recorded":
        raise UsageError(
            "no prompts named",
            expected="PROMPTS",
            do="name a file after the reward, or --model recorded:LOG that holds them",
        )
    path = Path(spec.model)
    with loading(progress, str(spec)):
        prompts, log = read_logged(path, settings.file_reading)
    return path, prompts, log


def recording_of(
    settings: Settings, prompts: Sequence[Prompt], progress: Progress, *, log: Log | None = None
) -> RecordedEngine | None:
    """The recording that the settings name for a model, read and matched to the prompts; None for any other model.

    `log` is what it holds, where the prompts were taken from it.
    Raises: InputError for a row that cannot be used, and where no generation is of one of the prompts.
    """
    spec = settings.model_spec
    if spec.engine != "recorded":
        return None
    check_options(settings.engine, (), engine=spec.engine)
    if log is not None:
        recorded = RecordedEngine(Path(spec.model), log)
    else:
        with loading(progress, str(spec)):
            recorded = open_recorded(Path(spec.model), settings.file_reading)
    recorded.check_prompts(prompts)
    return recorded


def _wanted_generations(settings: Settings, recorded: RecordedEngine | None) -> int:
    if settings.num_generations is not None:
        return settings.num_generations
    return DEFAULT_GENERATIONS if recorded is None else recorded.generations_per_prompt


def sampling_identity(spec: ModelSpec, settings: Settings) -> dict[str, Any]:
    """All that determines a generation: the model, its files, and how it is drawn."""
    path = Path(spec.model)
    return {
        "model": f"{spec.engine}:{path.resolve()}" if path.exists() else str(spec),
        "files": files_print(path),
        **identity(settings),
        "engine": without_secrets(settings.engine),
        **({"reasoning": settings.reasoning} if spec.engine in APART else {}),
        **({"reading": said} if spec.engine == "recorded" and (said := settings.file_reading.identity) else {}),
    }


def find_unfinished(runs: Path, wanted: Manifest, record: RewardRecord | None) -> Path | None:
    """The newest run under `runs` that the same command left unfinished and no other process holds."""
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
    """Resume a run: the sampling must be the same; prompts, and generations per prompt, may have been added."""
    where = str(run.folder)
    do = "name a new folder with --out, or use the settings it was made with"
    for name in {**run.manifest.sampling, **wanted.sampling}:
        held, value = run.manifest.sampling.get(name, EARLIER.get(name)), wanted.sampling.get(name)
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
