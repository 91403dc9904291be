"""Asks a reward about a run's own generations, once they are scored."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rewardlab.auditing.examination import BUDGET_SECONDS, Examination, asking
from rewardlab.findings import Finding, merge
from rewardlab.labels import read_labels, sides_of
from rewardlab.measurement.evidence import Evidence, Exchanged, save_evidence
from rewardlab.probes.reward import examine, examine_sampled, unasked_of
from rewardlab.probes.reward.trials.sampled import Sampled
from rewardlab.probes.reward.trials.scale import USEFUL
from rewardlab.probes.reward.trials.subject import Subject
from rewardlab.probes.reward.trials.survey import known_of, sureness
from rewardlab.probes.reward.trials.winners import exchange_winners
from rewardlab.probes.reward.trials.winning import winning_formats
from rewardlab.rewards.isolation.reply import Worker
from rewardlab.runs.directory import Run
from rewardlab.runs.parts import LARGE
from rewardlab.settings.audit import Settings
from rewardlab.stats.spread import SAME_SCORE

#: How many prompts' generations are used at most.
MOST_PROMPTS = 2000
#: If references are winning answers in this share of the rows, sampled answers need not stand in for right ones.
SERVES = 0.5
#: The codes of probes that use references as right answers.
OF_GOLDS = {"RL402", "RL407", "RL408"}
NOT_EXAMINED = "the reward could not be asked about made-up answers, so no sampled ones were tried"


def ask_with_sampled_answers(
    worker: Worker, run: Run, key: str, settings: Settings, *, examined: Examination
) -> tuple[Finding, ...]:
    """Merge the findings from a run's own answers with those of the examination, which may be repeated.

    First, sampled winners are scored under other prompts. If they earn more than references, and a probe that used
    references as right answers blocks, the examination is repeated with references written as the winners write them.
    What right and wrong answers earned is saved in the run. If references serve in few rows, or earn less than the
    winners, the probes that need a right answer are asked with the winners themselves. Closes the worker.
    Raises: RewardError when the code cannot be loaded.
    """
    prompts, sampled = run.prompts(), _sampled(run, key, tokens=examined.entry.names_tokens)
    some = [prompt for prompt in prompts if prompt.id in sampled]
    # A reward that reads tokens cannot be asked about made-up answers, but can about sampled ones.
    if not some or (examined.sure is None and not _keep_tokens(sampled)):
        save_evidence(run.folder, key, replace(examined.evidence, exchange_note=NOT_EXAMINED if some else ""))
        return examined.findings
    with asking(worker, some, prompts, settings, most_seconds=BUDGET_SECONDS) as subject:
        known = _exchange(subject, sampled, examined)
        if _misleads(examined) and _earn_more(sampled, examined, known.exchanged):
            again = _examined_as_sampled(subject, sampled, examined, seconds=settings.examine_seconds)
            if again is not examined:
                examined, known = again, _exchange(subject, sampled, again)
        save_evidence(run.folder, key, known)
        needed = _is_needed(sampled, examined, known)
        return merge(examine_sampled(subject, sampled, known.with_exchanged()) if needed else (), examined.findings)


def _exchange(subject: Subject, sampled: Mapping[str, Sequence[Sampled]], examined: Examination) -> Evidence:
    """The evidence of made-up answers, with what sampled winners earned under other prompts."""
    exchanged, note = exchange_winners(subject, sampled, examined.evidence)
    return replace(examined.evidence, exchanged=exchanged, exchange_note=note)


def _is_needed(sampled: Mapping[str, Sequence[Sampled]], examined: Examination, known: Evidence) -> bool:
    """Whether references serve in few rows, or sampled winners earn more than they do."""
    return examined.sure is not None and (examined.sure < SERVES or _earn_more(sampled, examined, known.exchanged))


def _misleads(examined: Examination) -> bool:
    """Whether a probe blocks that used references as right answers: written in another format, they may pass."""
    return any(one.code in OF_GOLDS and one.severity == "blocker" for one in examined.findings)


def _examined_as_sampled(
    subject: Subject, sampled: Mapping[str, Sequence[Sampled]], examined: Examination, *, seconds: float
) -> Examination:
    """Repeat the examination in the winners' formats; keep it if no fewer references win and they earn more."""
    subject.formats = winning_formats(subject.every_prompt, sampled)
    if not subject.formats:
        return examined
    with subject.further(seconds):
        findings = examine(subject)
    sure, evidence = sureness(subject), known_of(subject)
    if sure is None or sure < (examined.sure or 0.0) or _gold(evidence) <= _gold(examined.evidence) + SAME_SCORE:
        return examined
    return replace(examined, findings=findings, sure=sure, evidence=evidence, unasked=unasked_of(findings))


def _gold(evidence: Evidence) -> float:
    """What the median reference earned; minus infinity where none stands out."""
    return float(np.median([one.score for one in evidence.right])) if evidence.right else -math.inf


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
