"""Do enough groups hold scores that differ, and is that difference within prompts?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from scipy import stats as scipy_stats

from rewardlab.findings import Finding
from rewardlab.measurement import Measurement
from rewardlab.platforms import Platform
from rewardlab.probes.targets import Targets
from rewardlab.stats.band import LEAST_PROMPTS, POWER
from rewardlab.stats.interval import Estimate, Quantity
from rewardlab.stats.spread import Variance

#: Under this share of the variance within prompts, most of what the reward tells is lost to group-relative training.
LITTLE_WITHIN = 0.1


def deciding_group(measured: Measurement, platform: Platform) -> tuple[int, Quantity]:
    """The group size that the target is held against, and the share there.

    It is the platform's; where that is more than was sampled and cannot be extrapolated (graded scores), the largest
    size sampled stands in, whose share is a lower bound.
    """
    size = platform.group_size
    share = measured.informative[size]
    if not isinstance(share, Estimate):
        smaller = [other for other in measured.informative if other < size]
        for other in sorted(smaller, reverse=True):
            if isinstance(measured.informative[other], Estimate):
                return other, measured.informative[other]
    return size, share


def smallest_group(informative: Mapping[int, Quantity], target: float) -> int | None:
    """The smallest group size whose lower bound reaches the target."""
    for size, share in sorted(informative.items()):
        if isinstance(share, Estimate) and share.low >= target:
            return size
    return None


def further_prompts(share: Estimate, target: float) -> int | None:
    """The further prompts expected to tell the share from its target with power 0.9; None when it is on the target."""
    if share.estimate == target:
        return None
    upper, beta = scipy_stats.norm.ppf([1 - (1 - share.level) / 2, POWER])
    deviation = (share.high - share.low) / (2 * upper) * math.sqrt(share.units)
    needed = ((upper + beta) * deviation / (share.estimate - target)) ** 2
    return None if needed > 100_000 else max(math.ceil(needed), share.units + 1) - share.units


def ask(measured: Measurement, targets: Targets, platform: Platform) -> Iterator[Finding]:
    """RL304 against the target at the platform's group size; RL305 when the spread is between prompts only."""
    size, share = deciding_group(measured, platform)
    if isinstance(share, Estimate) and share.low < targets.min_informative:
        surely = share.high < targets.min_informative and measured.scored_prompts >= LEAST_PROMPTS
        evidence = _evidence(measured, size, share, targets)
        if not surely:
            evidence["further_prompts"] = further_prompts(share, targets.min_informative)
        yield Finding("RL304", "blocker" if surely else "warning", evidence)
    else:
        yield from _recipe(measured, targets, platform)
    if isinstance(measured.variance, Variance) and measured.variance.within_share < LITTLE_WITHIN:
        yield Finding(
            "RL305", "warning", {"within_share": measured.variance.within_share, "icc": measured.variance.icc}
        )


def _recipe(measured: Measurement, targets: Targets, platform: Platform) -> Iterator[Finding]:
    """A note when the platform's default group is too small, though a larger one that it allows is not."""
    default = platform.recipe_group_size
    share = measured.informative.get(default)
    smallest = smallest_group(measured.informative, targets.min_informative)
    if isinstance(share, Estimate) and share.low < targets.min_informative and smallest is not None:
        yield Finding(
            "RL304",
            "warning",
            _evidence(measured, default, share, targets) | {"platform_default": default, "smallest_group": smallest},
            remedy=f"Set the recipe's number_generation to at least {smallest}: its default of {default} wastes groups.",
        )


def _evidence(measured: Measurement, size: int, share: Estimate, targets: Targets) -> dict[str, object]:
    return {
        "group_size": size,
        "estimate": share.estimate,
        "low": share.low,
        "high": share.high,
        "target": targets.min_informative,
        "flat_groups": {reason: count for reason, count in measured.flat.items() if count},
    }
