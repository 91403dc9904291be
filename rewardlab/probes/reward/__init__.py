"""Probes of the reward itself, without a model: each asks it about made-up answers and yields findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from rewardlab.errors import TokensMissingError
from rewardlab.findings import Finding, Severity, merge
from rewardlab.measurement.evidence import NOTHING_KNOWN, Evidence
from rewardlab.probes.reward import (
    constant,
    determinism,
    equivalents,
    every_reference,
    first_test,
    hostile,
    mutation,
    neighbours,
    payload,
    reasoning,
    reference,
    returns,
    shapes,
    shortcuts,
    signature,
    speed,
    unreadable,
    unreferenced,
    wrong,
)
from rewardlab.probes.reward.trials.sampled import Sampled, stand_in, told
from rewardlab.probes.reward.trials.subject import OutOfTimeError, PartlyAskedError, Subject
from rewardlab.probes.reward.trials.survey import keep
from rewardlab.probes.reward.trials.trial import capped

Probe: TypeAlias = Callable[[Subject], Iterator[Finding]]

#: The probes that decide come first, for a slow reward may not be asked the last ones. Hostile texts come last, with a
#: time of their own.
PROBES: Sequence[Probe] = (
    unreferenced.ask,
    returns.ask,
    every_reference.ask,
    reference.ask,
    wrong.ask,
    reasoning.ask,
    shortcuts.ask,
    constant.ask,
    unreadable.ask,
    first_test.ask,
    determinism.ask,
    equivalents.ask,
    neighbours.ask,
    shapes.ask,
    speed.ask,
    mutation.ask,
    payload.ask,
    signature.ask,
    hostile.ask,
)
#: Probes whose findings never block, or only where others' do: a pass means something without them.
CANNOT_BLOCK = {"unreferenced", "constant", "first_test", "mutation", "speed", "payload"}
NOT_ASKED = (
    "Time ran out before everything was asked: give it more of the reward's own time with --examine-seconds N, or make "
    "the reward faster."
)
PARTLY_ASKED = (
    "Some texts that only a model gone astray writes were not asked, for each takes this reward long: bound its "
    "parser, or give it more of its own time with --examine-seconds N. The verdict does not rest on them."
)


#: Probes that need a right answer, and can be asked with sampled ones.
SAMPLED_PROBES: Sequence[Probe] = (wrong.ask, reasoning.ask, shortcuts.ask, unreadable.ask, equivalents.ask)


def examine(subject: Subject) -> tuple[Finding, ...]:
    """Ask every probe; keep one finding per code, the blockers first, then in the order of the codes.

    RL204 tells which probes a reward was too slow for, RL208 which ones could not be asked because it reads tokens.
    """
    asked = _ask(subject, PROBES)
    untold = []
    if asked.late or asked.partly:
        evidence = {"seconds_per_sample": subject.pace, "seconds": subject.most_seconds}
        partly = {"asked_in_part": asked.partly} if asked.partly else {}
        if asked.late:
            untold.append(Finding("RL204", "warning", {"not_asked": asked.late, **partly, **evidence}, NOT_ASKED))
        else:
            untold.append(Finding("RL204", "note", {**partly, **evidence}, PARTLY_ASKED))
    if asked.tokenless:
        untold.append(Finding("RL208", "warning", {"not_asked": asked.tokenless}))
    return merge(untold, asked.found)


def unasked_of(findings: Sequence[Finding]) -> tuple[str, ...]:
    """The probes that can block and that were not asked for lack of time, from the evidence of RL204."""
    late = (name for one in findings if one.code == "RL204" for name in one.evidence.get("not_asked", ()))
    return tuple(name for name in late if name not in CANNOT_BLOCK)


def examine_sampled(
    subject: Subject, sampled: Mapping[str, Sequence[Sampled]], evidence: Evidence = NOTHING_KNOWN
) -> tuple[Finding, ...]:
    """What the probes that need a right answer find with sampled generations in its place; nothing where none serves.

    `sampled` holds scored generations by prompt id, `evidence` what right and wrong answers earned so far. Whole texts
    that stand in make no blocker.
    """
    try:
        survey = stand_in(subject, sampled, evidence)
    except (OutOfTimeError, TokensMissingError):
        return ()
    if survey is None or not survey.sound:
        return ()
    keep(subject, survey)
    found = _ask(subject, SAMPLED_PROBES).found
    most: Severity = "blocker" if all(gold.is_sure for gold in survey.golds) else "warning"
    marked = [
        replace(one, severity=capped(one.severity, most), evidence={"right_answers": "sampled", **one.evidence})
        for one in found
    ]
    return merge([told(survey), *marked])


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the probes found, and which were not asked because time ran out or because their answers had no tokens.

    `partly` says, by the name of a probe that ran out of its own share of the time, how much it asked.
    """

    found: list[Finding] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    partly: dict[str, str] = field(default_factory=dict)
    tokenless: list[str] = field(default_factory=list)


def _ask(subject: Subject, probes: Sequence[Probe]) -> _Asked:
    asked = _Asked()
    for probe in probes:
        name = probe.__module__.rpartition(".")[2]
        try:
            asked.found.extend(probe(subject))
        except PartlyAskedError as error:
            asked.partly[name] = error.asked
        except OutOfTimeError:
            asked.late.append(name)
        except TokensMissingError:
            asked.tokenless.append(name)
    return asked
