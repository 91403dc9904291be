"""GO, NO-GO or INCONCLUSIVE from what was measured and found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from rewardlab.findings import Finding
from rewardlab.measurement import Measurement
from rewardlab.platforms import Platform
from rewardlab.probes import band, signal
from rewardlab.probes.targets import Targets
from rewardlab.stats.interval import Estimate

VerdictName: TypeAlias = Literal["go", "no_go", "inconclusive"]
Action: TypeAlias = Literal[
    "run_rft", "sft_first", "fix_reward", "fix_judges", "harder_prompts", "fix_data", "sample_more"
]

TEXTS = {
    "sft_first": "The model almost never earns the reward: fine-tune it on examples first (SFT) or use easier prompts, "
    "then audit again.",
    "harder_prompts": "The model already earns the reward almost always: use harder prompts or a stricter reward before "
    "paying for training.",
    "fix_judges": "Repair the judge panel, then audit again.",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, the codes it rests on, and what to do next; `further_prompts` when more data would decide."""

    verdict: VerdictName
    reasons: tuple[str, ...]
    action: Action
    text: str
    further_prompts: int | None = None


def decide(measured: Measurement, findings: Sequence[Finding], targets: Targets, platform: Platform) -> Decision:
    """The verdict.

    NO-GO with any blocker (an interval outside the band is one). GO when the baseline's interval lies inside the band
    whatever the unscored generations were, the informative-group share's lower bound reaches its target, and success is
    known. Otherwise INCONCLUSIVE.
    """
    blockers = [finding for finding in findings if finding.severity == "blocker"]
    if blockers:
        return _no_go(blockers)
    doubts = _doubts(measured, targets, platform)
    if doubts:
        return _inconclusive(measured, findings, targets, platform, doubts)
    size, share = signal.deciding_group(measured, platform)
    assert isinstance(share, Estimate), "no doubt about the signal means that it is measured"
    smallest = signal.smallest_group(measured.informative, targets.min_informative) or size
    text = f"Train with groups of at least {max(smallest, 2)} generations"
    text += f": at {size}, {share.estimate:.0%} of groups carry a gradient."
    return Decision("go", (), "run_rft", text)


def _no_go(blockers: Sequence[Finding]) -> Decision:
    """The first cause decides what to do: a broken reward makes every other number doubtful."""
    codes = tuple(finding.code for finding in blockers)
    by_code = {finding.code: finding for finding in blockers}
    reward = [code for code in codes if code < "RL302" or "RL305" <= code < "RL500"]
    judges = [code for code in codes if "RL500" < code < "RL600"]
    if reward:
        return Decision("no_go", codes, "fix_reward", by_code[reward[0]].remedy)
    if "RL601" in codes:
        return Decision("no_go", codes, "sft_first", TEXTS["sft_first"])
    if "RL602" in codes:
        return Decision("no_go", codes, "harder_prompts", TEXTS["harder_prompts"])
    if judges:
        return Decision("no_go", codes, "fix_judges", TEXTS["fix_judges"])
    return Decision("no_go", codes, "fix_data", by_code[codes[0]].remedy)


def _doubts(measured: Measurement, targets: Targets, platform: Platform) -> tuple[str, ...]:
    """The codes that keep a run without blockers from GO."""
    _, share = signal.deciding_group(measured, platform)
    doubts = []
    if band.position(measured, targets) != "inside":
        doubts.append("RL603")
    if not isinstance(share, Estimate) or share.low < targets.min_informative:
        doubts.append("RL304")
    if _success_unknown(measured):
        doubts.append("RL105")
    return tuple(doubts)


def _success_unknown(measured: Measurement) -> bool:
    """Whether scores leave a range that nobody declared, so that its middle is no threshold."""
    low, high = measured.success.reward_range
    outside = measured.lowest is not None and (measured.lowest < low or (measured.highest or 0.0) > high)
    return outside and not measured.success.declared and not measured.success.chosen


def _inconclusive(
    measured: Measurement,
    findings: Sequence[Finding],
    targets: Targets,
    platform: Platform,
    doubts: tuple[str, ...],
) -> Decision:
    if "RL105" in doubts:
        text = (
            f"Scores run from {measured.lowest:g} to {measured.highest:g} and no range was declared: say "
            f"--reward-range LO,HI or --success-at SCORE; the run is kept and nothing is sampled again."
        )
        return Decision("inconclusive", doubts, "fix_reward", text)
    why = next((str(f.evidence["why"]) for f in findings if f.code == "RL603" and "why" in f.evidence), "")
    if "unscored" in why:
        text = "Repair what leaves generations unscored: counted as failures or as successes they change the verdict."
        return Decision("inconclusive", doubts, "fix_reward", text)
    wanted = []
    if "RL603" in doubts:
        wanted.append(band.further_prompts(measured, targets))
    _, share = signal.deciding_group(measured, platform)
    if "RL304" in doubts:
        wanted.append(signal.further_prompts(share, targets.min_informative) if isinstance(share, Estimate) else None)
    known = [count for count in wanted if count is not None]
    if len(known) < len(wanted):
        text = (
            "The estimate lies on a threshold, or is undefined: more prompts alone will hardly decide. "
            "Sample prompts closer to those you will train on, or choose another threshold."
        )
        return Decision("inconclusive", doubts, "sample_more", text)
    more = max(known)
    text = f"About {more} further prompts of the same kind, {measured.prompts + more} in all, are expected to decide."
    return Decision("inconclusive", doubts, "sample_more", text, more)
