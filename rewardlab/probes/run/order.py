"""Do wrong answers outscore right ones to the same prompt? Asked of sampled answers whose texts tell their side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rewardlab.findings import Finding
from rewardlab.probes.reward.trials.scale import USEFUL
from rewardlab.probes.run.diagnosis.weight import percent
from rewardlab.probes.run.labels import right_of
from rewardlab.probes.run.question import Question
from rewardlab.stats.interval import Estimate, Floats, mean_over_prompts

#: Of the pairs of a right and a wrong answer to one prompt: a share that surely exceeds the first is a blocker; under
#: the second nothing is said.
DECISIVE, LITTLE = 0.1, 0.05
#: A right answer within so much of the range of the lowest score was not read as one: RL411 tells of it.
REFUSED, EXTREME = 0.02, 0.01
REMEDY = (
    "Wrong answers earn more than right ones to the same prompt, for something else than being right: length, form, "
    "style. No threshold mends that. Give being right more weight than all the rest together, or pay the rest to right "
    "answers alone."
)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A right and a wrong answer to one prompt, by their columns, and by how much the wrong one earns more."""

    row: int
    right: int
    wrong: int
    more: float


def ask(question: Question) -> Iterator[Finding]:
    """RL405 without labels: wrong answers outscore right ones to the same prompt by a useful part of the range.

    The unit is the prompt. Right answers at the bottom of the scale are left out, for a reward that refuses their form
    has no order of right and wrong there. With labels, rewardlab.probes.run.labels tells.
    """
    if right_of(question.answers) is not None or not question.reads:
        return
    pairs, useful = _pairs(question)
    share = _share(pairs, useful)
    if share is None or share.estimate < LITTLE:
        return
    turned = [one for one in pairs if one.more > useful]
    summary = (
        "of a right and a wrong answer to one prompt, as their texts tell, the wrong one earns clearly more in "
        f"{percent(share.estimate)} of pairs ({percent(share.low)} to {percent(share.high)}; {share.units:,} prompts)"
    )
    evidence = {
        "summary": summary,
        "share": share.estimate,
        "low": share.low,
        "high": share.high,
        "prompts": share.units,
        "examples": _examples(question, turned),
    }
    yield Finding("RL405", "blocker" if share.low > DECISIVE else "warning", evidence, REMEDY)


def in_order(question: Question) -> bool:
    """Whether hardly any wrong answer earns clearly more than a right one to the same prompt, as their texts tell."""
    share = _share(*_pairs(question))
    return share is not None and share.high < DECISIVE and share.estimate < LITTLE


def _pairs(question: Question) -> tuple[list[_Pair], float]:
    """All pairs of a right and a wrong answer to one prompt, and the least difference that counts as clearly more."""
    score = question.answers.score
    low, high = (float(np.quantile(score[np.isfinite(score)], end)) for end in (EXTREME, 1 - EXTREME))
    sides: dict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for one in question.reads:
        refused = one.side == "right" and score[one.row, one.column] <= low + REFUSED * (high - low)
        if not refused:
            sides[one.row][one.side == "wrong"].append(one.column)
    pairs = [
        _Pair(row, right, wrong, float(score[row, wrong] - score[row, right]))
        for row, (rights, wrongs) in sides.items()
        for right in rights
        for wrong in wrongs
    ]
    return pairs, USEFUL * (high - low)


def _share(pairs: list[_Pair], useful: float) -> Estimate | None:
    """The share of pairs in which the wrong answer earns clearly more: its mean over prompts.

    A prompt counts as many trials as it has disjoint pairs.
    """
    by_row: dict[int, list[_Pair]] = defaultdict(list)
    for pair in pairs:
        by_row[pair.row].append(pair)
    shares: Floats = np.array([np.mean([one.more > useful for one in held]) for held in by_row.values()], float)
    trials: Floats = np.array(
        [min(len({one.right for one in held}), len({one.wrong for one in held})) for held in by_row.values()], float
    )
    found = mean_over_prompts(shares, trials)
    return found if isinstance(found, Estimate) else None


def _examples(question: Question, turned: list[_Pair]) -> list[dict[str, object]]:
    """The right and the wrong answer of the pair with the largest difference in favour of the wrong one."""
    if not turned:
        return []
    worst = max(turned, key=lambda one: one.more)
    reference = question.prompts[worst.row].reference if question.prompts else None
    return [
        question.answers.example(worst.row, column) | {"reads": side, "reference": reference}
        for side, column in (("right", worst.right), ("wrong", worst.wrong))
    ]
