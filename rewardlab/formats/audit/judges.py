"""The judges in a report as a person reads them: how far they agree, then each of them."""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.formats.audit.judge_tables import AGAINST, two
from rewardlab.formats.evidence.values import percent
from rewardlab.reports.judges import Judge, Judges
from rewardlab.reports.section import Interval

#: Generations shown on which reward and panel disagree most, and characters of a response; the JSON report holds more.
PARTING, LONGEST = 3, 60


def why(judges: Judges) -> str:
    """The sentence about the judges among the reasons for the verdict."""
    if judges.alpha is None:
        return "one judge alone: nothing says whether another would agree"
    shown = f"the judges' alpha {number(judges.alpha)}"
    target = f"target: at least {judges.min_alpha:g}"
    match judges.agreement:
        case "sufficient":
            strong = judges.alpha.low is not None and judges.alpha.low >= judges.strong_alpha
            return f"{shown} is {'strong' if strong else 'sufficient'} agreement ({target})"
        case "insufficient":
            return f"{shown} is too little agreement ({target})"
        case _:
            return f"{shown} does not decide ({target})"


def parting(judges: Judges) -> Iterator[str]:
    """The generations on which reward and panel disagree most, a line each: what a person should read first."""
    for one in judges.parting[:PARTING]:
        said = ", ".join(f"{name} {'-' if verdict is None else verdict}" for name, verdict in one["verdicts"].items())
        text = " ".join(str(one["text"]).split())
        shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
        yield f"{one['prompt_id']} [{one['index']}]: score {one['score']:.4g}; {said}; response {shown!r}"


def sentences(judges: Judges) -> Iterator[str]:
    """The sentences under the tables: agreement, independence, the reward against the panel, labels."""
    for found in judges.agreements:
        alpha = found.alpha
        yield (
            f"agreement on {alpha.about}: alpha {number(alpha)}, {alpha.metric}, over {found.units:,} "
            f"{'pairs' if alpha.about == 'preferences' else 'generations'}. {found.meaning}"
        )
        if found.skew is not None:
            yield (
                f"{percent(found.skew.share)} of the verdicts are alike, and AC is "
                f"{found.skew.ac_above_alpha_by:.2f} above alpha: judge more generations on which others are likely."
            )
    if judges.effective.estimate is not None and judges.errors_against is not None:
        yield (
            f"errors against {AGAINST[judges.errors_against]} correlate {number(judges.error_correlation)}: the panel "
            f"is worth {_judges_between(judges.effective)} independent judges"
        )
    elif judges.effective.undefined is not None and len(judges.panel) > 1:
        yield f"how many independent judges the panel is worth is undefined ({judges.effective.undefined})"
    if judges.reward is not None:
        yield (
            f"the reward against {_whom(judges)}: Youden's J {number(judges.reward.youden_j)}, AUC within prompts "
            + number(judges.reward.auc_within_prompts)
        )
    tested = [judge for judge in judges.panel if judge.validation is not None and judge.validation.alternative_test]
    if tested:
        yield "in place of a person who labels (alternative annotator test): " + ", ".join(map(_stand_in, tested))
    yield from _about_labels(judges)
    if judges.dawid_skene is not None and judges.dawid_skene.judges:
        yield (
            f"by the judges alone (Dawid and Skene) {percent(judges.dawid_skene.right)} are right, if most judges "
            "mostly are, and if they err independently; no smoothing, no interval"
        )
    unread = [f"{judge.name} {percent(judge.unreadable.estimate)}" for judge in judges.panel if _unreadable(judge)]
    if unread:
        yield "verdicts that cannot be read: " + ", ".join(unread)


def _about_labels(judges: Judges) -> Iterator[str]:
    """Notes under the pass-rate table, and the calibration of the verdicts."""
    held = [(judge.name, judge.validation) for judge in judges.panel if judge.validation is not None]
    why: dict[str, list[str]] = {}
    for name, found in held:
        reason = found.pass_rate_powered.undefined
        if found.against == "labels" and reason is not None:
            why.setdefault(reason, []).append(name)
    for reason, names in why.items():
        yield f"share of right answers by labels and verdicts, {', '.join(names)}: undefined ({reason})"
    calibrated = [
        f"{name} {two(found.calibration.expected_error)} ({found.calibration.bins})"
        for name, found in held
        if found.calibration is not None
    ]
    if calibrated:
        yield "expected calibration error, by bins: " + ", ".join(calibrated)


def _judges_between(effective: Interval) -> str:
    if effective.low is None or effective.high is None:
        return f"{effective.estimate:.1f}"
    return f"{effective.estimate:.1f} ({effective.low:.1f} to {effective.high:.1f})"


def _whom(judges: Judges) -> str:
    names = [judge.name for judge in judges.panel if judge.pass_rate.estimate is not None]
    match len(names):
        case 1:
            return names[0]
        case 2:
            return f"{names[0]} and {names[1]} where they do not part"
        case _:
            return "what most judges say"


def _stand_in(judge: Judge) -> str:
    assert judge.validation is not None, "only a judge that was tested is shown"
    test = judge.validation.alternative_test
    assert test is not None, "only a judge that was tested is shown"
    return (
        f"{judge.name} {'may stand' if test.passes else 'not shown to be fit'} (winning rate {test.winning_rate:.2f})"
    )


def _unreadable(judge: Judge) -> bool:
    return bool(judge.unreadable.estimate)


def number(quantity: Interval) -> str:
    """A number with its interval, to two places, or why there is none."""
    if quantity.estimate is None:
        return f"undefined ({quantity.undefined})"
    if quantity.low is None or quantity.high is None:
        return two(quantity.estimate)
    return f"{two(quantity.estimate)} ({two(quantity.low)} to {two(quantity.high)})"
