"""The audit: sample -> score -> measure -> decide, over a run directory that can be resumed at any point."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from typing_extensions import Unpack

from rewardlab.auditing.conclusion import conclude, labels_of
from rewardlab.auditing.examination import examining, worker_of
from rewardlab.auditing.panel import ask_judges, last_reward
from rewardlab.auditing.reference_place import reference_column, settle
from rewardlab.auditing.rereading import asked_reading, read_otherwise
from rewardlab.auditing.resume import Clock, log_of, open_run, recording_of, reward_record
from rewardlab.auditing.sampled import ask_with_sampled_answers
from rewardlab.auditing.stream import fill
from rewardlab.auditing.unfinished import finish_judging
from rewardlab.engines import check_spec
from rewardlab.engines.recorded import RecordedEngine
from rewardlab.errors import EngineError, InputError, RewardError, RunError, UsageError
from rewardlab.findings import Finding, merge
from rewardlab.judging.definition import shipped_judges
from rewardlab.judging.member import check_models, convene
from rewardlab.judging.panel import check_panel
from rewardlab.outcome import Unscored
from rewardlab.packages.packaged import is_package, opened
from rewardlab.platforms import PLATFORMS
from rewardlab.probes.reward import unasked_of
from rewardlab.progress import Progress, Silent
from rewardlab.readers.prompts import note_of_cuts, read_prompts, with_reference
from rewardlab.readers.reading import Reading
from rewardlab.readers.rights import digest_of_rights, with_rights
from rewardlab.reports.audit import Report
from rewardlab.rewards.isolation.printout import clear_printouts
from rewardlab.runs.directory import Run, discard_if_empty
from rewardlab.runs.manifest import RewardRecord
from rewardlab.settings.audit import AuditOptions, Settings
from rewardlab.settings.loading import load_settings, parse_options
from rewardlab.task import Prompt


def utc_now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def audit(reward: str | Path, prompts: str | Path | None = None, **options: Unpack[AuditOptions]) -> Report:
    """Audit a reward file on prompts, and return the Report that `rewardlab audit` prints.

    Arguments: the options of the command line, by their names in rewardlab.toml; settings not given come from
    rewardlab.toml here or beside the prompts. Without `prompts` they are those of the log that `model` names.
    Raises: RewardlabError for whatever makes the audit impossible; a verdict is never an exception.
    """
    path = None if prompts is None else Path(prompts)
    return run_audit(Path(reward), path, load_settings(options, path))


def judge(folder: str | Path, *judges: str, **options: Unpack[AuditOptions]) -> Report:
    """Add judges to the panel of a run directory, and return its new Report; no question is asked twice.

    Arguments: each of `judges` is the name of a shipped one or a FILE.toml, each with @MODEL or without.
    Raises: RewardlabError for whatever makes judging impossible; what was answered until then is kept.
    """
    return run_judge(Path(folder), parse_options({**options, "judge": judges}))


def read_report(folder: str | Path, **options: Unpack[AuditOptions]) -> Report:
    """The Report of a run directory, measured again; options that judge (band, success_at, ...) may differ.

    Raises: RunError when the folder holds no run or nothing was scored in it; UsageError for an option that is unfit.
    """
    return run_report(Path(folder), parse_options(options))


def run_audit(
    reward: Path,
    prompts_path: Path | None,
    settings: Settings,
    *,
    progress: Progress | None = None,
    now: Clock = utc_now,
) -> Report:
    """Sample and score what the run directory does not hold yet, then conclude.

    Without `prompts_path` the prompts are those of the log that the settings name for a model.

    Raises: RewardlabError as `audit` does; KeyboardInterrupt leaves a run directory that resumes.
    """
    progress = progress or Silent()
    for note in settings.notes:
        progress.note(note)
    check_spec(settings.model_spec)
    log = None
    if prompts_path is None:
        prompts_path, prompts, log = log_of(settings, progress)
    else:
        prompts = read_prompts(prompts_path, settings.file_reading)
    _note_cuts(prompts, progress)
    prompts, settings = _with_reference(reward, prompts, prompts_path, settings, progress)
    prompts = with_rights(prompts, settings.right_path)
    said, recorded = settings, recording_of(settings, prompts, progress, log=log)
    with opened(reward, said, progress) as held:
        settings = _settled(held.reward, prompts, held.settings)
        record, members = (
            held.named(reward_record(held.reward, settings, digest=held.digest)),
            convene(settings.load_judges()),
        )
        check_panel(members, prompts)
        check_models(members)
        with open_run(prompts_path, prompts, said, record=record, progress=progress, now=now, recorded=recorded) as run:
            try:
                labels_of(run, settings.labels_path)  # so that a mistake in them is reported before anything is sampled
                _fill_and_examine(run, settings, held.reward, record, progress, recorded=recorded)
            except (EngineError, RewardError, InputError):
                discard_if_empty(run.folder)
                raise
            if members:
                keys = {member.record.key for member in members}
                run.update(replace(run.manifest, judges=tuple(one for one in run.manifest.judges if one.key in keys)))
                ask_judges(run, settings, members, progress)
            run.update(replace(run.manifest, finished=True))
            return conclude(run, settings)


def _note_cuts(prompts: Sequence[Prompt], progress: Progress) -> None:
    if (note := note_of_cuts(prompts)) is not None:
        progress.note(note)


def _with_reference(
    reward: Path, prompts: tuple[Prompt, ...], path: Path, settings: Settings, progress: Progress
) -> tuple[tuple[Prompt, ...], Settings]:
    """The prompts with the column that the reward takes by name as their reference, if no row has a known one."""
    found = reference_column(reward, prompts, settings)
    if found is None:
        return prompts, settings
    progress.note(f"reference: the column {found}, which the reward takes by name")
    return with_reference(prompts, found, path), settings.with_reference(found)


def _settled(reward: Path, prompts: Sequence[Prompt], settings: Settings) -> Settings:
    """The settings, with the place where the handler reads the reference if the platform has several."""
    with tempfile.TemporaryDirectory(prefix="rewardlab-") as folder:
        return settle(worker_of(reward, settings, log=Path(folder) / "reward.log"), prompts, settings)


def _fill_and_examine(
    run: Run,
    settings: Settings,
    reward: Path,
    record: RewardRecord,
    progress: Progress,
    *,
    sample: bool = True,
    recorded: RecordedEngine | None = None,
) -> None:
    """Sample and score what is missing; meanwhile examine the reward, unless this run holds its findings."""
    fill_run = partial(
        fill, run, settings, reward=reward, record=record, progress=progress, sample=sample, recorded=recorded
    )
    rights = digest_of_rights(run.prompts())
    declared = [*settings.declared, *([] if rights is None else [rights])]
    held, components = run.findings(record.key, declared=declared), None
    if not run.scores(record.key).folder.exists():
        clear_printouts(run.folder)
    if held is not None and not _may_ask_more(held, settings):
        filled = fill_run()
        found = merge(held, filled.findings, _lost(filled.lost, record))
    else:
        with examining(reward, run.prompts(), settings, log=run.folder / "examination.log") as examiner:
            filled = fill_run()
            examined = examiner.result()
        components = examined.components
        worker = worker_of(reward, settings, log=run.folder / "examination.log")
        sampled = ask_with_sampled_answers(worker, run, record.key, settings, examined=examined)
        found = merge(sampled, filled.findings, _lost(filled.lost, record))
    if found != held:
        run.save_findings(record.key, found, declared=declared, components=components)
    run.finish_reward(record.key)


def _may_ask_more(held: Sequence[Finding], settings: Settings) -> bool:
    """Whether time ran out before every probe that can block was asked, and more time is allowed now."""
    return any(unasked_of([one]) and one.evidence["seconds"] < settings.examine_seconds for one in held)


def _lost(failures: Sequence[Unscored], record: RewardRecord) -> Iterator[Finding]:
    """RL203 for processes that died on a batch, even if its samples were then scored one by one."""
    died = [failure.detail for failure in failures if failure.reason == "crashed"]
    if died and PLATFORMS[record.platform].batch_size > 1:
        evidence = {"batches_lost": len(died), "how": list(dict.fromkeys(died))[:3]}
        yield Finding("RL203", "warning", evidence)


def run_sample(
    prompts_path: Path, settings: Settings, *, progress: Progress | None = None, now: Clock = utc_now
) -> Path:
    """Sample without scoring; returns the run directory, which `run_score` can score.

    Raises: RewardlabError.
    """
    progress = progress or Silent()
    for note in settings.notes:
        progress.note(note)
    check_spec(settings.model_spec)
    prompts = read_prompts(prompts_path, settings.file_reading)
    _note_cuts(prompts, progress)
    recorded = recording_of(settings, prompts, progress)
    with open_run(prompts_path, prompts, settings, record=None, progress=progress, now=now, recorded=recorded) as run:
        try:
            fill(run, settings, reward=None, record=None, progress=progress, recorded=recorded)
        except (EngineError, InputError):
            discard_if_empty(run.folder)
            raise
        run.update(replace(run.manifest, finished=True))
        return run.folder


def run_score(folder: Path, reward: Path, options: Mapping[str, Any], *, progress: Progress | None = None) -> Report:
    """Score a run directory's generations with another reward, and conclude about that one.

    Raises: RewardlabError.
    """
    with Run.open(folder) as run:
        # A package brings its own settings; those of the run belong to another reward.
        own: tuple[str, ...] = ("entry", "weights", "reward_kwargs", "platform") if is_package(reward) else ()
        own = (*own, "weights") if "entry" in options else own  # the run's weights are for other functions
        asked = _settings(run, options, without=own)
        progress = progress or Silent()
        with opened(reward, asked, progress) as held:
            reading = _reread(run, held.reward, held.settings, asked_reading(options), progress)
            settled = _settled(held.reward, run.prompts(), held.settings)
            record = held.named(reward_record(held.reward, settled, digest=held.digest))
            record = read_otherwise(record, reading)
            _fill_and_examine(run, settled, held.reward, record, progress, sample=False)
            return conclude(run, settled)


def _reread(run: Run, reward: Path, settings: Settings, reading: Reading, progress: Progress) -> Reading:
    """Read the run's prompts as asked, with the column that the reward takes by name if no row has a known reference.

    Returns: the reading, with that column.
    """
    run.read_as(reading)
    found = None if reading.columns else reference_column(reward, run.prompts(), settings)
    if found is None:
        return reading
    progress.note(f"reference: the column {found}, which the reward takes by name")
    reading = replace(reading, columns={"reference": found})
    run.read_as(reading)
    return reading


def run_judge(folder: Path, options: Mapping[str, Any], *, progress: Progress | None = None) -> Report:
    """Add judges to a run directory's panel, ask them what they have not answered, and conclude about its last reward.

    Raises: RewardlabError.
    """
    with Run.open(folder) as run:
        settings = _settings(run, options)
        judges = settings.load_judges()
        if not judges:
            known = ", ".join(shipped_judges())
            raise UsageError("no judge named", where="--judge", expected=f"FILE.toml, or one of {known}; with @MODEL")
        reading = asked_reading(options)
        members = convene(judges, run.manifest.judges, reading=reading.identity)
        run.read_as(reading if reading.identity else last_reward(run).reading)
        check_panel(members, run.prompts())
        ask_judges(run, settings, members, progress or Silent())
        finish_judging(run, last_reward(run))
        return conclude(run, settings)


def run_report(folder: Path, options: Mapping[str, Any]) -> Report:
    """Conclude again about a run directory's last reward, with other settings of the verdict.

    Raises: RunError.
    """
    with Run.open(folder) as run:
        return conclude(run, _settings(run, options))


def _settings(run: Run, options: Mapping[str, Any], *, without: Sequence[str] = ()) -> Settings:
    """The run's own settings except those `without`, overridden by the options.

    Raises: RunError where run.json holds one that none writes.
    """
    stored = {name: value for name, value in run.manifest.settings.items() if name not in without}
    try:
        return Settings.model_validate({**stored, **options})
    except ValidationError as error:
        first = error.errors()[0]
        raise RunError(
            f"settings.{'.'.join(map(str, first['loc']))} is {repr(first['input'])[:60]}",
            where=str(run.folder / "run.json"),
            expected=first["msg"].removeprefix("Input should be "),
        ) from None
