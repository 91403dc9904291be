"""Does a judge of pairs follow the order in which the two responses are shown?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from rewardlab.findings import Finding, Severity
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.judgments import SWAPPED
from rewardlab.judging.ratings import Pairs, Ratings
from rewardlab.probes.judge.effect import interval_of
from rewardlab.probes.judge.question import EXAMPLES, Question
from rewardlab.probes.run.suspicion import Suspicion
from rewardlab.stats.cluster import Tested, mean_of_prompts
from rewardlab.stats.interval import Estimate, Quantity, Undefined
from rewardlab.stats.preference import PositionBias, position_bias
from rewardlab.stats.ratio import cluster_means

VARIANT = SWAPPED
#: How much more often one place wins both orders than the other; under the first a note, surely above the second it
#: blocks. The same share of pairs whose winner changes with the order is a warning, whichever place gains.
SMALL, DECISIVE = 0.05, 0.1
#: Flips that favour one place with a lower p-value are reported as position bias.
ONE_SIDED = 0.05


def alter(exhibit: Exhibit) -> Exhibit:
    """The exhibit with its two responses in the other order.

    Raises: ValueError for an exhibit of one response.
    """
    if exhibit.other is None:
        raise ValueError("an exhibit of one response has no order")
    return replace(exhibit, response=exhibit.other, other=exhibit.response)


def bias_of(ratings: Ratings) -> PositionBias | Undefined:
    """The position bias of a pairwise judge; undefined for any other.

    Pairs weigh alike, of a sample too: they are drawn from their prompts at random, the prompts in a random order, so
    that none is likelier for what the reward says of it. The exact test counts those that were shown in any case.
    """
    pairs = ratings.pairs
    if pairs is None:
        return Undefined("not a pairwise judge")
    return position_bias(pairs.value, pairs.swapped, pairs.prompt)


def net_of(pairs: Pairs) -> Quantity:
    """By how much of all pairs the first place wins both orders more often than the second; below 0 the reverse."""
    primacy, recency = (pairs.value == 0) & (pairs.swapped == 1), (pairs.value == 1) & (pairs.swapped == 0)
    known = np.isfinite(pairs.value) & np.isfinite(pairs.swapped)
    net = np.where(known, primacy.astype(float) - recency, np.nan)
    found = mean_of_prompts(cluster_means(net, pairs.prompt), bounds=(-1.0, 1.0))
    return found.estimate if isinstance(found, Tested) else found


def ask(question: Question) -> Iterator[Suspicion]:
    """RL504: a place that wins both orders more often than the other."""
    for ratings in question.pairwise:
        bias, pairs = bias_of(ratings), ratings.pairs
        if isinstance(bias, Undefined) or pairs is None:
            continue
        net = net_of(pairs)
        size = abs(net.estimate) if isinstance(net, Estimate) else 0.0
        surely = isinstance(net, Estimate) and max(net.low, -net.high) > DECISIVE
        severity: Severity = "blocker" if surely else "warning"
        evidence = _evidence(question, ratings, bias, pairs) | interval_of("net_primacy", net)
        yield Suspicion(Finding("RL504", severity, evidence), bias.p_value, matters=size >= SMALL)


def ask_flips(question: Question) -> Iterator[Finding]:
    """RL504, a warning: winners that surely change with the order, though neither place gains by it."""
    for ratings in question.pairwise:
        bias, pairs = bias_of(ratings), ratings.pairs
        if isinstance(bias, Undefined) or pairs is None or not isinstance(bias.hard_flips, Estimate):
            continue
        if bias.hard_flips.low > DECISIVE and bias.p_value > ONE_SIDED:
            evidence = _evidence(question, ratings, bias, pairs) | interval_of("winner_changes", bias.hard_flips)
            yield Finding("RL504", "warning", evidence)


def _evidence(question: Question, ratings: Ratings, bias: PositionBias, pairs: Pairs) -> dict[str, Any]:
    first = bias.first_picks
    return {
        "judge": ratings.judge.name,
        "pairs": bias.pairs,
        "consistent": bias.consistency.estimate if isinstance(bias.consistency, Estimate) else None,
        "first_place_won_both": bias.primacy,
        "second_place_won_both": bias.recency,
        "first_pick_share": first.estimate if isinstance(first, Estimate) else None,
        "p_value": bias.p_value,
        "examples": _examples(question, pairs),
    }


def _examples(question: Question, pairs: Pairs) -> list[dict[str, Any]]:
    flipped = np.flatnonzero(np.isfinite(pairs.value) & (pairs.value + pairs.swapped == 1) & (pairs.value != 0.5))
    return [
        question.example(
            int(pairs.prompt[place]),
            int(pairs.first[place]),
            other=int(pairs.second[place]),
            before="second" if pairs.value[place] == 1 else "first",
            after="second, now shown first" if pairs.swapped[place] == 1 else "first, now shown second",
        )
        for place in flipped[:EXAMPLES]
    ]
