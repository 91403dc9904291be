"""Estimates what is right from the judges alone (Dawid and Skene), and how each of them then errs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.sample import stands_for
from rewardlab.probes.judge.truth import Truth
from rewardlab.stats.consensus import Consensus, dawid_skene, votes_of
from rewardlab.stats.interval import Undefined

#: Fewer judges cannot be told apart without a truth.
FEWEST = 3
#: The least difference of true and false positive rate for a judge to help to tell right from wrong.
INFORMED = 0.05
#: No pseudo-counts: the published estimate.
SMOOTHING = 0.0

CAVEATS = (
    "no interval, and no smoothing: a share of 0 or 1 is what these verdicts show, not what the judge will always do",
    "right means what most judges meant by it: a slip that most of them share is taken for the truth",
    "the judges are taken to err independently of each other; where they do not, they look better than they are",
)
NOT_CONVERGED = "the estimate had not come to rest when it was stopped"


@dataclass(frozen=True, slots=True)
class LatentTruth:
    """Dawid and Skene's estimate of wrong (0) and right (1), from `judges` on `generations`, and what limits it."""

    judges: tuple[str, ...]
    generations: int
    fit: Consensus
    caveats: tuple[str, ...]


def latent_truth(judges: Sequence[Ratings], truth: Truth | None) -> LatentTruth | Undefined:
    """The estimate from the verdicts alone, where no labels say what is right.

    Undefined with labels; with fewer than three judges, whose errors could be divided among them at will; and where, by
    the estimate itself, fewer than three tell right from wrong, which leaves it as open (Hui and Walter 1980,
    Biometrics 36:167: three tests that tell the classes apart).
    """
    if truth is not None and truth.source == "labels":
        return Undefined("labels say what is right")
    if len(judges) < FEWEST:
        return Undefined("fewer than three judges: whom to believe cannot be told")
    verdicts = np.stack([ratings.right for ratings in judges], axis=-1).reshape(-1, len(judges))
    weights = stands_for(judges, seen=1).ravel()
    fit = dawid_skene(votes_of(verdicts, classes=2), smoothing=SMOOTHING, weights=weights)
    if isinstance(fit, Undefined):
        return fit
    informed = fit.confusion[:, 1, 1] - fit.confusion[:, 0, 1]
    if np.count_nonzero(informed > INFORMED) < FEWEST:
        return Undefined(
            "by their verdicts fewer than three judges tell right from wrong: whom to believe cannot be told"
        )
    caveats = list(CAVEATS)
    if not fit.converged:
        caveats.append(NOT_CONVERGED)
    names = tuple(ratings.judge.name for ratings in judges)
    return LatentTruth(names, int(np.isfinite(verdicts).any(axis=1).sum()), fit, tuple(caveats))
