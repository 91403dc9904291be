"""Does every component of the reward count, and does none drown the others?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rewardlab.findings import Finding
from rewardlab.probes.run.length import CORRECTNESS
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Answers
from rewardlab.stats.band import LEAST_PROMPTS
from rewardlab.stats.components import Component, Components, component_shares
from rewardlab.stats.interval import Undefined
from rewardlab.stats.spread import SAME_SCORE

#: A component with more than this share of the spread within prompts drowns the others.
DROWNING = 0.9
#: A component with less than this share is not heard.
UNHEARD = 0.05
MASTERED = (
    "Every sampled answer earns all of it, and made-up answers earn less: the model has mastered it already, and it "
    "adds no gradient. Keep it as a guard, or ask more of it."
)
BESIDE = (
    "The score is no weighted sum of what the reward reports, so a value that never differs is one that it reports "
    "beside its score: nothing is to be done, unless it was meant to count."
)


def ask(question: Question) -> Iterator[Finding]:
    """RL307: a component that never differs, or a graded one that drowns one which tells right from wrong.

    That a component which is 0 or 1 makes nearly all of the spread is what most sound rewards do: no finding, unless
    another is named for what is right. A note where all that never differs has its highest value for every generation,
    and a lower one for made-up answers: the model has mastered it; and where the score is no weighted sum of them.
    """
    answers = question.answers
    names = list(answers.components)
    if not names or question.measured.scored_prompts < LEAST_PROMPTS:
        return
    found = shares_of(question)
    if isinstance(found, Undefined):
        return
    constant = [member.name for member in found.members if member.dead]
    mastered = [name for name in constant if _mastered(answers.components[name], question.made_up.get(name))]
    dead = [name for name in constant if name not in mastered]
    beside = [name for name in dead if not found.is_weighted_sum and not CORRECTNESS.search(name)]
    dead = [name for name in dead if name not in beside]
    loud = found.dominant
    drowned = [
        member.name
        for member in found.members
        if isinstance(loud, Component) and member.name != loud.name and _unheard(member)
    ]
    drowns = (
        isinstance(loud, Component)
        and not isinstance(loud.share, Undefined)
        and loud.share > DROWNING
        and any(_drowned(name, answers, under=loud.name) for name in drowned)
    )
    if not constant and not drowns:
        return
    evidence: dict[str, object] = {"dead": dead}
    if mastered:
        evidence["mastered"] = mastered
    if beside:
        evidence["reported_beside"] = beside
    if drowns and isinstance(loud, Component):
        evidence |= {"drowning": loud.name, "drowned": [n for n in drowned if _drowned(n, answers, under=loud.name)]}
    evidence["shares_of_spread"] = {
        member.name: member.share for member in found.members if not isinstance(member.share, Undefined)
    }
    if dead or drowns:
        yield Finding("RL307", "warning", evidence)
    else:
        yield Finding("RL307", "note", evidence, MASTERED if mastered else BESIDE)


def shares_of(question: Question) -> Components | Undefined:
    """Each component's part in the spread of the score within prompts.

    A component that some generations lack (a function of a weighted sum that said None) counts as 0 there, if the score
    then is a weighted sum; else those generations are left out.
    """
    answers = question.answers
    names = list(answers.components)
    if not names:
        return Undefined("the reward has no components")
    stacked = np.stack([answers.components[name] for name in names], axis=2)
    scored = np.isfinite(answers.score)
    if not np.isfinite(stacked[scored]).all():
        filled = component_shares(np.nan_to_num(stacked), answers.score, names=names)
        if not isinstance(filled, Undefined) and filled.is_weighted_sum:
            return filled
    return component_shares(stacked, answers.score, names=names)


def _mastered(values: np.ndarray, made_up: tuple[float, float] | None) -> bool:
    """Whether some made-up answers earned less of a constant component, and none earned more."""
    if made_up is None:
        return False
    low, high = made_up
    constant = float(np.nanmax(values))
    return low < constant - SAME_SCORE and high <= constant + SAME_SCORE


def _unheard(member: Component) -> bool:
    return not member.dead and not isinstance(member.share, Undefined) and abs(member.share) < UNHEARD


def _drowned(name: str, answers: Answers, *, under: str) -> bool:
    """Whether a component that tells right from wrong is lost under one that says something else."""
    if CORRECTNESS.search(name) and not CORRECTNESS.search(under):
        return True
    return _binary(answers.components[name]) and not _binary(answers.components[under])


def _binary(values: np.ndarray) -> bool:
    finite = values[np.isfinite(values)]
    return len(np.unique(finite)) <= 2
