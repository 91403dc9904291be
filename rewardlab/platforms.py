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
        Platform("smtj", reference_in_metadata=False, batch_size=64, group_size=8, recipe_group_size=2, least_rows=100),
        Platform(
            "hyperpod", reference_in_metadata=True, batch_size=128, group_size=8, recipe_group_size=8, least_rows=100
        ),
        Platform(
            "bedrock", reference_in_metadata=True, batch_size=64, group_size=8, recipe_group_size=8, least_rows=100
        ),
    )
}


def find_platform(name: str) -> Platform:
    """The profile called `name`.

    Raises: UsageError naming the known ones.
    """
    if name not in PLATFORMS:
        raise UsageError(f"no platform {name!r}", where="--platform", expected="one of " + ", ".join(PLATFORMS))
    return PLATFORMS[name]
