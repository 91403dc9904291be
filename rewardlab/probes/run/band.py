"""Does the baseline lie in the band, whatever the unscored generations would have been?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.probes.run import further
from rewardlab.probes.run.baseline import (
    at_quantiles,
    banded,
    is_known,
    is_verbatim,
    judged_alone,
    labelled_baseline,
    open_baselines,
    outweighed,
    right_by_texts_read,
)
from rewardlab.probes.run.question import Question
from rewardlab.stats.band import LEAST_PROMPTS, Position, place
from rewardlab.stats.interval import Estimate, Quantity

#: More samples of the same model do not tell which scores are right.
SAY_WHAT_IS_RIGHT = (
    "More samples do not decide this: say from which score on an answer is right (--success-at SCORE), or give "
    "--labels."
)
LABEL_SOME = (
    "The references are sentences, the answers that succeed are written otherwise, and no text tells a wrong one: a "
    "lax judge would look the same. Label some thirty generations (--labels), or say that the reward's word is enough "
    "(--success-at SCORE)."
)
LABEL_WORDS = (
    "The references are sentences and the score is graded: it is known what the reference earns word by word, and not "
    "what a right answer in other words earns. Label some thirty generations (--labels), or say from which score on an "
    "answer is right (--success-at SCORE). The run is kept and nothing is sampled again."
)
WEIGH_LESS = (
    "More samples do not decide this: right answers fail for something else than being wrong (length, form, style). "
    "Give being right more weight than all the rest together; or say from which score on an answer is right "
    "(--success-at SCORE), or give --labels."
)


def position(question: Question) -> Position:
    """Where the baseline lies: below, inside or above the band, or undecided.

    It is undecided with too few prompts, and if the unscored generations, another open threshold, or the labels' own
    share of right answers could move it. It is inside only if it is known: a GO says how often the model is right. It
    is not below if only the reference's own words would succeed.
    """
    quantity = banded(question)
    bounds = (quantity.scored, quantity.as_failures, quantity.as_successes)
    places = {_place(one, question) for one in (*bounds, *open_baselines(question), *labelled_baseline(question))}
    if question.measured.scored_prompts < LEAST_PROMPTS or len(places) > 1:
        return "undecided"
    found = places.pop()
    unknown = (found == "inside" and not is_known(question)) or (found == "below" and is_verbatim(question))
    return "undecided" if unknown else found


def _place(quantity: Quantity, question: Question) -> Position:
    return place(quantity, question.targets.band) if isinstance(quantity, Estimate) else "undecided"


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
            yield Finding("RL603", "warning", evidence | _why(question), _remedy(question))
        case "inside":
            pass


def _remedy(question: Question) -> str:
    """What to do where more samples would not help; empty where they would."""
    if not threshold_decides(question):
        return ""
    if judged_alone(question):
        return LABEL_SOME
    if is_verbatim(question):
        return LABEL_WORDS
    return SAY_WHAT_IS_RIGHT if outweighed(question) is None else WEIGH_LESS


def unscored_decide(question: Question) -> bool:
    """Whether the unscored generations keep the position open, however many more prompts come.

    Either the scored ones alone would decide, or an end of the band lies between the baseline with the unscored ones as
    failures and that with them as successes.
    """
    quantity = banded(question)
    if question.measured.scored_prompts < LEAST_PROMPTS:
        return False
    bounds = {_place(one, question) for one in (quantity.as_failures, quantity.as_successes)}
    found = _place(quantity.scored, question)
    if found != "undecided":
        return bounds != {found}
    low, high = quantity.as_failures, quantity.as_successes
    if not isinstance(low, Estimate) or not isinstance(high, Estimate):
        return False
    return any(low.estimate < end < high.estimate for end in question.targets.band)


def threshold_decides(question: Question) -> bool:
    """Whether the baseline at the threshold would decide, and only other thresholds, labels or texts part from it."""
    quantity = banded(question)
    places = {_place(one, question) for one in (quantity.scored, quantity.as_failures, quantity.as_successes)}
    enough = question.measured.scored_prompts >= LEAST_PROMPTS
    return enough and len(places) == 1 and "undecided" not in places and position(question) == "undecided"


def _threshold(question: Question) -> dict[str, object]:
    """The baseline at each threshold that may be meant, lowest first; and by labels."""
    measured = question.measured
    rows = [
        {"success_at": one.at, **_shown(found)}
        for one, found in zip(measured.open, open_baselines(question), strict=True)
    ]
    if is_verbatim(question):
        rows = [{"success_at": at, **_shown(found)} for at, found in at_quantiles(question)]
    rows.append({"success_at": measured.success.at, **_shown(banded(question).scored)})
    rows.sort(key=lambda row: float(str(row["success_at"])))
    shown: dict[str, object] = {"thresholds": rows} if len(rows) > 1 else {}
    if labelled := labelled_baseline(question):
        shown["by_labels"] = _shown(labelled[0])
    if outweighed(question) is not None and (by_text := right_by_texts_read(question)) is not None:
        shown["right_by_their_texts"] = {**_shown(by_text[0]), "of_answers": by_text[1]}
    return shown


def _why(question: Question) -> dict[str, object]:
    quantity = banded(question)
    if not isinstance(quantity.scored, Estimate):
        return {"why": quantity.scored.reason}
    if question.measured.scored_prompts < LEAST_PROMPTS:
        return {"why": f"{question.measured.scored_prompts} prompts; fewer than {LEAST_PROMPTS} decide nothing"}
    if threshold_decides(question):
        why = "the labels say otherwise than the reward"
        if outweighed(question) is not None:
            why = "other answers succeed than those whose texts are right"
        elif judged_alone(question):
            why = "nothing but the reward says which of these texts are right"
        elif question.measured.open or is_verbatim(question):
            why = "it is not known from which score on an answer is right"
        return {"why": why, **_threshold(question)}
    if unscored_decide(question):
        return {
            "why": "the unscored generations could change the verdict",
            "counted_as_failures": _shown(quantity.as_failures),
            "counted_as_successes": _shown(quantity.as_successes),
        }
    more = further.of_band(question)
    return {"why": "the interval crosses an end of the band", "further_prompts": None if more is None else more.units}


def _shown(quantity: Quantity) -> dict[str, object]:
    if isinstance(quantity, Estimate):
        return {"estimate": quantity.estimate, "low": quantity.low, "high": quantity.high}
    return {"undefined": quantity.reason}
