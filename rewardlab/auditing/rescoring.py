"""Scores some of a run's generations again: only this shows a reward's own noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rewardlab.outcome import Outcome, Scored
from rewardlab.rewards.events.event import Key
from rewardlab.rewards.isolation.pool import Pair, Pool
from rewardlab.runs.parts import Parts, generations_of
from rewardlab.task import Prompt

#: How often each chosen generation is scored again. Two show noise; more prompts tell more than more repeats.
TIMES = 2
MOST_PROMPTS = 60
#: How long the repeats may take: a reward that calls a judge for a second is asked about only a few prompts again.
BUDGET_SECONDS = 20.0
LEAST_PROMPTS = 10


def choose(prompts: Sequence[Prompt], generations: pa.Table, scores: pa.Table, *, seed: int) -> list[Pair]:
    """Draw prompts, as many as the budget allows, and return all their generations.

    Only prompts with a score are drawn. The table of generations has the column token_ids if the reward needs it.
    """
    scored = scores.filter(pc.is_valid(scores["score"]))
    if not scored.num_rows:
        return []
    seconds = float(np.median(scores["seconds"].to_numpy())) * generations.num_rows / max(len(prompts), 1) * TIMES
    affordable = int(BUDGET_SECONDS / seconds) if seconds > 0 else MOST_PROMPTS
    most = min(MOST_PROMPTS, max(affordable, LEAST_PROMPTS))
    held = set(scored["prompt_id"].to_pylist())
    # In the order of the prompts: that of the scores is the order of their arrival.
    ids = [prompt.id for prompt in prompts if prompt.id in held]
    rng = np.random.default_rng(seed)
    drawn = {ids[number] for number in rng.choice(len(ids), min(most, len(ids)), replace=False)}
    by_id = {prompt.id: prompt for prompt in prompts if prompt.id in drawn}
    rows = generations.filter(pc.is_in(generations["prompt_id"], pa.array(list(by_id), pa.string())))
    return [(by_id[one.prompt_id], one) for one in generations_of(rows)]


def rescore(pool: Pool, pairs: Sequence[Pair], rescores: Parts) -> None:
    """Score the pairs again until `rescores` holds TIMES repeats; each repeat is written as a part of its own.

    The first repeat uses the pool that has scored before, which shows state. The second uses fresh processes, which
    show what differs between processes, such as the order of a set.
    """
    done = set(rescores.read(["time"])["time"].to_pylist())
    for time in range(1, TIMES + 1):
        if time in done or not pairs:
            continue
        if time == 1:
            outcomes = _score(pool, pairs)
        else:
            with pool.fresh() as other:
                outcomes = _score(other, pairs)
        rescores.append(
            {
                "prompt_id": [prompt_id for (prompt_id, _), _ in outcomes],
                "index": [index for (_, index), _ in outcomes],
                "time": [time] * len(outcomes),
                "score": [outcome.score if isinstance(outcome, Scored) else None for _, outcome in outcomes],
            }
        )


def _score(pool: Pool, pairs: Sequence[Pair]) -> list[tuple[Key, Outcome]]:
    outcomes = []
    for prompt, generation in pairs:
        if pool.submit(prompt, generation):
            outcomes += pool.drain()
    pool.flush()
    while ready := pool.wait():
        outcomes += ready
    return outcomes
