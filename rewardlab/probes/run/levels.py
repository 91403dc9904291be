"""Do the scores use their range: neither constant, nor saturated, nor too rarely positive, nor outside it?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.probes.run.question import Question
from rewardlab.stats.band import LEAST_PROMPTS
from rewardlab.stats.interval import Estimate
from rewardlab.stats.spread import SAME_SCORE

UNDECLARED = (
    "No range was declared, and scores leave the one that the platform documents. For another trainer this is nothing; "
    "for this one clip the score, or declare the range with --reward-range LO,HI."
)
SATURATED = 0.95
SPARSE = 0.05


def ask(question: Question) -> Iterator[Finding]:
    """RL105 for scores outside the declared range (undeclared, the platform's), RL301 constant, RL302 saturated at the
    top, RL303 sparse, unless the reward pays in penalties alone.

    A reward that is constant at the bottom or at the top of its range is told by the band instead: a model that never
    or always succeeds looks the same.
    """
    measured = question.measured
    low, high = measured.success.reward_range
    lowest, highest = measured.lowest, measured.highest
    if lowest is None or highest is None:
        return
    declared = measured.success.declared
    bounds = (low, high) if declared else question.platform.score_range
    if bounds is not None and (lowest < bounds[0] - SAME_SCORE or highest > bounds[1] + SAME_SCORE):
        evidence = {"range": list(bounds), "lowest": lowest, "highest": highest, "declared": declared}
        yield Finding("RL105", "blocker", evidence) if declared else Finding("RL105", "note", evidence, UNDECLARED)
    if measured.levels == 1 and low + SAME_SCORE < lowest < high - SAME_SCORE:
        enough = measured.scored_prompts >= LEAST_PROMPTS
        evidence = {"score": lowest, "generations": measured.generations}
        yield Finding("RL301", "blocker" if enough else "warning", evidence)
    elif measured.ceiling_share is not None and measured.ceiling_share > SATURATED:
        yield Finding("RL302", "warning", {"share_at_ceiling": measured.ceiling_share, "ceiling": high})
    elif isinstance(measured.positive, Estimate) and measured.positive.high < SPARSE and not never_positive(question):
        shares = {"share_positive": measured.positive.estimate, "high": measured.positive.high}
        yield Finding("RL303", "warning", shares)


def never_positive(question: Question) -> bool:
    """Whether the reward pays in penalties alone: its scores differ, and even right answers earn 0 at most."""
    measured = question.measured
    earned = [one.score for one in question.evidence.right]
    best = max([*earned, measured.highest if measured.highest is not None else 0.0])
    return measured.levels > 1 and best <= SAME_SCORE
