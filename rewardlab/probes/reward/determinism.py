"""Does the same event get the same scores again: at once, after other samples, in a fresh process?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rewardlab.findings import Finding, Severity
from rewardlab.probes.reward.trials.exchange import Exchange, brief, same
from rewardlab.probes.reward.trials.ordinary import ordinary_cases
from rewardlab.probes.reward.trials.subject import Subject

SAMPLES = 48
OTHERS = 200
EXAMPLES = 3
#: A change of more than this share of the range moves advantages; less is a warning.
LARGE = 0.01


def ask(subject: Subject) -> Iterator[Finding]:
    """RL206: a blocker where a score moves by more than a hundredth of the range or comes and goes, else a warning.

    A fresh process has another seed for the hashes of texts, as on Lambda: what follows the order of a set shows.
    Differences of rounding are a note.
    """
    size = subject.platform.batch_size
    count = min(subject.afford(SAMPLES, invocations=5), size)
    samples = subject.samples(ordinary_cases(subject, count))
    asked = {"at first": subject.exchange(samples)}
    if asked["at first"].failure:
        return  # returns.py tells
    asked["again"] = subject.exchange(samples)
    others = subject.samples(ordinary_cases(subject, subject.afford(OTHERS, invocations=2) + count))[count:]
    for start in range(0, len(others), size):
        subject.invoke(others[start : start + size])
    asked["after other samples"] = subject.exchange(samples)
    for name in ("in a fresh process", "in another fresh process"):
        subject.restart()
        asked[name] = subject.exchange(samples)
    yield from _findings(subject, asked)


def differing(exchanges: Sequence[Exchange]) -> list[str]:
    """The ids whose scores are not exactly equal in all exchanges."""
    first, *rest = [exchange.scores for exchange in exchanges]
    return [key for key, score in first.items() if any(other[key] != score for other in rest)]


def _findings(subject: Subject, asked: Mapping[str, Exchange]) -> Iterator[Finding]:
    ids = differing(list(asked.values()))
    if not ids:
        return
    real = [key for key in ids if any(not same(one, other) for one, other in _pairs(asked, key))]
    samples = {sample["id"]: sample for sample in asked["at first"].samples}
    examples = [
        {"sample": brief(samples[key]), "scores": {name: exchange.scores[key] for name, exchange in asked.items()}}
        for key in (real or ids)[:EXAMPLES]
    ]
    evidence: dict[str, Any] = {"samples": len(samples), "different": len(real or ids), "examples": examples}
    moved = [abs(one - other) for key in real for one, other in _pairs(asked, key) if None not in {one, other}]  # type: ignore[operator]
    evidence["largest_difference"] = max(moved, default=None)
    yield Finding("RL206", _severity(subject, asked, real, moved), evidence, _remedy(asked, real or ids))


def _pairs(asked: Mapping[str, Exchange], key: str) -> Iterator[tuple[float | None, float | None]]:
    return itertools.combinations([exchange.scores[key] for exchange in asked.values()], 2)


def _severity(subject: Subject, asked: Mapping[str, Exchange], real: Sequence[str], moved: Sequence[float]) -> Severity:
    if not real:
        return "note"
    comes_and_goes = any(None in {one, other} for key in real for one, other in _pairs(asked, key))
    low, high = subject.reward_range or subject.platform.score_range or (0.0, 1.0)
    return "blocker" if comes_and_goes or max(moved) > LARGE * (high - low) else "warning"


def _remedy(asked: Mapping[str, Exchange], ids: Sequence[str]) -> str:
    """What to do, depending on when the scores changed."""
    fresh = [asked[name].scores for name in ("in a fresh process", "in another fresh process")]
    kept = [asked[name].scores for name in ("at first", "again", "after other samples")]
    # Hashes differ between processes: if two fresh ones agree throughout, hashes are not the cause.
    if all(one[key] == fresh[0][key] for one in fresh for key in ids):
        return (
            "Fresh processes score alike, and one that has scored before does not: state kept between calls (a "
            "counter, a cache, a generator that is seeded once). Keep none."
        )
    if all(one[key] == kept[0][key] for one in kept for key in ids):
        return (
            "Only a fresh process scores otherwise: sort what comes from a set, and use no hash() of a text, which "
            "every process seeds anew; keep nothing from import time that differs between processes."
        )
    return ""
