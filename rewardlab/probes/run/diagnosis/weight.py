"""How much a cause of failures weighs: could it be what keeps the baseline under the band?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from rewardlab.findings import Severity
from rewardlab.probes.run.baseline import banded
from rewardlab.probes.run.diagnosis.texts import Texts
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools, Floats, Indexes
from rewardlab.stats.interval import Estimate, Quantity, mean_over_prompts, share_of_prompts

#: A cause that surely touches more than this share of failing generations may decide; one that touches less is a note.
PRACTICAL = 0.05


@dataclass(frozen=True, slots=True)
class Weight:
    """How many failing generations a cause touches, their share with its interval over prompts, and the baseline now
    and with those generations counted as successes.

    `read` is the number of generations read, where that is a sample of the run's; None where all were.
    """

    touched: int
    failing: int
    share: Quantity
    now: Quantity
    would_be: Quantity
    severity: Severity
    read: int | None = None

    def evidence(self) -> dict[str, Any]:
        """The numbers of a finding's evidence."""
        told: dict[str, Any] = {"touched": self.touched, "failing": self.failing}
        if isinstance(self.share, Estimate):
            told |= {"of_failing": self.share.estimate, "of_failing_low": self.share.low}
            told |= {"of_failing_high": self.share.high, "over_prompts": self.share.units}
        if isinstance(self.now, Estimate) and isinstance(self.would_be, Estimate):
            told |= {"baseline": self.now.estimate, "would_be": self.would_be.estimate}
            told |= {"would_be_low": self.would_be.low, "would_be_high": self.would_be.high}
        return told if self.read is None else told | {"generations_read": self.read}

    def spoken(self) -> str:
        """How many, as a person says it: "412 of 900 failing answers (38 % to 52 %)"."""
        between = ""
        if isinstance(self.share, Estimate):
            between = f" ({percent(self.share.low)} to {percent(self.share.high)})"
        sample = "" if self.read is None else f" among {self.read:,} generations of prompts drawn at random"
        return f"{self.touched:,} of {self.failing:,} failing answers{between}{sample}"

    def counted(self) -> str:
        """What the baseline would be, as a sentence; empty where it is not known."""
        if not isinstance(self.now, Estimate) or not isinstance(self.would_be, Estimate):
            return ""
        between = f"{percent(self.would_be.low)} to {percent(self.would_be.high)}"
        return f"{percent(self.would_be.estimate)} ({between}) instead of {percent(self.now.estimate)}"


def weigh(
    question: Question, texts: Texts, cells: Bools, *, of: Bools | None = None, undeserved: Bools | None = None
) -> Weight:
    """The weight of a cause that touches `cells`, among the failing generations, or those of them that `of` marks.

    Winners that are `undeserved`, for they read as wrong, are no successes of the baseline that would be.

    A blocker where the baseline lies under the band, the cause surely touches more than PRACTICAL of the failing
    generations, and the baseline would reach the band if those had succeeded. A warning where it would leave its own
    interval, else a note.
    """
    failing = texts.failing if of is None else texts.failing & of
    touched = cells & failing
    share = share_by_prompt(texts, touched, failing)
    now = banded(question).scored
    winners = ~texts.failing & texts.scored
    kept = winners if undeserved is None else winners & ~undeserved
    would_be = _baseline(question, texts, kept | touched, texts.scored | touched)
    severity = _severity(question, share, would_be)
    read = len(texts) if len(np.unique(texts.row)) < texts.all_prompts else None
    return Weight(int(touched.sum()), int(failing.sum()), share, now, would_be, severity, read)


def _severity(question: Question, share: Quantity, would_be: Quantity) -> Severity:
    if not isinstance(share, Estimate) or share.estimate < PRACTICAL:
        return "note"
    now, least = banded(question).scored, question.targets.band[0]
    below = not isinstance(now, Estimate) or now.estimate < least
    reaches = isinstance(would_be, Estimate) and would_be.estimate >= least
    if below and reaches and share.low > PRACTICAL:
        return "blocker"
    moves = isinstance(now, Estimate) and isinstance(would_be, Estimate) and would_be.estimate > now.high
    return "warning" if moves else "note"


def share_by_prompt(texts: Texts, cells: Bools, among: Bools) -> Quantity:
    """The share of `cells` among the generations that `among` marks: its mean and interval over prompts."""
    values, trials = _by_prompt(texts.row, cells & among, among)
    return mean_over_prompts(values, trials)


def _baseline(question: Question, texts: Texts, right: Bools, counted: Bools) -> Quantity:
    values, trials = _by_prompt(texts.row, right & counted, counted)
    return mean_over_prompts(values, trials) if question.targets.band_on == "accuracy" else share_of_prompts(values > 0)


def _by_prompt(row: Indexes, cells: Bools, among: Bools) -> tuple[Floats, Floats]:
    if not among.any():
        return np.empty(0), np.empty(0)
    _, group = np.unique(row[among], return_inverse=True)
    trials = np.bincount(group).astype(float)
    return np.bincount(group, weights=cells[among].astype(float)) / trials, trials


def percent(share: float) -> str:
    """A share in percent, 0 and 100 only where it is 0 or 1."""
    if 0 < share < 0.001:
        return "<0.1 %"
    if 0.999 < share < 1:
        return ">99.9 %"
    return f"{100 * share:.1f}".removesuffix(".0") + " %"
