"""Platform profiles: whose contract and limits hold. Facts from CONTRACT.md, with its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rewardlab.errors import UsageError


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform's reward contract.

    `batch_size` samples go into one invocation. `group_size` is the number of generations that the informative-group
    target is held against, and `recipe_group_size` the platform's own default for it: where that is smaller, a group
    carries less signal and the report says so. `least_rows` is the smallest training set the platform takes.
    """

    name: str
    reference_in_metadata: bool
    batch_size: int
    group_size: int
    recipe_group_size: int
    least_rows: int


PLATFORMS: Mapping[str, Platform] = {
    platform.name: platform
    for platform in (
        Platform("smtj", False, 64, 8, 2, 100),
        Platform("hyperpod", True, 128, 8, 8, 100),
        Platform("bedrock", True, 64, 8, 8, 100),
    )
}


def find_platform(name: str) -> Platform:
    """The profile called `name`.

    Raises: UsageError naming the known ones.
    """
    if name not in PLATFORMS:
        raise UsageError(f"no platform {name!r}", where="--platform", expected="one of " + ", ".join(PLATFORMS))
    return PLATFORMS[name]
