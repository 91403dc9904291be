"""Asks a reward about a run's own generations, once they are scored."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rewardlab.auditing.examination import BUDGET_SECONDS, Examination, asking
from rewardlab.findings import Finding
from rewardlab.labels import read_labels, sides_of
from rewardlab.measurement.evidence import Exchanged, save_evidence
from rewardlab.probes.reward import examine_sampled
from rewardlab.probes.reward.sampled import Sampled
from rewardlab.probes.reward.scale import USEFUL
from rewardlab.probes.reward.winners import exchange_winners
from rewardlab.rewards.isolation.process import Worker
from rewardlab.runs.directory import Run
from rewardlab.runs.parts import LARGE
from rewardlab.settings.audit import Settings

#: How many prompts' generations are used at most.
MOST_PROMPTS = 2000
#: If references are winning answers in this share of the rows, sampled answers need not stand in for right ones.
SERVES = 0.5
NOT_EXAMINED = "the reward could not be asked about made-up answers, so no sampled ones were tried"


def ask_with_sampled_answers(
    worker: Worker, run: Run, key: str, settings: Settings, *, examined: Examination
) -> tuple[Finding, ...]:
    """Give sampled winners to other prompts; ask the probes that need a right answer, if references do not serve.

    They do not if they win in few rows, or if sampled winners earn more. The run keeps what right and wrong answers
    earned. Closes the worker.
    Raises: RewardError when the code cannot be loaded.
    """
    prompts, sampled = run.prompts(), _sampled(run, key, tokens=examined.entry.names_tokens)
    some = [prompt for prompt in prompts if prompt.id in sampled]
    # A reward that reads tokens cannot be asked about made-up answers, but can about sampled ones.
    if not some or (examined.sure is None and not _keep_tokens(sampled)):
        save_evidence(run.folder, key, replace(examined.evidence, exchange_note=NOT_EXAMINED if some else ""))
        return ()
    with asking(worker, some, prompts, settings, most_seconds=BUDGET_SECONDS) as subject:
        exchanged, note = exchange_winners(subject, sampled, examined.evidence)
        known = replace(examined.evidence, exchanged=exchanged, exchange_note=note)
        save_evidence(run.folder, key, known)
        needed = examined.sure is not None and (examined.sure < SERVES or _earn_more(sampled, examined, exchanged))
        return examine_sampled(subject, sampled, known) if needed else ()


def _keep_tokens(sampled: Mapping[str, Sequence[Sampled]]) -> bool:
    """Whether the run keeps the tokens of every generation, as it does only for rewards that read them."""
    return all(one.token_ids is not None for every in sampled.values() for one in every)


def _earn_more(sampled: Mapping[str, Sequence[Sampled]], examined: Examination, exchanged: Sequence[Exchanged]) -> bool:
    """Whether sampled winners earn usefully more than references: then they show how right answers are written."""
    golds = [one.score for one in examined.evidence.right]
    winners = [
        max(one.score for one in sampled[name]) for name in {one.donor for one in exchanged} if sampled.get(name)
    ]
    if not golds or not winners:
        return False
    worst = min(one.score for every in sampled.values() for one in every)
    gold, best = float(np.median(golds)), float(np.median(winners))
    return best - gold > USEFUL * (best - min(worst, gold))


def _sampled(run: Run, key: str, *, tokens: bool) -> dict[str, list[Sampled]]:
    """The scored generations that were not cut off and called no tool, by prompt; with labels, and tokens if asked.

    Of a large run only every n-th prompt is used: the exchange needs a few hundred.
    """
    ids = [prompt.id for prompt in run.prompts()]
    some = pa.array(ids[:: max(1, -(-len(ids) // MOST_PROMPTS))], pa.string())
    names = ("prompt_id", "index", "text", "finish_reason", "tool_calls", *(LARGE if tokens else ()))
    generations, scores = run.generations.read(names), run.scores(key).read(["prompt_id", "index", "score"])
    generations, scores = (one.filter(pc.is_in(one["prompt_id"], some)) for one in (generations, scores))
    scored = {
        (prompt_id, index): score
        for prompt_id, index, score in zip(*(scores[name].to_pylist() for name in scores.column_names), strict=True)
        if score is not None and math.isfinite(score)
    }
    sides = sides_of(read_labels(run.labels)) if run.labels.is_file() else {}
    found: dict[str, list[Sampled]] = {}
    columns = (generations[name].to_pylist() for name in names)
    for prompt_id, index, text, finish, calls, *tokens_drawn in zip(*columns, strict=True):
        if (prompt_id, index) in scored and finish != "length" and calls is None:
            drawn = tuple(tokens_drawn[0]) if tokens_drawn and tokens_drawn[0] is not None else None
            one = Sampled(text, scored[prompt_id, index], sides.get((prompt_id, index)), index, drawn)
            found.setdefault(prompt_id, []).append(one)
    return found
