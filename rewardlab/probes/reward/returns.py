"""Is what the reward returns for ordinary answers what its platform takes, for a full batch and for one sample?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rewardlab.findings import Finding, Severity, shortened
from rewardlab.outcome import Reason, Unscored
from rewardlab.probes.reward.trials.exchange import Exchange, Sample, brief, shown
from rewardlab.probes.reward.trials.ordinary import ordinary_cases
from rewardlab.probes.reward.trials.subject import Subject
from rewardlab.rewards.contracts.contract import Violation
from rewardlab.rewards.isolation.reply import Answer
from rewardlab.stats.spread import SAME_SCORE

CODES: Mapping[Reason, str] = {"raised": "RL201", "timed_out": "RL202", "crashed": "RL203", "invalid": "RL101"}
FATAL: tuple[Reason, ...] = ("timed_out", "crashed")
EXAMPLES = 3
#: The length of a line in the text report: so much of an error is kept that it still ends with the place in the code.
SAID = 110
#: How an error's text names the line of the reward that raised it.
PLACE = re.compile(r"\([^()\n]*:\d+\)$")
NO_RETURN = "Return a number on every path: one without a return gives None, and such an answer has no score."


def ask(subject: Subject) -> Iterator[Finding]:
    """RL101 to RL106 for what a return breaks, RL104 for None too; RL201 to RL203 where there is no return at all.

    Where a batch of ordinary answers hangs or kills, nothing else is asked of the reward.
    """
    count = subject.afford(subject.platform.batch_size, invocations=2)
    samples = subject.samples(ordinary_cases(subject, count))
    events = {"a batch": samples, "one sample": samples[:1]} if count > 1 else {"one sample": samples}
    exchanges = {name: subject.exchange(event) for name, event in events.items()}
    failure = next(iter(exchanges.values())).failure
    if failure is not None and failure.reason in FATAL:
        subject.give_up(failure)
    found: dict[str, list[Finding]] = {}
    for name, exchange in exchanges.items():
        for finding in _findings(subject, exchange, name):
            found.setdefault(finding.code, []).append(finding)
    for findings in found.values():
        yield _merged(findings, tuple(exchanges))


def _findings(subject: Subject, exchange: Exchange, event: str) -> Iterator[Finding]:
    event = f"{event} of {len(exchange.samples)}" if len(exchange.samples) > 1 else event
    yield from _silent(exchange, event)
    yield from _abstaining(exchange, event, may_abstain=subject.entry.kind in {"trl", "mixed"})
    yield from broken(exchange, exchange.defects(range_of(subject)), event, declared=subject.reward_range is not None)


def _merged(findings: Sequence[Finding], events: Sequence[str]) -> Finding:
    """The finding of the first event that shows it; its evidence says whether the other event shows it too."""
    first = findings[0]
    if len(events) < 2:
        return first
    only = "" if len(findings) == len(events) else " only"
    seen = " and ".join(finding.evidence["event"] for finding in findings)
    return Finding(first.code, first.severity, {**first.evidence, "event": seen + only}, first.remedy)


def range_of(subject: Subject) -> tuple[float, float]:
    """The declared range, or else the widest that the platform documents; a hair wider, for sums are rounded."""
    low, high = subject.reward_range or subject.platform.score_range or (-1.0, 1.0)
    return low - SAME_SCORE, high + SAME_SCORE


def _silent(exchange: Exchange, event: str) -> Iterator[Finding]:
    """RL201 to RL203 for samples without a score because the reward raised, hung or died."""
    for reason, code in CODES.items():
        guilty = [
            (sample, outcome)
            for sample, outcome in zip(exchange.samples, exchange.outcomes, strict=True)
            if isinstance(outcome, Unscored) and outcome.reason == reason
        ]
        # A return that was read and found wanting is told by its violations.
        if guilty and not (reason == "invalid" and isinstance(exchange.reply, Answer)):
            examples = [
                {"sample": brief(one), "said": shortened(said, SAID)} for said, one in _different(guilty)[:EXAMPLES]
            ]
            evidence = {"event": event, "samples": len(guilty), "examples": examples}
            yield Finding(code, "blocker", evidence)


def _different(guilty: Sequence[tuple[Sample, Unscored]]) -> list[tuple[str, Sample]]:
    """One error text for each line that raises (an error may quote its sample), with the first sample of each."""
    first: dict[str, tuple[str, Sample]] = {}
    for sample, outcome in guilty:
        place = PLACE.search(outcome.detail)
        first.setdefault(place[0] if place else outcome.detail, (outcome.detail, sample))
    return list(first.values())


def _abstaining(exchange: Exchange, event: str, *, may_abstain: bool) -> Iterator[Finding]:
    """RL104 for ordinary answers that earn None: a blocker where all do.

    Some may in TRL, where None says that a function does not apply; elsewhere it is a path without a return.
    """
    silent = [
        sample
        for sample, outcome in zip(exchange.samples, exchange.outcomes, strict=True)
        if isinstance(outcome, Unscored) and outcome.reason == "abstained"
    ]
    every = len(silent) == len(exchange.samples)
    if not silent or (may_abstain and not (every and len(silent) > 1)):
        return
    examples = [{"wrong": "returned None", "sample": brief(one)} for one in silent[:EXAMPLES]]
    evidence = {"event": event, "samples": len(exchange.samples), "returned_none": len(silent), "examples": examples}
    yield Finding("RL104", "blocker" if every else "warning", evidence, NO_RETURN)


def broken(
    exchange: Exchange, defects: Sequence[Violation], event: str, *, declared: bool, most: Severity = "blocker"
) -> Iterator[Finding]:
    """A finding for each code among the defects, the gravest severity of its own but at most `most`.

    `event` says in words what was asked. A score outside a range that nobody declared is a warning; another order of
    the results is a note, for no page promises one and none says that it counts.
    """
    by_code: dict[str, list[Violation]] = {}
    for defect in defects:
        by_code.setdefault(defect.code, []).append(defect)
    for code, ones in by_code.items():
        severity = _severity(code, ones, declared=declared, most=most)
        yield Finding(code, severity, {"event": event, "defects": len(ones), "examples": _examples(exchange, ones)})


def _severity(code: str, defects: Sequence[Violation], *, declared: bool, most: Severity) -> Severity:
    grave = any(defect.severity == "blocker" for defect in defects)
    if code == "RL102" and not grave:
        return "note"
    return most if grave and (declared or code != "RL105") else "warning"


def _examples(exchange: Exchange, defects: Sequence[Violation]) -> list[dict[str, str]]:
    """The first defect of each detail, with the sample and its result if the defect is about one sample."""
    assert isinstance(exchange.reply, Answer), "a defect is a return's"
    samples = {sample["id"]: sample for sample in exchange.samples}
    different = list({defect.detail: defect for defect in reversed(defects)}.values())[::-1]
    return [
        {"wrong": defect.detail, "returned": shown(_result(exchange.reply.results, defect.sample))}
        | ({"sample": brief(samples[defect.sample])} if defect.sample in samples else {})
        for defect in different[:EXAMPLES]
    ]


def _result(results: Any, identifier: str | None) -> Any:
    if identifier is None or not isinstance(results, list):
        return results
    own = [one for one in results if isinstance(one, dict) and one.get("id") == identifier]
    return own[0] if len(own) == 1 else own
