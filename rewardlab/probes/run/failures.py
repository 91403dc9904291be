"""Does the reward give a usable score for every generation?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from rewardlab.findings import Finding, Severity, shortened
from rewardlab.measurement.scores import Measurement, UnscoredExample, code_of
from rewardlab.outcome import Reason
from rewardlab.probes.run.question import Question
from rewardlab.stats.interval import Estimate, share_of_prompts

#: A failure that surely occurs more often than this blocks: at a batch of 64 it would fail every second invocation.
TOLERATED = 0.01
CODES: dict[Reason, str] = {"raised": "RL201", "timed_out": "RL202", "crashed": "RL203"}


def ask(question: Question) -> Iterator[Finding]:
    """RL201 to RL203 for failing calls, RL101 to RL104 for unusable returns; a blocker where surely above 1 %.

    RL104 too where no generation earned anything but None: a reward may abstain from some, not from all.
    """
    measured = question.measured
    for reason, code in CODES.items():
        if count := measured.outcomes[reason]:
            examples = [example for example in measured.examples if example.reason == reason]
            yield _finding(measured, code, count, measured.unscored_prompts[reason], examples)
    if (count := measured.outcomes["abstained"]) == sum(measured.outcomes.values()) > 0:
        yield _finding(measured, "RL104", count, measured.unscored_prompts["abstained"], measured.examples)
    invalid = [example for example in measured.examples if example.reason == "invalid"]
    for code, lost in measured.invalid.items():
        examples = [example for example in invalid if code_of(example.detail) == code]
        yield _finding(measured, code, lost.generations, lost.prompts, examples)


def _finding(
    measured: Measurement, code: str, count: int, prompts: int, examples: Sequence[UnscoredExample]
) -> Finding:
    """The interval is over prompts, the cluster; the share of generations is what the user sees."""
    share = count / sum(measured.outcomes.values())
    failing = np.arange(measured.prompts) < prompts
    interval = share_of_prompts(failing)
    assert isinstance(interval, Estimate), "a failure has a prompt"
    severity: Severity = "blocker" if interval.low > TOLERATED and share > TOLERATED else "warning"
    shown = [
        {"prompt_id": example.prompt_id, "index": example.index, "detail": shortened(example.detail)}
        for example in examples
    ]
    return Finding(code, severity, {"generations": count, "share": share, "examples": shown})
