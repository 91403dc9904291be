"""Examines a reward without a model, in seconds: all of `rewardlab check`, and a part of `rewardlab audit`."""

from __future__ import annotations

import math
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from typing_extensions import Unpack

from rewardlab.auditing.reference_place import reference_column, settle
from rewardlab.auditing.success_reporting import success_part
from rewardlab.errors import InputError, UsageError
from rewardlab.findings import Finding
from rewardlab.measurement.evidence import NOTHING_KNOWN, Evidence
from rewardlab.measurement.success import Success, success_rule
from rewardlab.platforms import Platform
from rewardlab.probes.reward import examine, unasked_of
from rewardlab.probes.reward.payload import is_sendable
from rewardlab.probes.reward.trials.crew import Crew
from rewardlab.probes.reward.trials.pace import Pace, pace_of
from rewardlab.probes.reward.trials.subject import Subject
from rewardlab.probes.reward.trials.survey import known_of, lost_in, sureness
from rewardlab.progress import Progress
from rewardlab.readers.files import digest_of
from rewardlab.readers.prompts import note_of_cuts, read_prompts, with_reference
from rewardlab.readers.rights import with_rights
from rewardlab.reports.check import CheckReport
from rewardlab.reports.finding import FindingPart
from rewardlab.rewards.code.sources import reward_digest
from rewardlab.rewards.deployed.function import describe, function_named, note_of_unused
from rewardlab.rewards.deployed.scoring import FunctionWorker, open_function
from rewardlab.rewards.fence.available import fence_notes
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.reply import EntryFound, Worker
from rewardlab.settings.audit import AuditOptions, Settings
from rewardlab.settings.loading import load_settings
from rewardlab.task import Prompt
from rewardlab.version import __version__

#: For how many prompts answers are made up. More would show little more: a fault of the code shows on nearly every row.
#: A slow reward gets fewer prompts, so that asking it takes about SHARE_OF_TIME of the time allowed.
MOST_PROMPTS, LEAST_PROMPTS = 30, 6
SHARE_OF_TIME, ANSWERS_PER_PROMPT = 0.5, 110
#: Seconds of the reward's own time that the questions with sampled answers may take.
BUDGET_SECONDS = 30.0
#: The longest that one invocation may take here: a made-up answer that takes longer has found a fault. A batch of a
#: slow reward may take SLACK times what its samples take, but no more than a third of all the time.
MOST_SECONDS, SLACK = 10.0, 3.0
#: How long to wait for a single text: a reward that runs code under a limit of 10 s, the usual one, answers before.
MOST_PATIENCE = 15.0
#: Where a check's success threshold may come from: without samples there is no other source.
KNOWN = {"declared", "answers"}
PROMPTS_NAME = "prompts.jsonl"
NOTHING_WINS = (
    "no made-up answer earns more than a wrong one, in any format tried: give examples of right answers "
    "(--right FILE.jsonl, or a column right)"
)
#: Seconds between two attempts to kill an abandoned examination.
KILL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Examination:
    """What an examination found, the entry it asked, the number of prompts it made answers for, and its seconds.

    `unasked` names the probes that can block and that time ran out for. `sure` is the share of those prompts whose
    reference surely is a winning answer; None if it is not known. `components` holds the lowest and highest value of
    each named component over the made-up answers, `evidence` what right and wrong answers earned, and `rule` what
    counts as success by that evidence. `is_lost`: the references are answers, yet no made-up answer wins in any format.
    """

    findings: tuple[Finding, ...]
    entry: EntryFound
    prompts: int
    seconds: float
    sure: float | None
    components: Mapping[str, tuple[float, float]]
    evidence: Evidence = NOTHING_KNOWN
    rule: Success | None = None
    unasked: tuple[str, ...] = ()
    is_lost: bool = False

    @property
    def undecided(self) -> str | None:
        """Why a check without blockers is inconclusive, and what would decide it; None if it is not."""
        if self.unasked:
            return f"not asked in time: {', '.join(self.unasked)} (--examine-seconds N)"
        return NOTHING_WINS if self.is_lost else None


def check(reward: str | Path, prompts: str | Path | None = None, **options: Unpack[AuditOptions]) -> CheckReport:
    """Examine a reward file without a model, and return what `rewardlab check` prints.

    Arguments: `prompts` defaults to the prompts.jsonl beside the reward; the options are those of the audit that
    concern a reward (platform, entry, reward_range, success_at, reward_timeout, reward_memory, seed).
    Raises: RewardlabError when there is nothing to examine; a finding is never an exception.
    """
    path = prompts_of(Path(reward), Path(prompts) if prompts is not None else None)
    return run_check(Path(reward), path, load_settings(options, path))


def prompts_of(reward: Path, prompts: Path | None) -> Path:
    """The file of prompts to examine a reward with: the one named, else the one beside the reward.

    Raises: UsageError when none is named and none lies there.
    """
    beside = reward.parent / PROMPTS_NAME
    if prompts is None and not beside.is_file():
        raise UsageError(f"no prompts named, and no {PROMPTS_NAME} beside it", where=str(reward), do="name a file")
    return prompts or beside


def run_check(
    reward: Path,
    prompts_path: Path,
    settings: Settings,
    *,
    digest: str | None = None,
    progress: Progress | None = None,
) -> CheckReport:
    """Examine a reward, and report; `digest` is the digest of its code, if the caller knows it already.

    Raises: RewardlabError.
    """
    prompts = read_prompts(prompts_path, settings.file_reading)
    if (column := reference_column(reward, prompts, settings)) is not None:
        settings = settings.with_reference(column)
        prompts = with_reference(prompts, column, prompts_path)
    prompts = with_rights(prompts, settings.right_path)
    name = function_named(reward)
    unused = None if name is None else note_of_unused(name, settings.model_fields_set)
    if progress is not None:
        for note in filter(None, (note_of_cuts(prompts), unused)):
            progress.note(note)
    digest = digest or _digest(reward)
    with tempfile.TemporaryDirectory(prefix="rewardlab-") as folder:
        log = Path(folder) / "reward.log"
        settings = settle(worker_of(reward, settings, log=log), prompts, settings)
        worker = worker_of(reward, settings, log=log)
        found = examine_reward(worker, prompts, settings)
    if progress is not None:
        for note in fence_notes(found.entry.fence, getattr(worker, "denied", ())):
            progress.note(note)
    parts = tuple(FindingPart.of(finding) for finding in found.findings)
    fails = any(part.severity == "blocker" for part in parts)
    undecided = None if fails else found.undecided
    return CheckReport(
        verdict="fail" if fails else "pass" if undecided is None else "inconclusive",
        undecided=undecided,
        reward=str(reward),
        entry=found.entry.name,
        kind=found.entry.kind,
        platform=settings.platform,
        prompts=len(prompts),
        examined=found.prompts,
        seconds=found.seconds,
        success_at=found.rule.at if found.rule is not None and found.rule.source in KNOWN else None,
        success=success_part(found.rule) if found.rule is not None else None,
        findings=parts,
        provenance={
            "rewardlab": __version__,
            "seed": settings.seed,
            "reward_sha256": digest,
            "prompts": {"path": str(prompts_path), "sha256": digest_of(prompts_path)},
        },
    )


def _digest(reward: Path) -> str | None:
    """The digest of the reward file, or of the deployed function's zip; None if AWS does not tell it."""
    if (name := function_named(reward)) is None:
        return reward_digest(reward)
    facts = describe(name)
    return facts.code_sha256 if facts is not None else None


def worker_of(reward: Path, settings: Settings, *, log: Path) -> Worker:
    """A worker process that runs the reward and prints to `log`, or a worker that invokes the deployed function."""
    if (name := function_named(reward)) is not None:
        platform = settings.profile
        rng = np.random.default_rng(settings.seed)
        # Made-up answers are meant to fail: to repeat a failed one tells nothing.
        return FunctionWorker(open_function(name, platform), name, platform, rng=rng, repeats=0)
    seconds = min(settings.reward_timeout, MOST_SECONDS)
    return WorkerProcess(settings.source_of(reward, seconds), log=log, returns=settings.profile.returns)


def examine_reward(
    worker: Worker, prompts: Sequence[Prompt], settings: Settings, *, stop: threading.Event | None = None
) -> Examination:
    """Ask every probe of `probes.reward`, and close the worker.

    Raises: RewardError when the code cannot be loaded; StoppedError when `stop` is set meanwhile.
    """
    if not prompts:
        raise InputError("no prompts to make answers for")
    started = time.monotonic()
    with asking(worker, prompts, prompts, settings, most_seconds=settings.examine_seconds, stop=stop) as subject:
        findings = examine(subject)
        seconds = time.monotonic() - started
        asked, sure, evidence = len(subject.prompts), sureness(subject), known_of(subject)
        rule = success_rule(
            np.empty((0, 0)), success_at=settings.success_at, reward_range=settings.reward_range, evidence=evidence
        )
        return Examination(
            findings,
            subject.entry,
            asked,
            seconds,
            sure,
            subject.components,
            evidence,
            rule,
            unasked_of(findings),
            lost_in(subject),
        )


@contextmanager
def asking(
    worker: Worker,
    among: Sequence[Prompt],
    every: Sequence[Prompt],
    settings: Settings,
    *,
    most_seconds: float,
    stop: threading.Event | None = None,
) -> Iterator[Subject]:
    """The reward as a subject that probes can ask about some of the prompts `among`; closes the worker at the end."""
    rng = np.random.default_rng(settings.seed)
    crew: Crew | None = None
    try:
        entry = worker.start()
        platform = settings.profile
        own = isinstance(worker, WorkerProcess)  # a deployed function has its own concurrency
        pace = pace_of(worker, entry, every, platform, most=settings.reward_workers if own else None)
        batch = min(SLACK * pace.seconds * platform.batch_size, most_seconds / 3)
        seconds = min(settings.reward_timeout, max(MOST_SECONDS, batch))
        worker.allow(seconds)
        size = pace.workers
        if isinstance(worker, WorkerProcess) and size > 1:
            crew = Crew(worker.another, size, stop=stop)
        yield Subject(
            worker,
            entry,
            _choose(among, _affordable(pace, most_seconds), platform, rng),
            every_prompt=every,
            platform=platform,
            reward_range=settings.reward_range,
            success_at=settings.success_at,
            timeout=seconds,
            rng=rng.spawn(1)[0],  # the same, however many prompts were drawn before
            pace=pace.seconds,
            most_seconds=most_seconds,
            stop=stop,
            crew=crew,
            patience=min(settings.reward_timeout, MOST_PATIENCE),
        )
    finally:
        if crew is not None:
            crew.close()
        worker.close()


def _affordable(pace: Pace, most_seconds: float) -> int:
    """How many prompts to make answers for; fewer for a reward so slow that time would run out.

    Its seconds are rounded up to a power of two, so that two measurements of one reward give the same number.
    """
    if pace.seconds <= 0:
        return MOST_PROMPTS
    rounded = 2.0 ** math.ceil(math.log2(pace.seconds))
    fitting = SHARE_OF_TIME * most_seconds * pace.workers / (rounded * ANSWERS_PER_PROMPT)
    return int(min(max(fitting, LEAST_PROMPTS), MOST_PROMPTS))


def _choose(prompts: Sequence[Prompt], most: int, platform: Platform, rng: np.random.Generator) -> list[Prompt]:
    """Draw at most `most` of the prompts, in their order; those with an example of a right answer are preferred.

    If a row is too long to send in a batch, draw from the rows that are not. Raises: InputError where every row is too
    long.
    """
    given = [number for number, prompt in enumerate(prompts) if prompt.right is not None]
    others = [number for number, prompt in enumerate(prompts) if prompt.right is None]
    drawn = [*_drawn(given, most, rng), *_drawn(others, most - len(given), rng)]
    chosen = [prompts[number] for number in sorted(drawn)]
    if all(is_sendable(prompt, platform) for prompt in chosen):
        return chosen
    sendable = [prompt for prompt in prompts if is_sendable(prompt, platform)]
    if not sendable:
        raise InputError(
            "every row is too long to be sent",
            where=f"prompt {chosen[0].id}",
            expected=f"a batch of {platform.batch_size} rows within {platform.payload_mb} MB, as {platform.name} sends",
            do="shorten the rows; their columns travel with every sample",
        )
    return sendable if len(sendable) <= most else _choose(sendable, most, platform, rng)


def _drawn(numbers: Sequence[int], most: int, rng: np.random.Generator) -> list[int]:
    """Draw at most `most` of the numbers."""
    count = min(most, len(numbers))
    return [numbers[place] for place in rng.choice(len(numbers), count, replace=False)] if count > 0 else []


class Examiner(threading.Thread):
    """A thread that examines a reward while a run is sampled and scored."""

    def __init__(self, worker: Worker, prompts: Sequence[Prompt], settings: Settings) -> None:
        super().__init__(name="examination", daemon=True)
        self._worker, self._prompts, self._settings = worker, prompts, settings
        self._stop_asked = threading.Event()
        self._result: Examination | Exception | None = None

    def run(self) -> None:
        try:
            self._result = examine_reward(self._worker, self._prompts, self._settings, stop=self._stop_asked)
        except Exception as error:  # noqa: BLE001 - carried to the thread that waits, where it is raised again
            self._result = error

    def result(self) -> Examination:
        """Wait for the examination, and return what it found.

        Raises: what the examination raised.
        """
        self.join()
        if isinstance(self._result, Examination):
            return self._result
        assert self._result is not None, "a thread that ended has left something"
        raise self._result

    def abandon(self) -> None:
        """Stop at once."""
        self._stop_asked.set()
        while self.is_alive():  # the thread may start a killed worker again before it sees the stop
            self._worker.kill()
            self.join(KILL_SECONDS)


@contextmanager
def examining(reward: Path, prompts: Sequence[Prompt], settings: Settings, *, log: Path) -> Iterator[Examiner]:
    """Run an examination beside the body; it is abandoned if the body ends without waiting for it."""
    examiner = Examiner(worker_of(reward, settings, log=log), prompts, settings)
    examiner.start()
    try:
        yield examiner
    finally:
        if examiner.is_alive():
            examiner.abandon()
