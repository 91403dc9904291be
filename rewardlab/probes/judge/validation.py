"""Validates one judge against what is known: its errors, its calibration, and the pass rate corrected for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.annotators import alternative
from rewardlab.probes.judge.question import Question
from rewardlab.probes.judge.truth import Source, Truth, annotations_right, truth_of
from rewardlab.runs.tables import Floats
from rewardlab.stats.agreement.kappa import cohen_kappa
from rewardlab.stats.agreement.resampling import alpha_with_interval
from rewardlab.stats.agreement.table import Coefficient, Table
from rewardlab.stats.alttest import AlternativeTest
from rewardlab.stats.calibration import Calibration, calibration
from rewardlab.stats.discrimination import Discrimination, discrimination
from rewardlab.stats.interval import Estimate, Quantity, Undefined
from rewardlab.stats.prediction import PoweredMean, powered_mean
from rewardlab.stats.prevalence import Prevalence, prevalence
from rewardlab.stats.survey import weighted_share


@dataclass(frozen=True, slots=True)
class Fit:
    """How far a judge agrees with one annotator on the generations both judged, as right and wrong."""

    accuracy: Quantity
    kappa: Quantity
    alpha: Quantity
    generations: int


@dataclass(frozen=True, slots=True)
class Validation:
    """A judge held against the truth that `source` names, but for the `ties` of its labels.

    `rates` hold the true and the false positive rate and Youden's J; the true negative rate is one less the latter.
    `calibration` is of the expected verdicts as shares of the scale. `powered` is the share of right answers in the
    run, from the labels where there are some and the judge's verdicts elsewhere; `corrected` the same from its errors
    alone (Rogan and Gladen). `by_annotator` and `alternative` need labels.
    """

    source: Source
    generations: int
    ties: int
    accuracy: Quantity
    rates: Discrimination | Undefined
    calibration: Calibration | Undefined
    powered: PoweredMean | Undefined
    corrected: Prevalence | Undefined
    by_annotator: Mapping[str, Fit]
    alternative: AlternativeTest | Undefined

    @property
    def true_negative_rate(self) -> Quantity:
        """The share of what is wrong that the judge calls wrong."""
        if isinstance(self.rates, Undefined):
            return self.rates
        rate = self.rates.false_positive_rate
        return Estimate(1 - rate.estimate, 1 - rate.high, 1 - rate.low, rate.level, rate.method, rate.units)


def validation(question: Question, ratings: Ratings) -> Validation | Undefined:
    """A judge of single responses against labels, else against the reward.

    Undefined for a judge that calls nothing right or wrong, and where there is neither.
    """
    truth = truth_of(question)
    if truth is None or truth.source == "consensus":
        return Undefined("neither labels nor scores to hold the judge against")
    if not np.isfinite(ratings.right).any():
        return Undefined("the judge calls no single response right or wrong")
    both = np.isfinite(ratings.right) & np.isfinite(truth.right)
    if not both.any():
        return Undefined("no generation has both a verdict and a known truth")
    hits = np.where(both, ratings.right == truth.right, np.nan)
    powered, corrected = _pass_rates(ratings, truth)
    return Validation(
        source=truth.source,
        generations=int(both.sum()),
        ties=truth.ties,
        accuracy=_accuracy(hits, ratings),
        rates=discrimination(ratings.right, truth.right, threshold=1.0, weights=ratings.weights),
        calibration=_calibration(ratings, truth),
        powered=powered,
        corrected=corrected,
        by_annotator=fits(question, ratings),
        alternative=alternative(question, ratings),
    )


def _accuracy(hits: Floats, ratings: Ratings) -> Quantity:
    """The share of hits; if only a sample was judged, of the whole run, each counted as those it stands for."""
    return weighted_share(hits.ravel(), ratings.weights.ravel(), _prompts(hits))


def _prompts(table: Floats) -> Floats:
    """The prompt's row of each generation, flat."""
    return np.repeat(np.arange(len(table)), table.shape[1])


def _calibration(ratings: Ratings, truth: Truth) -> Calibration | Undefined:
    """The calibration of expected verdicts: only they are probabilities, while a bare verdict would always be sure."""
    if not np.isfinite(ratings.expected).any():
        return Undefined("no expected verdicts: the engine gave no log-probabilities, or labels share a first token")
    low, high = min(ratings.judge.values), max(ratings.judge.values)
    chances = np.clip((ratings.expected - low) / (high - low), 0.0, 1.0)
    return calibration(
        chances.ravel(), truth.right.ravel(), clusters=_prompts(chances), weights=ratings.weights.ravel()
    )


def _pass_rates(ratings: Ratings, truth: Truth) -> tuple[PoweredMean | Undefined, Prevalence | Undefined]:
    """The share of right answers from labels and verdicts together; both need labels that stand for the others.

    Of a judged sample labelled and unlabelled verdicts each stand for the run, every one for those that it stands for.
    """
    if truth.source != "labels":
        none = Undefined("no labels")
        return none, none
    labelled = np.isfinite(truth.right) & np.isfinite(ratings.right)
    rest = np.isfinite(ratings.right) & ~labelled
    prompts = _prompts(truth.right).reshape(truth.right.shape)
    clusters = (prompts[labelled], prompts[rest])
    weights = ratings.weights[labelled], ratings.weights[rest]
    given = truth.right[labelled], ratings.right[labelled], ratings.right[rest]
    return (
        powered_mean(*given, clusters=clusters, weights=weights),
        prevalence(*given, clusters=clusters, weights=weights),
    )


def fits(question: Question, ratings: Ratings) -> dict[str, Fit]:
    """The judge's agreement with each annotator, by the annotator's name."""
    right = annotations_right(question)
    if right is None:
        return {}
    return {name: _fit(question, ratings, right[..., place]) for place, name in enumerate(question.annotators)}


def _fit(question: Question, ratings: Ratings, labelled: Floats) -> Fit:
    judged = ratings.right
    both = np.isfinite(judged) & np.isfinite(labelled)
    said = np.stack([judged[both], labelled[both]], axis=1)
    table = Table.of(said, cluster=np.nonzero(both)[0], weights=ratings.weights[both])
    return Fit(
        accuracy=_accuracy(np.where(both, judged == labelled, np.nan), ratings),
        kappa=_interval(cohen_kappa(table)),
        alpha=_interval(alpha_with_interval(table, "nominal", rng=np.random.default_rng(question.seed))),
        generations=int(both.sum()),
    )


def _interval(found: Coefficient | Undefined) -> Quantity:
    return found if isinstance(found, Undefined) else found.interval
