"""Does a judge favour responses of its own model family?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import numpy as np

from rewardlab.findings import Finding, Severity
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.effect import interval_of
from rewardlab.probes.judge.question import Question, places
from rewardlab.probes.judge.sample import smallest, stands_for
from rewardlab.probes.judge.truth import deciding
from rewardlab.probes.run.labels import left_out, right_of
from rewardlab.probes.run.suspicion import Suspicion
from rewardlab.runs.tables import Floats
from rewardlab.stats.cluster import Tested, mean_of_prompts
from rewardlab.stats.interval import Undefined
from rewardlab.stats.weights import differ, scaled

#: How much more often than other families' judges it calls equally right answers right: note, and blocker.
SMALL, DECISIVE = 0.05, 0.1
#: Families by the names of their models, as whole words of a model's name.
FAMILIES: Mapping[str, str] = {
    "nova": r"nova",
    "claude": r"claude",
    "gpt": r"gpt|chatgpt|o[134](?:-mini|-pro)?(?![a-z0-9])|davinci",
    "llama": r"llama",
    "qwen": r"qwen|qwq",
    "mistral": r"mistral|mixtral|ministral|magistral|codestral",
    "gemini and gemma": r"gemini|gemma",
    "deepseek": r"deepseek",
    "phi": r"phi",
    "command": r"command|cohere|aya",
    "nemotron": r"nemotron",
    "glm": r"glm|chatglm",
    "kimi": r"kimi",
    "grok": r"grok",
    "granite": r"granite",
    "olmo": r"olmo",
    "smollm": r"smollm",
    "falcon": r"falcon",
    "yi": r"yi",
}


def families_of(model: str) -> frozenset[str]:
    """The families a model spec names: a distilled model may belong to two, a local folder to none; Python has none."""
    if model.startswith("python:"):
        return frozenset()
    name = "/".join(model.lower().split("/")[-2:])
    return frozenset(
        family for family, pattern in FAMILIES.items() if re.search(rf"(?<![a-z])(?:{pattern})(?![a-z])", name)
    )


def ask(question: Question) -> Iterator[Suspicion]:
    """RL511, with labels and judges of other families: a judge that calls its family's answers right more often."""
    for ratings, others in _kin(question):
        labelled = right_of(question.answers)
        if labelled is None or not others:
            continue
        lead = _lead(ratings, others, labelled)
        found = favour(lead, labelled, weights=_weights(ratings, others))
        if isinstance(found, Undefined):
            continue
        severity: Severity = "blocker" if found.estimate.low > DECISIVE else "warning"
        evidence = _evidence(question, ratings, others) | {
            **interval_of("gap", found.estimate),
            **left_out(question.answers),
            "examples": [
                question.example(row, index, label=float(labelled[row, index]))
                for row, index in places((lead > 0.5) & (labelled == 0))
            ],
        }
        rises = found.p_value / 2 if found.estimate.estimate > 0 else 1.0
        yield Suspicion(Finding("RL511", severity, evidence), rises, matters=found.estimate.estimate >= SMALL)


def ask_unmeasured(question: Question) -> Iterator[Finding]:
    """RL511, a note: judge and policy are of one family, and what it would take to measure the favour is missing."""
    for ratings, others in _kin(question):
        missing = [] if right_of(question.answers) is not None else ["labels"]
        missing += [] if others else ["a judge of another family"]
        if missing:
            yield Finding("RL511", "note", _evidence(question, ratings, others) | {"not_measured_without": missing})


def favour(lead: Floats, labelled: Floats, *, weights: Floats | None = None) -> Tested | Undefined:
    """By how much more often a judge says right than the others, of answers that people call equally right.

    Arguments: `lead` (prompts, generations), the judge's verdict less the mean of the others'; `labelled` 0, 1 or NaN.
    The mean over prompts of the mean lead among right and among wrong answers, each kind weighing half where both are.
    `weights` (prompts, generations) is what each stands for: where they differ, means within a prompt are weighted, and
    a prompt weighs the sum of its own.
    """
    each = scaled(weights, np.isfinite(lead) & np.isfinite(labelled))
    kinds = [each * (labelled == value) for value in (0, 1)]
    means = np.stack([_row_means(lead, kind) for kind in kinds])
    known = np.isfinite(means)
    some = known.any(axis=0)
    prompts = np.where(known, means, 0.0).sum(axis=0)[some] / known.sum(axis=0)[some]
    stand = each.sum(axis=1)[some] if differ(each) else None
    return mean_of_prompts(prompts, weights=stand, bounds=(-1.0, 1.0))


def _row_means(values: Floats, weights: Floats) -> Floats:
    totals = weights.sum(axis=1)
    sums = (np.where(weights > 0, values, 0.0) * weights).sum(axis=1)
    return np.asarray(np.divide(sums, totals, out=np.full(totals.shape, np.nan), where=totals > 0))


def _weights(ratings: Ratings, others: list[Ratings]) -> Floats:
    """What each generation stands for that the judge and at least one other were to see; 0 for the rest."""
    return smallest(np.stack([ratings.weights, stands_for(others, seen=1)]), seen=2)


def _kin(question: Question) -> Iterator[tuple[Ratings, list[Ratings]]]:
    """Each judge of the policy's family, with the judges that are of another one."""
    own = families_of(question.policy)
    for ratings in deciding(question.panel):
        if own & families_of(ratings.judge.model):
            yield ratings, [one for one in deciding(question.panel) if not own & families_of(one.judge.model)]


def _lead(ratings: Ratings, others: list[Ratings], labelled: Floats) -> Floats:
    given = np.stack([one.right for one in others])
    count = np.isfinite(given).sum(axis=0)
    mean = np.divide(np.nansum(given, axis=0), count, out=np.full(count.shape, np.nan), where=count > 0)
    return np.where(np.isfinite(labelled), ratings.right - mean, np.nan)


def _evidence(question: Question, ratings: Ratings, others: list[Ratings]) -> dict[str, object]:
    return {
        "judge": ratings.judge.name,
        "judge_model": ratings.judge.model,
        "policy": question.policy,
        "family": ", ".join(sorted(families_of(question.policy) & families_of(ratings.judge.model))),
        "judges_of_other_families": [one.judge.name for one in others],
    }
