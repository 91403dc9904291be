"""Does the reward give a usable score for every generation?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rewardlab.findings import Finding, Severity
from rewardlab.measurement import Measurement
from rewardlab.outcome import Reason
from rewardlab.probes.run.question import Question
from rewardlab.stats.interval import Estimate, share_of_prompts

#: A failure that surely occurs more often than this blocks: at a batch of 64 it would fail every second invocation.
TOLERATED = 0.01
CODES: dict[Reason, str] = {"raised": "RL201", "timed_out": "RL202", "crashed": "RL203"}


def ask(question: Question) -> Iterator[Finding]:
    """RL201 to RL203 for failing calls, RL101 to RL104 for unusable returns; a blocker where surely above 1 %."""
    measured = question.measured
    for reason, code in CODES.items():
        if measured.outcomes[reason]:
            yield _finding(measured, code, reason)
    if measured.outcomes["invalid"]:
        details = " ".join(example.detail for example in measured.examples if example.reason == "invalid")
        yield _finding(measured, _return_code(details), "invalid")


def _finding(measured: Measurement, code: str, reason: Reason) -> Finding:
    """The interval is over prompts, the cluster; the share of generations is what the user sees."""
    count = measured.outcomes[reason]
    share = count / sum(measured.outcomes.values())
    failing = np.arange(measured.prompts) < measured.unscored_prompts[reason]
    interval = share_of_prompts(failing)
    assert isinstance(interval, Estimate), "a failure has a prompt"
    severity: Severity = "blocker" if interval.low > TOLERATED and share > TOLERATED else "warning"
    examples = [
        {"prompt_id": example.prompt_id, "index": example.index, "detail": example.detail}
        for example in measured.examples
        if example.reason == reason
    ]
    return Finding(code, severity, {"generations": count, "share": share, "examples": examples})


def _return_code(details: str) -> str:
    """The finding that names the first thing wrong with the returns."""
    if "returned a" in details:
        return "RL101"
    if "sample's id" in details:
        return "RL102"
    return "RL103" if "nan" in details or "inf" in details else "RL104"
