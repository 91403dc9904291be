"""Rewards that wait: async ones of a batch at the same time, others in several workers; over what they must wait."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from bench.ratio import Ratio, compare
from rewardlab.platforms import PLATFORMS, Platform
from rewardlab.rewards.events.event import encode_event, sample_parts
from rewardlab.rewards.isolation.pool import ScoringPool
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.reply import Answer
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.task import Generation, Prompt

#: What a call waits, as for a judge behind a network: an async reward and one that is not.
ASYNC_SECONDS, SECONDS = 0.05, 0.1
BATCH = 64
ASYNC = {
    "plain": "async def score(completion, reference):\n    await asyncio.sleep({seconds})\n    return 1.0\n",
    "verifiers": "async def right(completion, answer):\n    await asyncio.sleep({seconds})\n    return 1.0\n",
    "trl": "async def right(completions, **kwargs):\n    await asyncio.sleep({seconds})\n"
    "    return [1.0] * len(completions)\nasync def brief(completions, **kwargs):\n"
    "    return await right(completions)\nreward_funcs = [right, brief]\n",
}
WAITS = "import time\ndef score(completion, reference):\n    time.sleep({seconds})\n    return 1.0\n"
PROMPT = Prompt("p", ({"role": "user", "content": "6*7"},), "42", {"reference_answer": "42"}, 1)


def measure(pairs: int) -> Iterable[Ratio]:
    """An async batch of each kind; samples of a reward that is not async, over two workers and over as many as it gets.

    The workers have started, and have answered once.
    """
    with tempfile.TemporaryDirectory() as folder:
        for kind, code in ASYNC.items():
            yield _async_batch(kind, _written(folder, kind, f"import asyncio\n{code}", ASYNC_SECONDS), pairs)
        path = _written(folder, "waits", WAITS, SECONDS)
        for workers, samples in ((2, 40), (8, 160)):
            yield _workers(path, PLATFORMS["scorer-oss"], workers, samples, pairs)


def found_by_itself() -> str:
    """Whole batches of a reward that waits, no workers named: how many it gets, and its seconds from the start."""
    platform, batches = PLATFORMS["smtj"], 48
    with tempfile.TemporaryDirectory() as folder:
        source = RewardSource(_written(folder, "waits", WAITS, SECONDS), None, 60, 512)
        began = time.perf_counter()
        with ScoringPool(source, platform, log=Path(folder) / "log") as pool:
            _score(pool, batches * platform.batch_size)
            seconds, workers = time.perf_counter() - began, pool.size
    least = batches * platform.batch_size * SECONDS / workers
    return (
        f"{batches * platform.batch_size:,} samples that wait {SECONDS:g} s, no workers named: {workers} workers, "
        f"{seconds:.1f} s from the first start, {seconds / least:.2f} of what they must wait  target at most 1.2"
    )


def _async_batch(kind: str, path: Path, pairs: int) -> Ratio:
    parts = sample_parts(PROMPT, PLATFORMS["smtj"])
    event = encode_event((parts, Generation("p", index, "42", "stop")) for index in range(BATCH))
    worker = WorkerProcess(RewardSource(path, None, 60, 512), log=path.with_suffix(".log"))
    try:
        worker.start()
        name = f"{BATCH} async samples of {1000 * ASYNC_SECONDS:g} ms in one invocation ({kind}) over one wait"
        return compare(
            name, lambda: _answered(worker, event), lambda: time.sleep(ASYNC_SECONDS), pairs=pairs, target="at most 1.2"
        )
    finally:
        worker.close()


def _answered(worker: WorkerProcess, event: bytes) -> None:
    reply = worker.invoke(event)
    assert isinstance(reply, Answer), reply


def _workers(path: Path, platform: Platform, workers: int, samples: int, pairs: int) -> Ratio:
    source, least = RewardSource(path, None, 60, 512), samples * SECONDS / workers
    with ScoringPool(source, platform, log=path.with_suffix(".log"), workers=workers) as pool:
        name = (
            f"{samples} samples that wait {1000 * SECONDS:g} ms, --reward-workers {workers}, over what they must wait"
        )
        return compare(
            name,
            lambda: _score(pool, samples),
            lambda: time.sleep(least),
            pairs=max(2, pairs // 3),
            target="at most 1.2",
        )


def _score(pool: ScoringPool, samples: int) -> None:
    for index in range(samples):
        pool.submit(PROMPT, Generation("p", index, "42", "stop"))
    pool.flush()
    scored = sum(len(outcomes) for outcomes in iter(pool.wait, []))
    assert scored == samples, scored


def _written(folder: str, name: str, code: str, seconds: float) -> Path:
    path = Path(folder) / f"{name}.py"
    path.write_text(code.format(seconds=seconds))
    return path
