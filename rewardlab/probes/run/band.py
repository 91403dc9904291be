"""Does the baseline lie in the band, whatever the unscored generations would have been?"""

from __future__ import annotations

import math
from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.measurement import Bounded
from rewardlab.probes.run.question import Question
from rewardlab.stats.band import LEAST_PROMPTS, Position, place, prompts_to_decide, trials_per_prompt
from rewardlab.stats.interval import Estimate, Quantity

#: More than anybody samples: an estimate that needs this lies on its threshold.
HOPELESS_PROMPTS = 100_000
#: More samples of the same model do not tell which scores are right.
SAY_WHAT_IS_RIGHT = (
    "More samples do not decide this: say from which score on an answer is right (--success-at SCORE), or give "
    "--labels."
)


def banded(question: Question) -> Bounded:
    """The quantity that the verdict uses."""
    measured = question.measured
    return measured.accuracy if question.targets.band_on == "accuracy" else measured.solved


def position(question: Question) -> Position:
    """Where the baseline lies; undecided with too few prompts, or when the unscored generations, another threshold that
    the evidence leaves open, or the labels' own share of right answers could move it.
    """
    quantity = banded(question)
    bounds = (quantity.scored, quantity.as_failures, quantity.as_successes)
    places = {_place(one, question) for one in (*bounds, *open_baselines(question), *labelled_baseline(question))}
    if question.measured.scored_prompts < LEAST_PROMPTS or len(places) > 1:
        return "undecided"
    return places.pop()


def open_baselines(question: Question) -> list[Quantity]:
    """The baseline at each other threshold that the evidence leaves open."""
    by_accuracy = question.targets.band_on == "accuracy"
    return [one.accuracy if by_accuracy else one.solved for one in question.measured.open]


def labelled_baseline(question: Question) -> list[Quantity]:
    """The share of right answers by labels, where enough prompts have some and it is what the band is on."""
    labelled = question.measured.labelled
    if question.targets.band_on != "accuracy" or not isinstance(labelled, Estimate) or labelled.units < LEAST_PROMPTS:
        return []
    return [labelled]


def _place(quantity: Quantity, question: Question) -> Position:
    return place(quantity, question.targets.band) if isinstance(quantity, Estimate) else "undecided"


def further_prompts(question: Question) -> int | None:
    """The further prompts expected to decide the band with power 0.9; None when the estimate lies on its end."""
    scored = question.measured.scored_prompts
    quantity = banded(question).scored
    if not isinstance(quantity, Estimate):
        return max(LEAST_PROMPTS - scored, 1)
    needed = float(LEAST_PROMPTS)
    if _place(quantity, question) == "undecided" and 0 < quantity.estimate < 1:
        most = question.measured.num_generations if question.targets.band_on == "accuracy" else 1.0
        edge = min(question.targets.band, key=lambda end: abs(quantity.estimate - end))
        worth = trials_per_prompt(quantity, most=most)
        needed = prompts_to_decide(quantity.estimate, edge, per_prompt=worth, level=quantity.level)
    if math.isinf(needed) or needed > HOPELESS_PROMPTS:
        return None
    return max(int(needed), LEAST_PROMPTS, scored + 1) - scored


def ask(question: Question) -> Iterator[Finding]:
    """RL601 and RL602 when the interval lies outside the band; RL603 when it does not decide."""
    targets = question.targets
    evidence = {"band_on": targets.band_on, "band": list(targets.band)} | _shown(banded(question).scored)
    match position(question):
        case "below":
            yield Finding("RL601", "blocker", evidence)
        case "above":
            yield Finding("RL602", "blocker", evidence)
        case "undecided":
            remedy = SAY_WHAT_IS_RIGHT if threshold_decides(question) else ""
            yield Finding("RL603", "warning", evidence | _why(question), remedy)
        case "inside":
            pass


def unscored_decide(question: Question) -> bool:
    """Whether the scored generations alone would decide, and only the unscored ones keep the position open."""
    quantity = banded(question)
    bounds = {_place(one, question) for one in (quantity.as_failures, quantity.as_successes)}
    enough = question.measured.scored_prompts >= LEAST_PROMPTS
    return enough and _place(quantity.scored, question) != "undecided" and bounds != {_place(quantity.scored, question)}


def threshold_decides(question: Question) -> bool:
    """Whether the baseline at the threshold would decide, and only other open thresholds, or labels, part from it."""
    quantity = banded(question)
    places = {_place(one, question) for one in (quantity.scored, quantity.as_failures, quantity.as_successes)}
    enough = question.measured.scored_prompts >= LEAST_PROMPTS
    return enough and len(places) == 1 and "undecided" not in places and position(question) == "undecided"


def _threshold(question: Question) -> dict[str, object]:
    """What the baseline is at each threshold that may be meant, lowest first; and by labels."""
    measured = question.measured
    rows = [
        {"success_at": one.at, **_shown(found)}
        for one, found in zip(measured.open, open_baselines(question), strict=True)
    ]
    rows.append({"success_at": measured.success.at, **_shown(banded(question).scored)})
    rows.sort(key=lambda row: float(str(row["success_at"])))
    shown: dict[str, object] = {"thresholds": rows} if measured.open else {}
    if labelled := labelled_baseline(question):
        shown["by_labels"] = _shown(labelled[0])
    return shown


def _why(question: Question) -> dict[str, object]:
    quantity = banded(question)
    if not isinstance(quantity.scored, Estimate):
        return {"why": quantity.scored.reason}
    if question.measured.scored_prompts < LEAST_PROMPTS:
        return {"why": f"{question.measured.scored_prompts} prompts; fewer than {LEAST_PROMPTS} decide nothing"}
    if threshold_decides(question):
        by_labels = not question.measured.open
        why = (
            "the labels say otherwise than the reward"
            if by_labels
            else "it is not known from which score on an answer is right"
        )
        return {"why": why, **_threshold(question)}
    if unscored_decide(question):
        return {
            "why": "the unscored generations could change the verdict",
            "counted_as_failures": _shown(quantity.as_failures),
            "counted_as_successes": _shown(quantity.as_successes),
        }
    return {"why": "the interval crosses an end of the band", "further_prompts": further_prompts(question)}


def _shown(quantity: Quantity) -> dict[str, object]:
    if isinstance(quantity, Estimate):
        return {"estimate": quantity.estimate, "low": quantity.low, "high": quantity.high}
    return {"undefined": quantity.reason}
