"""What the isolated worker costs a sample, beyond the reward's own time."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from rewardlab.platforms import PLATFORMS
from rewardlab.readers.prompts import read_prompts
from rewardlab.rewards.contracts.results import read_results
from rewardlab.rewards.events.event import encode_event, sample_parts
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.reply import Answer
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.task import Generation

EXAMPLE = Path(__file__).parent.parent / "fixtures" / "arithmetic"
BATCH = 64
#: A response as long as those of a reasoning model are short: the cost is per character too.
TEXT = "Let me add the two numbers step by step. " * 25 + "107"


def overhead(invocations: int) -> str:
    """The median microseconds a sample at a batch of 64: encoding, both pipes, JSON on both sides, reading the return.

    The reward's own seconds, which the worker measures around its call, are taken off.
    """
    prompts = read_prompts(EXAMPLE / "prompts.jsonl")[:BATCH]
    platform = PLATFORMS["smtj"]
    parts = [sample_parts(prompt, platform) for prompt in prompts]
    generations = [Generation(prompt.id, 0, TEXT) for prompt in prompts]
    ids = [f"{prompt.id}:0" for prompt in prompts]
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        worker = WorkerProcess(RewardSource(EXAMPLE / "reward.py", None, 60, 512), log=Path(folder) / "log")
        worker.start()
        for _ in range(invocations + 5):
            started = time.perf_counter()
            reply = worker.invoke(encode_event(zip(parts, generations, strict=True)))
            assert isinstance(reply, Answer), reply
            read_results(reply.results, ids, platform, seconds=reply.seconds)
            taken.append(1e6 * (time.perf_counter() - started - reply.seconds) / BATCH)
        worker.close()
    taken = sorted(taken[5:])
    return (
        f"isolation of a reward at batch {BATCH}, {len(TEXT):,} characters a sample: {statistics.median(taken):.1f} "
        f"microseconds a sample ({taken[0]:.1f} to {taken[-1]:.1f}, {len(taken)} invocations)  target at most 60"
    )
