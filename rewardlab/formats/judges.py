"""The judges in a report as a person reads them: how far they agree, then each of them."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from rewardlab.formats.findings import percent
from rewardlab.judge_report import Judge, Judges
from rewardlab.section import Interval

AGAINST = {"labels": "the labels", "reward": "the reward", "consensus": "what most judges say"}
#: Generations shown on which reward and panel part most, and characters of a response; the JSON report holds more.
PARTING, LONGEST = 3, 60


def why(judges: Judges) -> str:
    """The sentence about the judges that stands beside a verdict."""
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


def panel_table(judges: Judges) -> Table:
    """One row for each judge: how much it calls right, whether it repeats itself, how it fits what is known."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    for _ in range(4):
        table.add_column(justify="right", no_wrap=True)
    known = next((judge.validation.against for judge in judges.panel if judge.validation is not None), None)
    heads = ("judges", "verdicts", "calls right", "flips", "accuracy" if known is None else f"as {AGAINST[known]}")
    table.add_row(*(Text(f"\n{head}", "bold" if place == 0 else "dim") for place, head in enumerate(heads)))
    for judge in judges.panel:
        flips = None if judge.self_consistency is None else judge.self_consistency.flip_rate
        if judge.position is not None:  # the other order asks again too, and finds more
            flips = judge.position.hard_flips
        accuracy = None if judge.validation is None else judge.validation.accuracy
        shares = (judge.pass_rate, flips, accuracy)
        table.add_row(f"  {judge.name}", f"{judge.judged:,}", *(_share(share) for share in shares))
    return table


def parting(judges: Judges) -> Iterator[str]:
    """The generations on which reward and panel part most, a line each: what a person should read first."""
    for one in judges.parting[:PARTING]:
        said = ", ".join(f"{name} {'-' if verdict is None else verdict}" for name, verdict in one["verdicts"].items())
        text = " ".join(str(one["text"]).split())
        shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
        yield f"{one['prompt_id']} [{one['index']}]: score {one['score']:.4g}; {said}; response {shown!r}"


def sentences(judges: Judges) -> Iterator[str]:
    """What else is to be said of the panel."""
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
            f"is worth {judges.effective.estimate:.1f} independent judges"
        )
    if judges.reward is not None:
        yield (
            f"the reward against {_whom(judges)}: Youden's J {number(judges.reward.youden_j)}, AUC within prompts "
            + number(judges.reward.auc_within_prompts)
        )
    tested = [judge for judge in judges.panel if judge.validation is not None and judge.validation.alternative_test]
    if tested:
        yield "in place of a person who labels (alternative annotator test): " + ", ".join(map(_stand_in, tested))
    unread = [f"{judge.name} {percent(judge.unreadable.estimate)}" for judge in judges.panel if _unreadable(judge)]
    if unread:
        yield "verdicts that cannot be read: " + ", ".join(unread)


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
        return _two(quantity.estimate)
    return f"{_two(quantity.estimate)} ({_two(quantity.low)} to {_two(quantity.high)})"


def _two(value: float) -> str:
    """Two places, and no minus before a zero."""
    return f"{round(value, 2) + 0.0:.2f}"


def _share(quantity: Interval | None) -> str:
    return "-" if quantity is None or quantity.estimate is None else percent(quantity.estimate)
