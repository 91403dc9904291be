"""The one line that says what counts as success, and which evidence this rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rewardlab.formats.evidence.values import percent
from rewardlab.reports.audit import Baseline
from rewardlab.reports.check import CheckReport
from rewardlab.reports.success import SuccessPart

#: Sources of evidence that are counted together, and what one and several of them are called.
ANSWERS: Sequence[tuple[tuple[str, ...], str, str]] = (
    (("labelled",), "labelled generation", "labelled generations"),
    (("reference",), "reference", "references"),
    (("made_up", "near", "other_reference"), "made-up wrong answer", "made-up wrong answers"),
    (("exchanged",), "exchanged answer", "exchanged answers"),
    (("read", "misread"), "sampled answer whose text tells", "sampled answers whose texts tell"),
)


def success_line(base: Baseline) -> str:
    """`success: a score of at least 1.5; right answers earn 2, wrong ones at most 1.2; from 27 references and ...`."""
    found = base.success
    if found.source == "texts":
        return (
            "success: an answer whose text is right; the score alone does not tell, for right answers without the rest "
            f"of the reward earn less than {_score(base.success_at)}, as wrong ones do; from {_answers(found.answers)}"
        )
    parts = [f"a score {'above' if base.success_above else 'of at least'} {_score(base.success_at)}"]
    match found.source:
        case "declared":
            parts.append("as declared with --success-at")
        case "range":
            parts.append(
                f"the middle of the declared range {base.reward_range[0]:g} to {base.reward_range[1]:g}, for nothing "
                "tells what right answers earn"
            )
        case "levels":
            why = "wrong answers earn as much" if found.answers else "nothing tells what right and wrong answers earn"
            parts.append(f"from the sampled scores alone, for {why}")
        case _:
            parts.append(_earned(found, base.reward_range[1]))
    if answers := _answers(found.answers):
        parts.append(f"from {answers}")
    if found.open:
        ends = sorted(
            [(base.success_at, base.accuracy.estimate), *((one.at, one.accuracy.estimate) for one in found.open)]
        )
        (low, at_low), (high, at_high) = ends[0], ends[-1]
        parts.append(f"{_score(low)} to {_score(high)} stay open: accuracy {percent(at_low)} to {percent(at_high)}")
    return "success: " + "; ".join(parts)


def check_line(report: CheckReport) -> str:
    """The same line for a check, which has only made-up answers; empty if they give no threshold."""
    if report.success_at is None or report.success is None:
        return ""
    earned = "as declared" if report.success.source == "declared" else _earned(report.success, 0.0)
    return f"success: a score of at least {_score(report.success_at)}; {earned}"


def _earned(found: SuccessPart, top: float) -> str:
    right = (
        "what right answers earn is not known" if found.right is None else f"right answers earn {_score(found.right)}"
    )
    if found.right is not None and top > found.right:
        right += " or more"
    return right if found.wrong is None else f"{right}, wrong ones at most {_score(found.wrong)}"


def _answers(counts: Mapping[str, int]) -> str:
    """`27 references, 54 made-up wrong answers and 600 exchanged answers`."""
    told = []
    for names, one, several in ANSWERS:
        if count := sum(counts.get(name, 0) for name in names):
            told.append(f"{count:,} {one if count == 1 else several}")
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def _score(value: float) -> str:
    """A score to four digits; -0 is shown as 0."""
    return f"{value + 0.0:.4g}"
