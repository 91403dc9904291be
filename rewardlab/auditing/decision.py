"""Decides GO, NO-GO or INCONCLUSIVE from the measurements and the findings."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rewardlab.findings import Finding
from rewardlab.probes.reward import NOT_ASKED, unasked_of
from rewardlab.probes.run import band, baseline, exchanged, further, signal
from rewardlab.probes.run.diagnosis import causes_first, is_cause
from rewardlab.probes.run.question import Question
from rewardlab.stats.interval import Estimate, Undefined

VerdictName: TypeAlias = Literal["go", "no_go", "inconclusive"]
Action: TypeAlias = Literal[
    "run_rft", "sft_first", "fix_reward", "fix_judges", "harder_prompts", "fix_data", "sample_more"
]

#: What to do about the blockers: the first action here that fits one of them. The sampler comes first, because without
#: the model's own texts nothing else is known; then the reward, because a broken one makes every number doubtful.
ACTIONS: Sequence[tuple[Action, tuple[str, ...]]] = (
    ("sample_more", ("RL409", "RL413", "RL702", "RL703")),
    ("fix_reward", ("RL1", "RL2", "RL301", "RL306", "RL307", "RL4")),
    ("fix_judges", ("RL5",)),
    ("sft_first", ("RL601",)),
    ("harder_prompts", ("RL602",)),
    ("fix_data", ("RL",)),
)
#: Findings of calls that fail, or break the contract, on some texts.
FAILING = ("RL1", "RL201", "RL202", "RL203")
ON_A_THRESHOLD = (
    "The estimate lies on a threshold: more prompts alone will hardly decide. Sample prompts closer to those you will "
    "train on, or choose another threshold."
)
ALPHA_ON_THRESHOLD = (
    "The judges' alpha lies on its threshold: more prompts alone will hardly decide. Sharpen the rubric, or replace "
    "the judge that departs most."
)


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, the codes it rests on (the deciding one first), and what to do next.

    `further_prompts` is the number expected to decide, None if it is not known or not asked for. `further_range` is its
    10 to 90 % range if that is tenfold or more; its end is None if perhaps no number suffices.
    """

    verdict: VerdictName
    reasons: tuple[str, ...]
    action: Action
    text: str
    further_prompts: int | None = None
    further_range: tuple[int, int | None] | None = None


def decide(question: Question, findings: Sequence[Finding]) -> Decision:
    """The verdict, the findings that it rests on, and what to do next.

    NO-GO with any blocker (an interval outside the band is one). GO if the baseline's interval lies inside the band
    whatever the unscored generations were, the lower bound of the informative-group share reaches its target, it is
    known what right answers are, every probe that can block was asked, and, with several judges, the lower bound of
    their alpha reaches its target. Otherwise INCONCLUSIVE.
    """
    blocking = causes_first(finding for finding in findings if finding.severity == "blocker")
    blockers = sorted(blocking, key=lambda finding: _place(finding, question))
    if blockers:
        return _no_go(blockers)
    unasked = next((one for one in findings if one.code == "RL204" and unasked_of([one])), None)
    doubts = (*(("RL204",) if unasked is not None else ()), *_doubts(question, findings))
    agreement = next((finding for finding in findings if finding.code == "RL502"), None)
    if doubts:
        return _inconclusive(question, findings, doubts if agreement is None else (*doubts, agreement.code))
    return _go(question) if agreement is None else _judges_undecided(agreement)


def _place(finding: Finding, question: Question) -> int:
    """The rank of a blocker among those with the same action; 0 is named first.

    Findings on sampled answers (by labels, texts and exchanged prompts) come before findings on made-up answers. Calls
    that fail on made-up texts alone come later, and length comes last, because it often follows from another fault.
    """
    if is_cause(finding):
        return 0
    if finding.code == "RL405":
        return 1
    if finding.code == "RL407" and "exchanged" in finding.evidence:
        return 2
    if finding.code == "RL404":
        return 5
    scored_all = question.measured.outcomes["scored"] == sum(question.measured.outcomes.values())
    return 4 if finding.code.startswith(FAILING) and scored_all else 3


def _no_go(blockers: Sequence[Finding]) -> Decision:
    for action, prefixes in ACTIONS:
        for first in blockers:
            if first.code.startswith(prefixes):
                codes = dict.fromkeys([first.code, *(finding.code for finding in blockers)])
                return Decision("no_go", tuple(codes), action, first.remedy)
    raise AssertionError(blockers)


def _go(question: Question) -> Decision:
    size, share = signal.deciding_group(question)
    assert isinstance(share, Estimate), "no doubt about the signal means that it is measured"
    smallest = signal.smallest_group(question.measured.informative, question.targets.min_informative)
    return Decision(
        "go",
        (),
        "run_rft",
        f"Train, with groups of at least {smallest} generations; of {size}, {100 * share.estimate:.0f} % carry a "
        "gradient.",
    )


def _doubts(question: Question, findings: Sequence[Finding]) -> tuple[str, ...]:
    """The codes that keep a run without blockers from GO."""
    _, share = signal.deciding_group(question)
    doubts = []
    if band.position(question) != "inside":
        doubts.append("RL603")
    if not isinstance(share, Estimate) or not signal.is_enough(share, question):
        doubts.append("RL304")
    if exchanged.reads_nothing(question) or exchanged.is_unknown(question) or _is_disputed(question, findings):
        doubts.append("RL407")
    return tuple(doubts)


def _is_disputed(question: Question, findings: Sequence[Finding]) -> bool:
    """Whether answers that read as wrong succeed, and neither made-up answers nor labels tell if they are wrong."""
    return exchanged.is_disputed(findings) and question.measured.labelled is None


def _judges_undecided(agreement: Finding) -> Decision:
    """The decision if all else says GO, but the judges' alpha is undefined or not sure to reach its threshold."""
    told = agreement.evidence
    if told.get("alpha") is None:
        text = f"The judges' agreement is undefined ({told.get('undefined')}): {agreement.remedy}"
        return Decision("inconclusive", ("RL502",), "fix_judges", text)
    more = told["further_prompts"]
    if more is None:
        return Decision("inconclusive", ("RL502",), "sample_more", ALPHA_ON_THRESHOLD)
    text = f"About {more} further judged prompts of the same kind are expected to decide whether the judges agree."
    return Decision("inconclusive", ("RL502",), "sample_more", text, more)


def _threshold(question: Question) -> str:
    measured = question.measured
    if baseline.judged_alone(question):
        return band.LABEL_SOME
    if baseline.outweighed(question) is not None:
        return band.WEIGH_LESS
    if baseline.is_verbatim(question):
        return band.LABEL_WORDS
    if not measured.open:
        return (
            "The labels and the reward place the baseline differently: read the generations on which they part "
            "(RL405), or say with --success-at SCORE from which score on an answer is right."
        )
    places = [measured.success.at, *(one.at for one in measured.open)]
    low, high = min(places), max(places)
    return (
        f"Say from which score on an answer is right: --success-at SCORE. The evidence leaves {low:.4g} to {high:.4g} "
        "open, and the accuracy is not the same at all of them; --labels or an example of a right answer settle it "
        "too. The run is kept and nothing is sampled again."
    )


def _to_mend(question: Question, findings: Sequence[Finding], doubts: tuple[str, ...]) -> tuple[Action, str] | None:
    """What the user must repair before more data can decide; None if nothing."""
    if "RL204" in doubts:
        return "fix_reward", NOT_ASKED
    if "RL407" in doubts:
        if _is_disputed(question, findings):
            return "fix_data", next(one.remedy for one in findings if exchanged.is_disputed([one]))
        unknown = exchanged.is_unknown(question)
        return "fix_data", exchanged.UNKNOWN_REMEDY if unknown else exchanged.UNREAD_REMEDY
    if band.threshold_decides(question):
        # The reward may be sound: the user has to say what is right.
        outweighed = not baseline.judged_alone(question) and baseline.outweighed(question) is not None
        return ("fix_reward" if outweighed else "fix_data"), _threshold(question)
    if band.unscored_decide(question):
        text = "Repair what leaves generations unscored: counted as failures or as successes they change the verdict."
        return "fix_reward", text
    return None


def _inconclusive(question: Question, findings: Sequence[Finding], doubts: tuple[str, ...]) -> Decision:
    measured = question.measured
    if (mend := _to_mend(question, findings, doubts)) is not None:
        return Decision("inconclusive", doubts, *mend)
    _, share = signal.deciding_group(question)
    if isinstance(share, Undefined):
        return Decision("inconclusive", doubts, *_to_see_groups(question, share))
    wanted = [further.of_band(question)] if "RL603" in doubts else []
    if "RL304" in doubts:
        wanted.append(further.of_signal(question, share))
    more = functools.reduce(further.slower, wanted)
    if more is None:
        return Decision("inconclusive", doubts, "sample_more", ON_A_THRESHOLD)
    text = (
        f"About {more.units:,} further prompts of the same kind, {measured.prompts + more.units:,} in all, are "
        "expected to decide."
    )
    if not more.is_vague:
        return Decision("inconclusive", doubts, "sample_more", text, more.units)
    most = "any number" if more.high is None else f"{more.high:,}"
    text += f" It may take {more.low:,} to {most}, as the true share lies farther from the threshold or nearer (80 %)."
    return Decision("inconclusive", doubts, "sample_more", text, more.units, (more.low, more.high))


def _to_see_groups(question: Question, share: Undefined) -> tuple[Action, str]:
    """What to do if no prompt has two scores to compare."""
    told = f"The share of informative groups is undefined ({share.reason})"
    if (question.answers.row >= 0).sum(axis=1).max(initial=0) < 2:
        return "sample_more", f"{told}: sample more generations per prompt (-n 8)."
    return "fix_reward", f"{told}: repair what leaves generations unscored, so that prompts have two scores each."
