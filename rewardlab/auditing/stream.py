"""Fills a run directory: generations are scored while the next are sampled, and both are written as they come."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pyarrow as pa

from rewardlab.auditing.rescoring import choose, rescore
from rewardlab.engines import Engine, open_engine, parse_model
from rewardlab.engines.capture import captured
from rewardlab.engines.loading import loading
from rewardlab.engines.recorded import RecordedEngine
from rewardlab.errors import RunError, TokensMissingError
from rewardlab.findings import Finding
from rewardlab.outcome import Unscored
from rewardlab.platforms import PLATFORMS
from rewardlab.probes import deployed
from rewardlab.progress import Progress
from rewardlab.rewards.deployed.function import FunctionName, function_named, note_of_unused
from rewardlab.rewards.deployed.scoring import DeployedPool, open_function
from rewardlab.rewards.deployed.traffic import Traffic
from rewardlab.rewards.isolation.advice import remedy_of_tokens
from rewardlab.rewards.isolation.pool import Pair, Pool, ScoringPool
from rewardlab.runs.directory import Run
from rewardlab.runs.manifest import RewardRecord
from rewardlab.runs.parts import ASKED_ABOUT, LARGE, Writer, generations_of
from rewardlab.settings.audit import Settings
from rewardlab.settings.sampling import drawn_as, note_of_systems, with_system
from rewardlab.task import Generation, Prompt, Request

#: How much a kill can lose: at most this is sampled or scored again.
FLUSH_SECONDS = 5.0
FLUSH_GENERATIONS = 20_000
#: Nobody reads faster; a recording has a hundred thousand generations in a second.
TOLD_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Filled:
    """What filling a run showed beside its scores.

    `lost` are whole invocations that failed: the scores show no trace of them if their samples were then scored one by
    one. `findings` are about a deployed function's traffic.
    """

    lost: Sequence[Unscored] = ()
    findings: Sequence[Finding] = ()


def fill(
    run: Run,
    settings: Settings,
    *,
    reward: Path | None,
    record: RewardRecord | None,
    progress: Progress,
    sample: bool = True,
    recorded: RecordedEngine | None = None,
) -> Filled:
    """Sample and score what the run lacks, then score some of it again.

    Without `reward` it only samples; without `sample` it only scores.

    `recorded` is the model, where it is a recording that was read already.

    Raises: EngineError, RewardError, InputError; what was done until then is kept.
    """
    prompts = run.prompts()
    with _pool(reward, settings, run, progress) as pool, _told_where_ids_come_from(run):
        tokens = pool is not None and pool.entry.names_tokens
        columns = ASKED_ABOUT + (LARGE if tokens else ())
        held = run.generations.read(columns)
        requests = missing(prompts, held, run.manifest.num_generations) if sample else []
        backlog = _unasked(prompts, held, run, record)
        if record is not None and pool is not None:
            found = pool.entry
            run.add_reward(replace(record, entry=found.name, kind=found.kind, weights=dict(found.weights)))
        stream = Stream(Writer(run.generations, run.scores(record.key) if record else None), pool, progress)
        if requests:
            _sample(run, settings, requests, backlog, stream, tokens=tokens, recorded=recorded)
        elif backlog:
            stream.pump((), requests, backlog)
        filled = Filled(pool.lost, _traffic(run, pool, record)) if pool is not None else Filled()
        if record is not None and pool is not None:
            scores = run.scores(record.key).read(["prompt_id", "score", "seconds"])
            pairs = choose(prompts, run.generations.read(columns), scores, seed=settings.seed)
            rescore(pool, pairs, run.rescores(record.key))
    return filled


def _traffic(run: Run, pool: Pool, record: RewardRecord | None) -> Sequence[Finding]:
    """The findings about a deployed function's traffic; the run keeps the traffic, added to what it kept before."""
    if not isinstance(pool, DeployedPool) or record is None or not pool.traffic.invocations:
        return ()
    earlier = traffic_of(run, record)
    traffic = pool.traffic if earlier is None else pool.traffic.after(earlier)
    run.save_traffic(record.key, asdict(traffic))
    return tuple(deployed.ask(pool.traffic, PLATFORMS[record.platform], timeout=int(record.timeout) or None))


def traffic_of(run: Run, record: RewardRecord) -> Traffic | None:
    """The deployed reward's traffic, over all commands that scored with it; None for a file.

    Raises: RunError when what the run keeps of it cannot be read.
    """
    kept = run.traffic(record.key)
    try:
        return None if kept is None else Traffic.of(kept)
    except (TypeError, ValueError, KeyError) as error:
        where = str(run.folder / "invocations" / f"{record.key}.json")
        raise RunError(f"cannot be read ({error!r})", where=where, do="delete it") from None


def _sample(
    run: Run,
    settings: Settings,
    requests: Sequence[Request],
    backlog: Sequence[Pair],
    stream: Stream,
    *,
    tokens: bool,
    recorded: RecordedEngine | None,
) -> None:
    spec = settings.model_spec
    if recorded is not None:
        engine: Engine = recorded
    else:
        with loading(stream.progress, str(spec)), captured(run.folder / "engine.log"):
            engine = open_engine(spec, settings.engine)
    try:
        sampling = drawn_as(settings, token_ids=tokens, lenient=settings.is_taken("thinking"))
        read = with_system([request.prompt for request in requests], settings.system)
        told = [replace(request, prompt=prompt) for request, prompt in zip(requests, read, strict=True)]
        drawn = _noted(engine.generate(told, sampling), run, settings, engine, stream.progress)
        stream.pump(drawn, requests, backlog)
    finally:
        engine.close()
    if recorded is not None:  # what it does not hold will never come
        run.add_trainer_scores(recorded.trainer_scores)
        held = run.generations.read(["prompt_id", "index"])
        lacking = sum(len(one.indexes) for one in missing(run.prompts(), held, run.manifest.num_generations))
        run.update(replace(run.manifest, lacking=lacking))


def _noted(
    generations: Iterable[Generation], run: Run, settings: Settings, engine: Engine, progress: Progress
) -> Iterator[Generation]:
    """Pass the generations on; after the last, note in the run what drew them, without waiting for the scores.

    Scoring may take much longer. A run killed meanwhile has all its generations, so no later command would ask the
    engine again.
    """
    yield from generations
    told = [
        *note_of_systems(run.prompts(), settings.system),
        *parted(run.manifest.versions, engine.versions),
        *engine.notices,
    ]
    for notice in told:
        progress.note(notice)
    notices = tuple(dict.fromkeys([*run.manifest.notices, *told]))
    run.update(replace(run.manifest, versions=dict(engine.versions), notices=notices, lacking=None))


def parted(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The notice that versions changed between two parts of the sampling: the same seeds give other texts."""
    other = [
        f"{name} {before[name]!r} and {now[name]!r}" for name in before if now.get(name, before[name]) != before[name]
    ]
    return [f"drawn in parts, by {', '.join(other)}: the same seeds give other texts"] if other else []


@contextmanager
def _told_where_ids_come_from(run: Run) -> Iterator[None]:
    """If the reward reads token ids that the generations lack, make the error say where to get them."""
    try:
        yield
    except TokensMissingError as error:
        spec = parse_model(run.manifest.model)
        do = error.do or remedy_of_tokens(spec.engine, spec.model)
        raise TokensMissingError(error.what, where=error.where, do=do) from None


@contextmanager
def _pool(reward: Path | None, settings: Settings, run: Run, progress: Progress) -> Iterator[Pool | None]:
    if reward is None:
        yield None
        return
    if (name := function_named(reward)) is not None:
        with _deployed(name, settings, progress) as pool:
            yield pool
        return
    source = settings.source_of(reward, settings.reward_timeout)
    workers, log = settings.reward_workers, run.folder / "reward.log"
    with ScoringPool(source, settings.profile, log=log, workers=workers) as scoring:
        if scoring.entry.others:
            others = " and ".join(scoring.entry.others)
            progress.note(f"{reward} also defines {others}; auditing {scoring.entry.name} (--entry names another)")
        yield scoring
        for note in scoring.notes:
            progress.note(note)
        if scoring.alone is not None:
            progress.note(f"no further process of the reward starts beside the first ones: {scoring.alone}")


def _deployed(name: FunctionName, settings: Settings, progress: Progress) -> DeployedPool:
    if (note := note_of_unused(name, settings.model_fields_set)) is not None:
        progress.note(note)
    progress.note(f"{name} is examined too; whether it changes its event (RL109) cannot be seen from outside")
    platform = settings.profile
    # The examination takes one invocation at a time: together they stay within what the platform allows.
    scoring = replace(platform, concurrency=max(1, platform.concurrency - 1))
    return DeployedPool(open_function(name, platform), name, scoring, seed=settings.seed)


class Stream:
    """Moves generations from an engine through the scoring pool to disk; sampling never waits for scoring."""

    def __init__(self, writer: Writer, pool: Pool | None, progress: Progress) -> None:
        self._writer, self._pool, self.progress = writer, pool, progress
        self._sampled = self._scored = self._unflushed = 0
        self._flushed, self._told = time.monotonic(), -TOLD_SECONDS

    def pump(self, generations: Iterable[Generation], requests: Sequence[Request], backlog: Sequence[Pair]) -> None:
        """Take every generation, score it, and write both; however this ends, all that arrived is written."""
        prompts = {request.prompt.id: request.prompt for request in requests}
        to_sample = sum(len(request.indexes) for request in requests)
        to_score = to_sample + len(backlog) if self._pool is not None else 0
        self.progress.begin(to_sample=to_sample, to_score=to_score)
        try:
            self._take(generations, prompts, backlog)
            self._finish()
        finally:
            self._writer.flush()
            self._tell(time.monotonic())
            self.progress.end()

    def _take(self, generations: Iterable[Generation], prompts: Mapping[str, Prompt], backlog: Sequence[Pair]) -> None:
        pool = self._pool
        if pool is not None:
            for prompt, generation in backlog:
                pool.submit(prompt, generation)
        for generation in generations:
            self._writer.add_generation(generation)
            self._sampled += 1
            self._unflushed += 1
            if pool is not None and pool.submit(prompts[generation.prompt_id], generation):
                self._scored += self._writer.add_scores(pool.drain())
            self._tick()

    def _finish(self) -> None:
        """Wait for the outstanding outcomes."""
        if self._pool is None:
            return
        self._pool.flush()
        self._writer.flush()  # while the last batches are scored
        while outcomes := self._pool.wait():
            self._scored += self._writer.add_scores(outcomes)
            self._tick()

    def _tick(self) -> None:
        now = time.monotonic()
        if now - self._told >= TOLD_SECONDS:
            self._tell(now)
        if self._unflushed >= FLUSH_GENERATIONS or now - self._flushed > FLUSH_SECONDS:
            self._writer.flush()
            self._unflushed, self._flushed = 0, time.monotonic()

    def _tell(self, now: float) -> None:
        self.progress.update(sampled=self._sampled, scored=self._scored)
        self._told = now


def missing(prompts: Sequence[Prompt], held: pa.Table, num_generations: int) -> list[Request]:
    """The generations still to be sampled, by prompt."""
    done: dict[str, set[int]] = {}
    for prompt_id, index in zip(held["prompt_id"].to_pylist(), held["index"].to_pylist(), strict=True):
        done.setdefault(prompt_id, set()).add(index)
    requests = []
    for prompt in prompts:
        have = done.get(prompt.id, set())
        indexes = tuple(index for index in range(num_generations) if index not in have)
        if indexes:
            requests.append(Request(prompt, indexes))
    return requests


def _unasked(prompts: Sequence[Prompt], held: pa.Table, run: Run, record: RewardRecord | None) -> list[Pair]:
    """Generations sampled earlier that this reward has not been asked about."""
    if record is None or held.num_rows == 0:
        return []
    done = run.scores(record.key).read(["prompt_id", "index"])
    asked = set(zip(done["prompt_id"].to_pylist(), done["index"].to_pylist(), strict=True))
    by_id = {prompt.id: prompt for prompt in prompts}
    return [
        (by_id[one.prompt_id], one)
        for one in generations_of(held)
        if one.prompt_id in by_id and (one.prompt_id, one.index) not in asked
    ]
