"""A trial: one made-up answer to one prompt. Trials with their outcomes are a finding's evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rewardlab.findings import RANK, Severity, shortened
from rewardlab.outcome import Outcome, Unscored
from rewardlab.probes.reward.trials.gold import Gold
from rewardlab.probes.reward.trials.subject import Case, Subject
from rewardlab.stats.interval import Estimate, share_of_prompts
from rewardlab.task import Prompt

#: A fault that surely touches more than this share of prompts is one that training finds: it blocks.
PRACTICAL = 0.05
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """An answer to a prompt, named after what it tries; `gold` is None where the reference is no answer."""

    name: str
    prompt: Prompt
    text: str
    gold: Gold | None

    def shown(self, outcome: Outcome) -> dict[str, Any]:
        """The trial as a case of a finding's evidence."""
        case = {"prompt_id": self.prompt.id, "answer": shortened(self.text), "score": earned(outcome)}
        return case if self.gold is None else case | {"gold_score": earned(self.gold.outcome)}


def run(subject: Subject, trials: Sequence[Trial]) -> list[tuple[Trial, Outcome]]:
    """Ask every trial; return each with its outcome, in order."""
    return list(zip(trials, subject.score([Case(one.prompt, one.text) for one in trials]), strict=True))


def earned(outcome: Outcome | None) -> float | str | None:
    """The score, or why there is none."""
    match outcome:
        case None:
            return None
        case Unscored(reason, detail):
            return f"{reason}: {shortened(detail)}"
        case _:
            return outcome.score


def share(hits: Sequence[bool]) -> Estimate:
    """The share of hits with its interval over prompts; `hits` is not empty."""
    found = share_of_prompts(np.array(hits, bool))
    assert isinstance(found, Estimate), "a share is asked of prompts that were tried"
    return found


def severity_of(found: Estimate) -> Severity:
    """A blocker where the share surely exceeds `PRACTICAL`, a warning where it seems to, else a note."""
    if found.low > PRACTICAL:
        return "blocker"
    return "warning" if found.estimate >= PRACTICAL else "note"


def capped(severity: Severity, most: Severity) -> Severity:
    """The severity, but no more than `most`."""
    return max(severity, most, key=RANK.__getitem__)


def worst(severities: Sequence[Severity]) -> Severity:
    return min(severities, key=RANK.__getitem__)


def evidence_of(found: Estimate) -> dict[str, Any]:
    """A share as evidence."""
    return {"share": found.estimate, "low": found.low, "high": found.high, "prompts": found.units}
