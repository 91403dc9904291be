"""Does the baseline lie in the band, whatever the unscored generations would have been?"""

from __future__ import annotations

import math
from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.measurement import Bounded, Measurement
from rewardlab.platforms import Platform
from rewardlab.probes.targets import Targets
from rewardlab.stats.band import LEAST_PROMPTS, Position, place, prompts_to_decide, trials_per_prompt
from rewardlab.stats.interval import Estimate, Quantity


def banded(measured: Measurement, targets: Targets) -> Bounded:
    """The quantity that the verdict uses."""
    return measured.accuracy if targets.band_on == "accuracy" else measured.solved


def position(measured: Measurement, targets: Targets) -> Position:
    """Where the baseline lies; undecided with too few prompts, or when the unscored generations could move it."""
    quantity = banded(measured, targets)
    places = {_place(one, targets) for one in (quantity.scored, quantity.as_failures, quantity.as_successes)}
    if measured.scored_prompts < LEAST_PROMPTS or len(places) > 1:
        return "undecided"
    return places.pop()


def _place(quantity: Quantity, targets: Targets) -> Position:
    return place(quantity, targets.band) if isinstance(quantity, Estimate) else "undecided"


def further_prompts(measured: Measurement, targets: Targets) -> int | None:
    """The further prompts expected to decide the band with power 0.9; None when the estimate lies on its end."""
    quantity = banded(measured, targets).scored
    if not isinstance(quantity, Estimate):
        return LEAST_PROMPTS
    worth = trials_per_prompt(quantity, most=measured.num_generations if targets.band_on == "accuracy" else 1.0)
    edge = min(targets.band, key=lambda end: abs(quantity.estimate - end))
    if quantity.estimate in (0.0, 1.0) or place(quantity, targets.band) != "undecided":
        needed = float(LEAST_PROMPTS)
    else:
        needed = prompts_to_decide(quantity.estimate, edge, per_prompt=worth, level=quantity.level)
    if math.isinf(needed) or needed > 100_000:
        return None
    return max(int(needed), LEAST_PROMPTS, measured.scored_prompts + 1) - measured.scored_prompts


def ask(measured: Measurement, targets: Targets, platform: Platform) -> Iterator[Finding]:
    """RL601 and RL602 when the interval lies outside the band; RL603 when it does not decide."""
    quantity = banded(measured, targets)
    evidence = {"band_on": targets.band_on, "band": list(targets.band)} | _shown(quantity.scored)
    match position(measured, targets):
        case "below":
            yield Finding("RL601", "blocker", evidence)
        case "above":
            yield Finding("RL602", "blocker", evidence)
        case "undecided":
            yield Finding("RL603", "warning", evidence | _why(measured, targets))


def _why(measured: Measurement, targets: Targets) -> dict[str, object]:
    quantity = banded(measured, targets)
    if not isinstance(quantity.scored, Estimate):
        return {"why": quantity.scored.reason}
    if measured.scored_prompts < LEAST_PROMPTS:
        return {"why": f"{measured.scored_prompts} prompts; fewer than {LEAST_PROMPTS} decide nothing"}
    if place(quantity.scored, targets.band) != "undecided":
        return {
            "why": "the unscored generations could change the verdict",
            "counted_as_failures": _shown(quantity.as_failures),
            "counted_as_successes": _shown(quantity.as_successes),
        }
    return {"why": "the interval crosses an end of the band", "further_prompts": further_prompts(measured, targets)}


def _shown(quantity: Quantity) -> dict[str, object]:
    if isinstance(quantity, Estimate):
        return {"estimate": quantity.estimate, "low": quantity.low, "high": quantity.high}
    return {"undefined": quantity.reason}
