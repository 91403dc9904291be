"""Do enough groups hold scores that differ, and is that difference within prompts?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rewardlab.findings import Finding
from rewardlab.probes.run import further
from rewardlab.probes.run.question import Question
from rewardlab.stats.band import LEAST_PROMPTS
from rewardlab.stats.interval import Estimate, Quantity
from rewardlab.stats.spread import Variance

#: Under this share of the variance within prompts, most of what the reward tells is lost to group-relative training.
LITTLE_WITHIN = 0.1


def deciding_group(question: Question) -> tuple[int, Quantity]:
    """The group size that the target is held against, and the share there.

    It is the platform's; where that is more than was sampled and cannot be extrapolated (graded scores), the largest
    size sampled stands in, whose share is a lower bound.
    """
    size, informative = question.platform.group_size, question.measured.informative
    for other in sorted((other for other in informative if other <= size), reverse=True):
        if isinstance(informative[other], Estimate):
            return other, informative[other]
    return size, informative[size]


def is_enough(share: Estimate, question: Question) -> bool:
    """Whether the share surely reaches the target, on as many prompts as a verdict takes (of fewer, on all)."""
    least = min(LEAST_PROMPTS, question.measured.scored_prompts)
    return share.low >= question.targets.min_informative and share.units >= least


def smallest_group(informative: Mapping[int, Quantity], target: float) -> int | None:
    """The smallest group size whose lower bound reaches the target."""
    for size, share in sorted(informative.items()):
        if isinstance(share, Estimate) and share.low >= target:
            return size
    return None


def ask(question: Question) -> Iterator[Finding]:
    """RL304 against the target at the platform's group size; RL305 when the spread is between prompts only."""
    measured, target = question.measured, question.targets.min_informative
    size, share = deciding_group(question)
    if isinstance(share, Estimate) and not is_enough(share, question):
        surely = share.high < target and share.units >= LEAST_PROMPTS
        evidence = _evidence(question, size, share)
        if not surely:
            more = further.of_signal(question, share)
            evidence["further_prompts"] = None if more is None else more.units
        yield Finding("RL304", "blocker" if surely else "warning", evidence)
    else:
        yield from _recipe(question)
    if isinstance(measured.variance, Variance) and measured.variance.within_share < LITTLE_WITHIN:
        variance = measured.variance
        yield Finding("RL305", "warning", {"within_share": variance.within_share, "icc": variance.icc})


def _recipe(question: Question) -> Iterator[Finding]:
    """A warning when the platform's default group is too small, though a larger one that it allows is not."""
    default, target = question.platform.recipe_group_size, question.targets.min_informative
    share = question.measured.informative.get(default)
    smallest = smallest_group(question.measured.informative, target)
    if isinstance(share, Estimate) and share.low < target and smallest is not None:
        yield Finding(
            "RL304",
            "warning",
            _evidence(question, default, share) | {"platform_default": default, "smallest_group": smallest},
            remedy=f"Set number_generation to at least {smallest}: the recipe's default of {default} wastes groups.",
        )


def _evidence(question: Question, size: int, share: Estimate) -> dict[str, object]:
    return {
        "group_size": size,
        "estimate": share.estimate,
        "low": share.low,
        "high": share.high,
        "prompts": share.units,
        "target": question.targets.min_informative,
        "flat_groups": {reason: count for reason, count in question.measured.flat.items() if count},
    }
