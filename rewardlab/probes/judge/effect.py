"""What an alteration of the response does to one judge's verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rewardlab.findings import Finding, Severity
from rewardlab.judging.judgments import PLAIN
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.question import EXAMPLES, Question
from rewardlab.probes.judge.sample import of_sample
from rewardlab.probes.judge.verdicts import before_and_after, beside, right_of, verdict_text
from rewardlab.probes.run.suspicion import Suspicion
from rewardlab.runs.tables import Bools
from rewardlab.stats.interval import Estimate, Quantity, Undefined, share_of_prompts
from rewardlab.stats.paired import Change, paired_change

#: A mean change of the verdict under the first, as a share of the scale, is a note; surely above the second it blocks.
SMALL, DECISIVE = 0.02, 0.05
#: If surely more than this share of verdicts turn from wrong to right, or back, it blocks.
DECISIVE_TURNS = 0.1


@dataclass(frozen=True, slots=True)
class Effect:
    """How one judge's verdicts changed with the responses, in shares of its scale's range.

    `change` is the mean with its interval over prompts; `p_rise` and `p_fall` are the exact sign test's that verdicts
    are as likely to rise as to fall, one-sided. `raised`, `lowered` and `compared` count responses; `turned_right` is
    the share of those judged wrong (`wrong` of them) that were judged right once altered, `turned_wrong` the reverse.
    `unread` counts altered responses whose verdict could not be read though the plain one could.
    All are of the responses that were shown altered, and no estimate for the run, whether or not a sample was judged:
    they are drawn for an experiment, half of them successes, and each is its own control. What matters is that an
    alteration moves a verdict, not how many responses of the run it would move; the sign test is exact for that.
    """

    variant: str
    change: Quantity
    p_rise: float
    p_fall: float
    raised: int
    lowered: int
    compared: int
    turned_right: Quantity
    turned_wrong: Quantity
    wrong: int
    right: int
    unread: int


def effect_of(ratings: Ratings, variant: str, *, base: str = PLAIN) -> Effect | Undefined:
    """The effect of a variant on a judge beside the plain response, or beside the variant `base`.

    Undefined where no response was judged both ways.
    """
    before, after = before_and_after(ratings, variant, base=base)
    found = paired_change(before, after, span=1.0)
    if isinstance(found, Undefined):
        return found
    assert isinstance(found, Change)
    raised, lowered = int((after > before).sum()), int((after < before).sum())
    was_right, is_right = right_of(ratings, before), right_of(ratings, after)
    wrong, right = was_right == 0, was_right == 1
    asked = ratings.variants_asked.get(variant)
    return Effect(
        variant=variant,
        change=of_sample(found.mean if isinstance(found.mean, Undefined) else found.mean.estimate, ratings),
        p_rise=found.sign_p / 2 if raised > lowered else 1.0,
        p_fall=found.sign_p / 2 if lowered > raised else 1.0,
        raised=raised,
        lowered=lowered,
        compared=int(np.isfinite(before).sum()),
        turned_right=of_sample(share_of_prompts(is_right[wrong] == 1), ratings),
        turned_wrong=of_sample(share_of_prompts(is_right[right] == 0), ratings),
        wrong=int(wrong.sum()),
        right=int(right.sum()),
        unread=0 if asked is None else int((asked & np.isnan(ratings.variants[variant])).sum()),
    )


def surely_rises(effect: Effect) -> bool:
    """Whether the interval shows a large rise, of the verdicts or from wrong to right."""
    change, turned = effect.change, effect.turned_right
    return (isinstance(change, Estimate) and change.low > DECISIVE) or _often(turned)


def surely_falls(effect: Effect) -> bool:
    """Whether the interval shows a large fall, of the verdicts or from right to wrong."""
    change, turned = effect.change, effect.turned_wrong
    return (isinstance(change, Estimate) and change.high < -DECISIVE) or _often(turned)


def _often(turned: Quantity) -> bool:
    return isinstance(turned, Estimate) and turned.low > DECISIVE_TURNS


def suspicion(question: Question, ratings: Ratings, code: str, effect: Effect, **seen: Any) -> Suspicion:
    """What a rise of the verdicts suggests: a blocker where it is surely large, else a warning if it is no chance."""
    before, after = before_and_after(ratings, effect.variant)
    evidence = {
        "judge": ratings.judge.name,
        **seen,
        **evidence_of(effect),
        "examples": examples(question, ratings, effect.variant, after > before),
    }
    matters = isinstance(effect.change, Estimate) and effect.change.estimate >= SMALL
    severity: Severity = "blocker" if surely_rises(effect) else "warning"
    return Suspicion(Finding(code, severity, evidence), effect.p_rise, matters)


def evidence_of(effect: Effect, *, upwards: bool = True) -> dict[str, Any]:
    """An effect as evidence of a rise, or of a fall."""
    turned = (
        {"wrong_turned_right": _count(effect.turned_right, effect.wrong), "judged_wrong": effect.wrong}
        if upwards
        else {"right_turned_wrong": _count(effect.turned_wrong, effect.right), "judged_right": effect.right}
    )
    return {
        **interval_of("change", effect.change),
        "raised": effect.raised,
        "lowered": effect.lowered,
        "compared": effect.compared,
        **turned,
        "p_value": effect.p_rise if upwards else effect.p_fall,
    }


def examples(question: Question, ratings: Ratings, variant: str, marked: Bools) -> list[dict[str, Any]]:
    """Generations whose verdict moved, with both verdicts: the largest moves first, one a prompt."""
    before, after = before_and_after(ratings, variant)
    moved = np.where(marked, np.abs(np.nan_to_num(after) - np.nan_to_num(before)), -1.0)
    best = np.argmax(moved, axis=1)
    order = np.argsort(-moved[np.arange(len(moved)), best], kind="stable")[:EXAMPLES]
    found = [(int(row), int(best[row])) for row in order if marked[row].any()]
    return [
        question.example(
            row,
            index,
            **beside(ratings, row, index),
            before=verdict_text(ratings, before[row, index]),
            after=verdict_text(ratings, after[row, index]),
        )
        for row, index in found
    ]


def interval_of(name: str, quantity: Quantity) -> dict[str, Any]:
    """A quantity as evidence: under its name, with low and high; or why it is undefined."""
    if isinstance(quantity, Undefined):
        return {name: None, "undefined": quantity.reason}
    return {name: quantity.estimate, "low": quantity.low, "high": quantity.high}


def _count(share: Quantity, of: int) -> int:
    return 0 if isinstance(share, Undefined) else round(share.estimate * of)
