"""Collects for the report all that is measured of a panel and of each of its judges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from rewardlab.judging.ratings import Ratings, Usage
from rewardlab.probes.judge import injection, padding, reference, style
from rewardlab.probes.judge.agreement import Agreement, agreements
from rewardlab.probes.judge.consensus import LatentTruth, latent_truth
from rewardlab.probes.judge.effect import Effect, effect_of
from rewardlab.probes.judge.errors import panel_independence
from rewardlab.probes.judge.family import families_of
from rewardlab.probes.judge.independent import by_model
from rewardlab.probes.judge.position import bias_of
from rewardlab.probes.judge.question import Question
from rewardlab.probes.judge.repeats import consistency_of, retest_alpha
from rewardlab.probes.judge.reward import RewardAgainstPanel, against_panel, mean_verdict, parting
from rewardlab.probes.judge.sample import pairs_stand_for, stands_for
from rewardlab.probes.judge.truth import Source, deciding, truth_of
from rewardlab.probes.judge.unread import unread_of
from rewardlab.probes.judge.validation import Validation, validation
from rewardlab.ratings.alpha import verdict_of
from rewardlab.ratings.crosscheck import check_alpha
from rewardlab.reports.agreement import Verdict
from rewardlab.stats.agreement.alpha import alpha_of
from rewardlab.stats.agreement.table import Table
from rewardlab.stats.consistency import Consistency
from rewardlab.stats.independence import Independence
from rewardlab.stats.interval import Quantity, Undefined
from rewardlab.stats.preference import PositionBias
from rewardlab.stats.rank import RANKS_OF_SAMPLE, RankCorrelation, rank_correlation
from rewardlab.stats.survey import weighted_share

#: The altered questions that a judge was shown, in the order of the report.
VARIANTS: Sequence[str] = (padding.VARIANT, style.VARIANT, *injection.VARIANTS, reference.VARIANT)
#: The most generations listed on which reward and panel part.
PARTING = 10


@dataclass(frozen=True, slots=True)
class JudgeTrust:
    """One judge.

    `judged` counts verdicts on the plain question, `unreadable` is the share of plain questions without one, `unread`
    and `not_asked` count by reason. `pass_rate` is the share it calls right, of all generations of the run where only
    some were judged. `effects` holds what each variant did to its verdicts, by its name.
    """

    name: str
    model: str
    kind: str
    level: str
    families: tuple[str, ...]
    judged: int
    unreadable: Quantity
    unread: Mapping[str, int]
    not_asked: Mapping[str, int]
    pass_rate: Quantity
    consistency: Consistency | Undefined
    retest_alpha: Quantity
    effects: Mapping[str, Effect | Undefined]
    position: PositionBias | Undefined
    validation: Validation | Undefined
    usage: Usage


@dataclass(frozen=True, slots=True)
class PanelTrust:
    """The panel.

    `independent` counts judges that share no model and no function. `agreements` holds that on single responses and
    that on pairs; `verdict` says of the first whether alpha's interval reaches `min_alpha` (None with one judge), and
    `check` how the krippendorff package confirms it. `independence` is measured against `truth`. `reward` and `ranks`
    hold the reward against the majority and the mean verdict; `parting` the generations on which they part most, the
    widest first. `consensus` is Dawid and Skene's, where no labels say what is right and three judges vote.
    """

    judges: tuple[JudgeTrust, ...]
    independent: int
    agreements: tuple[Agreement, ...]
    min_alpha: float
    verdict: Verdict | None
    check: str
    independence: Independence | Undefined
    truth: Source | None
    reward: RewardAgainstPanel | Undefined
    ranks: RankCorrelation | Undefined
    parting: tuple[dict[str, Any], ...]
    consensus: LatentTruth | Undefined


def panel_trust(question: Question) -> PanelTrust:
    """Everything that is measured of a panel.

    Raises: MismatchError when the krippendorff package does not confirm alpha: a bug in one of both.
    """
    truth, found, judges = truth_of(question), agreements(question), deciding(question.panel)
    return PanelTrust(
        judges=tuple(judge_trust(question, ratings) for ratings in question.panel),
        independent=len(by_model(question.panel)),
        agreements=found,
        min_alpha=question.min_alpha,
        verdict=verdict_of(found[0].alpha, question.min_alpha) if found else None,
        check=_check(found[0]) if found else "not compared: no two judges of one thing",
        independence=panel_independence(question),
        truth=None if truth is None else truth.source,
        reward=against_panel(question),
        ranks=_ranks(question, judges),
        parting=tuple(parting(question, most=PARTING)),
        consensus=latent_truth(judges, truth),
    )


def judge_trust(question: Question, ratings: Ratings) -> JudgeTrust:
    """Everything that is measured of one judge."""
    judge = ratings.judge
    values = ratings.values if ratings.pairs is None else ratings.pairs.value
    return JudgeTrust(
        name=judge.name,
        model=judge.model,
        kind=judge.kind,
        level=judge.level,
        families=tuple(sorted(families_of(judge.model))),
        judged=int(np.isfinite(values).sum()),
        unreadable=unread_of(ratings),
        unread=dict(ratings.unread),
        not_asked=dict(ratings.not_asked),
        pass_rate=_pass_rate(ratings),
        consistency=consistency_of(ratings),
        retest_alpha=retest_alpha(ratings, seed=question.seed),
        effects={name: effect_of(ratings, name) for name in VARIANTS if name in ratings.variants},
        position=bias_of(ratings),
        validation=validation(question, ratings),
        usage=ratings.usage,
    )


def _check(found: Agreement) -> str:
    """The check by the krippendorff package; it takes no weights, so of a sample the unweighted alpha is compared."""
    level = found.measured.level
    return check_alpha(found.values, level, alpha_of(Table.of(found.values), level))


def _ranks(question: Question, judges: Sequence[Ratings]) -> RankCorrelation | Undefined:
    """The reward's scores and the mean verdict, of the run where a sample was judged."""
    if not judges:
        return Undefined("no judge of single responses")
    score, weights = question.answers.score, stands_for(judges, seen=1)
    pairs = pairs_stand_for(question, weights)
    found = rank_correlation(
        score, mean_verdict(tuple(judges)), weights=weights, pairs=None if isinstance(pairs, Undefined) else pairs
    )
    return (
        replace(found, within_tau=pairs, within_rho=Undefined(RANKS_OF_SAMPLE))
        if isinstance(pairs, Undefined)
        else found
    )


def _pass_rate(ratings: Ratings) -> Quantity:
    known = np.isfinite(ratings.right)
    if not known.any():
        return Undefined("the judge calls no single response right or wrong")
    return weighted_share(ratings.right[known], ratings.weights[known], np.nonzero(known)[0])
