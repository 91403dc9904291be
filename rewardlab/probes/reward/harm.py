"""Records what bad samples did to a reward, and makes the findings that follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rewardlab.findings import Finding, Severity
from rewardlab.outcome import Reason, Unscored
from rewardlab.probes.reward.returns import CODES, broken
from rewardlab.probes.reward.trials.exchange import Exchange, Sample, shown
from rewardlab.rewards.contracts.contract import Violation

EXAMPLES = 3
#: One answer that takes so long is a pattern or a parser that backtracks.
SLOW_SECONDS = 3.0
#: A text that is slow alone because the reward runs it.
PROGRAM = "while True"
ENDLESS = (
    "The reward runs the program in the answer until its own time limit ends it, and a model that learns to write code "
    "writes many that do not end. Give each run a second or two and kill its process with its children, so that a "
    "batch of such answers stays within the platform's time limit."
)
BACKTRACKING = (
    "Bound the pattern or the parser that takes so long on the answers in the evidence: no nested repeats, no two "
    "repeats of the same characters side by side, and read the end of the answer only."
)


@dataclass(frozen=True, slots=True)
class Bad:
    """A bad sample, its name, and the severity if it does harm: a blocker where a policy may well write it.

    `is_text` tells whether a model can write it; otherwise only a broken file holds it.
    """

    name: str
    sample: Sample
    severity: Severity
    is_text: bool = True


@dataclass(frozen=True, slots=True)
class Harm:
    """What a bad sample did alone, what its return broke that others do not, and what it did to good ones beside it."""

    bad: Bad
    alone: Exchange
    defects: tuple[Violation, ...]
    loses_batch: bool
    is_slow: bool

    @property
    def reason(self) -> Reason | None:
        """Why the sample has no score; None where it has one."""
        outcome = self.alone.outcomes[0]
        return outcome.reason if isinstance(outcome, Unscored) else None

    @property
    def said(self) -> str:
        outcome = self.alone.outcomes[0]
        return outcome.detail if isinstance(outcome, Unscored) else f"alone it scores {outcome.score:g}"


def failures(harms: Sequence[Harm]) -> Iterator[Finding]:
    """RL201 to RL203 for what fails alone, and RL202 for what takes far longer than others.

    A broken sample that raises is not blamed for it here: what counts is whether others are lost.
    """
    for reason, code in CODES.items():
        guilty = [harm for harm in harms if harm.reason == reason and reason != "invalid"]
        if reason == "raised":
            guilty = [harm for harm in guilty if harm.bad.is_text]
        if guilty:
            yield Finding(code, _gravest(guilty), _evidence(guilty))
    slow = [harm for harm in harms if harm.is_slow]
    if slow and not any(harm.reason == "timed_out" for harm in harms):
        remedy = ENDLESS if all(PROGRAM in harm.bad.name for harm in slow) else BACKTRACKING
        yield Finding("RL202", "warning", _evidence(slow), remedy)


def lost_batches(harms: Sequence[Harm], good: int) -> Iterator[Finding]:
    """RL108; a process that died or ran out of time is told by its own code, which says that the batch is lost."""
    guilty = [harm for harm in harms if harm.loses_batch and harm.reason not in {"timed_out", "crashed"}]
    if guilty:
        plausible = [harm for harm in guilty if harm.bad.severity == "blocker"]
        why = "a model can write it" if plausible else "only broken data hold it, and then the job fails"
        yield Finding("RL108", _gravest(guilty), {"good_samples": good, "why": why, **_evidence(plausible or guilty)})


def unusable(harms: Sequence[Harm], *, declared: bool) -> Iterator[Finding]:
    """A finding for each code that the returns for bad samples break; `declared` tells whether the range is."""
    seen = set()
    for harm in harms:
        event = f"one bad sample: {harm.bad.name}"
        for finding in broken(harm.alone, harm.defects, event, declared=declared, most=harm.bad.severity):
            if finding.code not in seen:
                seen.add(finding.code)
                yield finding


def _gravest(harms: Sequence[Harm]) -> Severity:
    return "blocker" if any(harm.bad.severity == "blocker" for harm in harms) else "warning"


def _evidence(harms: Sequence[Harm]) -> dict[str, Any]:
    """The cases as evidence, first those that say different things."""
    different = {harm.said: harm for harm in reversed(harms)}
    examples = [
        {"bad": one.bad.name, "said": one.said, "seconds": one.alone.reply.seconds, "sample": shown(one.bad.sample)}
        for one in list(reversed(different.values()))[:EXAMPLES]
    ]
    return {"bad_samples": len(harms), "bad": [harm.bad.name for harm in harms[:12]], "examples": examples}
