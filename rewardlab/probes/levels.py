"""Do the scores use their range: neither constant, nor saturated, nor too rarely positive, nor outside it?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.measurement import Measurement
from rewardlab.platforms import Platform
from rewardlab.probes.targets import Targets
from rewardlab.stats.band import LEAST_PROMPTS
from rewardlab.stats.interval import Estimate
from rewardlab.stats.spread import SAME_SCORE

SATURATED = 0.95
SPARSE = 0.05


def ask(measured: Measurement, targets: Targets, platform: Platform) -> Iterator[Finding]:
    """RL105 for scores outside the range, RL301 constant, RL302 saturated at the top, RL303 sparse."""
    low, high = measured.success.reward_range
    lowest, highest = measured.lowest, measured.highest
    if lowest is None or highest is None:
        return
    if lowest < low - SAME_SCORE or highest > high + SAME_SCORE:
        evidence = {"range": [low, high], "lowest": lowest, "highest": highest, "declared": measured.success.declared}
        yield Finding("RL105", "blocker" if measured.success.declared else "warning", evidence)
    if measured.levels == 1 and low + SAME_SCORE < lowest < high - SAME_SCORE:
        enough = measured.scored_prompts >= LEAST_PROMPTS
        yield Finding(
            "RL301", "blocker" if enough else "warning", {"score": lowest, "generations": measured.generations}
        )
    elif measured.ceiling_share is not None and measured.ceiling_share > SATURATED:
        yield Finding("RL302", "warning", {"share_at_ceiling": measured.ceiling_share, "ceiling": high})
    elif isinstance(measured.positive, Estimate) and measured.positive.high < SPARSE:
        evidence = {"share_positive": measured.positive.estimate, "high": measured.positive.high}
        yield Finding("RL303", "warning", evidence)
