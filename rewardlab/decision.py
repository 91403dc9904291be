"""GO, NO-GO or INCONCLUSIVE from what was measured and found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rewardlab.findings import Finding
from rewardlab.probes.run import band, signal
from rewardlab.probes.run.diagnosis import causes_first
from rewardlab.probes.run.question import Question
from rewardlab.stats.interval import Estimate, Undefined

VerdictName: TypeAlias = Literal["go", "no_go", "inconclusive"]
Action: TypeAlias = Literal[
    "run_rft", "sft_first", "fix_reward", "fix_judges", "harder_prompts", "fix_data", "sample_more"
]

#: What to do about a blocker, by the first of these that applies: a broken reward makes every other number doubtful.
#: Without the model's own texts nothing else is known: the sampler comes first of all.
ACTIONS: Sequence[tuple[Action, tuple[str, ...]]] = (
    ("sample_more", ("RL409", "RL413", "RL702", "RL703")),
    ("fix_reward", ("RL1", "RL2", "RL301", "RL306", "RL307", "RL4")),
    ("fix_judges", ("RL5",)),
    ("sft_first", ("RL601",)),
    ("harder_prompts", ("RL602",)),
    ("fix_data", ("RL",)),
)
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

    `further_prompts` is the number expected to decide, None where it is not known or not asked for.
    """

    verdict: VerdictName
    reasons: tuple[str, ...]
    action: Action
    text: str
    further_prompts: int | None = None


def decide(question: Question, findings: Sequence[Finding]) -> Decision:
    """The verdict.

    NO-GO with any blocker (an interval outside the band is one). GO when the baseline's interval lies inside the band
    whatever the unscored generations were, the informative-group share's lower bound reaches its target, success is
    known, and so does the lower bound of the judges' alpha where there are several. Otherwise INCONCLUSIVE.
    """
    blockers = causes_first(finding for finding in findings if finding.severity == "blocker")
    if blockers:
        return _no_go(blockers)
    doubts = _doubts(question)
    agreement = next((finding for finding in findings if finding.code == "RL502"), None)
    if doubts:
        return _inconclusive(question, doubts if agreement is None else (*doubts, agreement.code))
    return _go(question) if agreement is None else _judges_undecided(agreement)


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


def _doubts(question: Question) -> tuple[str, ...]:
    """The codes that keep a run without blockers from GO."""
    _, share = signal.deciding_group(question)
    doubts = []
    if band.position(question) != "inside":
        doubts.append("RL603")
    if not isinstance(share, Estimate) or share.low < question.targets.min_informative:
        doubts.append("RL304")
    if _success_unknown(question):
        doubts.append("RL105")
    return tuple(doubts)


def _success_unknown(question: Question) -> bool:
    """Whether scores leave a range that nobody declared, so that its middle is no threshold."""
    measured = question.measured
    low, high = measured.success.reward_range
    if measured.lowest is None or measured.highest is None or measured.success.declared or measured.success.chosen:
        return False
    return measured.lowest < low or measured.highest > high


def _judges_undecided(agreement: Finding) -> Decision:
    """Everything else says GO, and the judges' alpha may lie on either side of its threshold, or is undefined."""
    told = agreement.evidence
    if told.get("alpha") is None:
        text = f"The judges' agreement is undefined ({told.get('undefined')}): {agreement.remedy}"
        return Decision("inconclusive", ("RL502",), "fix_judges", text)
    more = told["further_prompts"]
    if more is None:
        return Decision("inconclusive", ("RL502",), "sample_more", ALPHA_ON_THRESHOLD)
    text = f"About {more} further judged prompts of the same kind are expected to decide whether the judges agree."
    return Decision("inconclusive", ("RL502",), "sample_more", text, more)


def _inconclusive(question: Question, doubts: tuple[str, ...]) -> Decision:
    measured = question.measured
    if "RL105" in doubts:
        text = (
            f"Scores run from {measured.lowest:g} to {measured.highest:g} and no range was declared: say "
            "--reward-range LO,HI or --success-at SCORE; the run is kept and nothing is sampled again."
        )
        return Decision("inconclusive", doubts, "fix_reward", text)
    if band.unscored_decide(question):
        text = "Repair what leaves generations unscored: counted as failures or as successes they change the verdict."
        return Decision("inconclusive", doubts, "fix_reward", text)
    _, share = signal.deciding_group(question)
    if isinstance(share, Undefined):
        text = (
            f"The share of informative groups is undefined ({share.reason}): sample more generations per prompt (-n 8)."
        )
        return Decision("inconclusive", doubts, "sample_more", text)
    wanted = [band.further_prompts(question)] if "RL603" in doubts else []
    if "RL304" in doubts:
        wanted.append(signal.further_prompts(share, question.targets.min_informative))
    if None in wanted:
        return Decision("inconclusive", doubts, "sample_more", ON_A_THRESHOLD)
    more = max(count for count in wanted if count is not None)
    text = (
        f"About {more:,} further prompts of the same kind, {measured.prompts + more:,} in all, are expected to decide."
    )
    return Decision("inconclusive", doubts, "sample_more", text, more)
