"""Builds the report's section on judges from the measurements of the panel."""

from __future__ import annotations

import math

from rewardlab.probes.judge.agreement import Agreement, departs_most
from rewardlab.probes.judge.consensus import SMOOTHING, LatentTruth
from rewardlab.probes.judge.effect import Effect
from rewardlab.probes.judge.trust import JudgeTrust, PanelTrust
from rewardlab.probes.judge.validation import Fit, Validation
from rewardlab.ratings.alpha import meaning_of, strong_from, value_of
from rewardlab.reports import judges as report
from rewardlab.reports.section import Interval
from rewardlab.stats.agreement.pairwise import Pair
from rewardlab.stats.agreement.table import Coefficient
from rewardlab.stats.calibration import Calibration
from rewardlab.stats.consistency import Consistency
from rewardlab.stats.discrimination import Discrimination
from rewardlab.stats.interval import Estimate, Quantity, Undefined
from rewardlab.stats.preference import PositionBias


def build_judges(trust: PanelTrust) -> report.Judges:
    """The section on judges."""
    agreements = tuple(_agreement(one) for one in trust.agreements)
    independence = trust.independence
    return report.Judges(
        alpha=agreements[0].alpha if agreements else None,
        min_alpha=trust.min_alpha,
        strong_alpha=strong_from(trust.min_alpha),
        agreement=trust.verdict,
        checked=trust.check,
        agreements=agreements,
        independent=trust.independent,
        effective=Interval.of(independence if isinstance(independence, Undefined) else independence.effective),
        error_correlation=Interval.of(
            independence if isinstance(independence, Undefined) else independence.correlation
        ),
        errors_against=trust.truth,
        reward=_reward(trust),
        parting=trust.parting,
        consensus=None if isinstance(trust.consensus, Undefined) else tuple(map(float, trust.consensus.fit.priors)),
        dawid_skene=_dawid_skene(trust.consensus),
        panel=tuple(_judge(one) for one in trust.judges),
    )


def _dawid_skene(found: LatentTruth | Undefined) -> report.DawidSkene:
    if isinstance(found, Undefined):
        return report.DawidSkene(undefined=found.reason)
    matrices = zip(found.judges, found.fit.confusion.tolist(), strict=True)
    return report.DawidSkene(
        generations=found.generations,
        right=float(found.fit.priors[1]),
        smoothing=SMOOTHING,
        judges=tuple(_confusion(name, matrix) for name, matrix in matrices),
        caveats=found.caveats,
    )


def _confusion(name: str, matrix: list[list[float]]) -> report.Confusion:
    """A judge's confusion matrix as the report shows it; NaN marks a class of which the judge met nothing."""
    rows = tuple((_known(wrong), _known(right)) for wrong, right in matrix)
    known = {
        kind: Interval(
            estimate=rows[place][place],
            low=None,
            high=None,
            undefined=f"the judge met nothing {what}" if rows[place][place] is None else None,
        )
        for kind, place, what in (("specificity", 0, "wrong"), ("sensitivity", 1, "right"))
    }
    return report.Confusion(judge=name, matrix=rows, **known)


def _known(share: float) -> float | None:
    """The share rounded to the estimate's accuracy, so that one that tends to 0 or 1 becomes 0 or 1; None for NaN."""
    return None if math.isnan(share) else round(share, 9)


def _agreement(found: Agreement) -> report.Agreement:
    measured, names = found.measured, [ratings.judge.name for ratings in found.judges]
    alpha = _over_prompts(found.alpha)
    skew = measured.skew
    return report.Agreement(
        alpha=report.Alpha(**alpha.model_dump(), metric=measured.level, about=found.of),
        meaning=meaning_of(value_of(found.alpha), who="judges", what="verdicts"),
        judges=tuple(names),
        units=measured.pairable,
        coefficients=report.Coefficients(
            percent=_coefficient(measured.agreement),
            fleiss_kappa=_optional(measured.fleiss),
            gwet_ac1=_optional(measured.ac1),
            gwet_ac2=_optional(measured.ac2),
        ),
        skew=None
        if skew is None
        else report.Skew(most_frequent=skew.value, share=skew.share, ac_above_alpha_by=skew.gap),
        pairs=tuple(_pair(pair, names) for pair in measured.pairs),
        departs_most=departs_most(found) if len(names) > 2 else None,
    )


def _coefficient(found: Coefficient | Undefined) -> Interval:
    """The coefficient; if it has a value but no interval, `undefined` says why the interval is missing."""
    if isinstance(found, Undefined):
        return Interval.of(found)
    if isinstance(found.interval, Undefined):
        return Interval(estimate=found.value, low=None, high=None, undefined=found.interval.reason)
    return _over_prompts(found.interval)


def _over_prompts(found: Quantity) -> Interval:
    """The interval of a quantity whose clusters are prompts."""
    return Interval.of(found).over("prompts")


def _optional(found: Coefficient | Undefined | None) -> Interval | None:
    return None if found is None else _coefficient(found)


def _pair(pair: Pair, names: list[str]) -> report.JudgePair:
    return report.JudgePair(
        first=names[pair.first],
        second=names[pair.second],
        units=pair.units,
        percent=_coefficient(pair.agreement),
        alpha=None if isinstance(pair.alpha, Undefined) else pair.alpha,
        kappa=_optional(pair.kappa),
    )


def _reward(trust: PanelTrust) -> report.RewardAgainstPanel | None:
    found, ranks = trust.reward, trust.ranks
    if isinstance(found, Undefined):
        return None
    rates: tuple[Quantity, Quantity, Quantity]
    rates = (found.rates, found.rates, found.rates) if isinstance(found.rates, Undefined) else _rates(found.rates)
    within, tau, overall = (
        (ranks,) * 3 if isinstance(ranks, Undefined) else (ranks.within_rho, ranks.within_tau, ranks.overall_rho)
    )
    return report.RewardAgainstPanel(
        generations=found.generations,
        youden_j=Interval.of(rates[0]),
        true_positive_rate=Interval.of(rates[1]),
        false_positive_rate=Interval.of(rates[2]),
        auc_within_prompts=Interval.of(found.area),
        rank_within_prompts=Interval.of(within),
        tau_within_prompts=Interval.of(tau),
        rank_overall=Interval.of(overall),
    )


def _rates(rates: Discrimination) -> tuple[Estimate, Estimate, Estimate]:
    return rates.informedness, rates.true_positive_rate, rates.false_positive_rate


def _judge(trust: JudgeTrust) -> report.Judge:
    usage = trust.usage
    return report.Judge.model_validate(
        {
            "name": trust.name,
            "model": trust.model,
            "kind": trust.kind,
            "level": trust.level,
            "families": trust.families,
            "judged": trust.judged,
            "unreadable": Interval.of(trust.unreadable),
            "unread": dict(trust.unread),
            "not_asked": dict(trust.not_asked),
            "pass_rate": Interval.of(trust.pass_rate),
            "self_consistency": _consistency(trust.consistency, trust.retest_alpha),
            "effects": {name: _effect(one) for name, one in trust.effects.items() if isinstance(one, Effect)},
            "position": _position(trust.position),
            "validation": None if isinstance(trust.validation, Undefined) else _validation(trust.validation),
            "usage": report.Usage(
                questions=usage.questions,
                prompt_tokens=usage.prompt_tokens,
                completion_tokens=usage.completion_tokens,
                cost=usage.cost,
                currency=usage.currency,
            ),
        }
    )


def _consistency(found: Consistency | Undefined, alpha: Quantity) -> report.SelfConsistency | None:
    if isinstance(found, Undefined):
        return None
    return report.SelfConsistency(
        repeated=found.repeated,
        flip_rate=Interval.of(found.flips),
        flip_rate_near_threshold=Interval.of(found.flips_near),
        unanimous=Interval.of(found.unanimity),
        retest_alpha=_over_prompts(alpha),
    )


def _effect(found: Effect) -> report.VariantEffect:
    return report.VariantEffect(
        compared=found.compared,
        change=Interval.of(found.change),
        raised=found.raised,
        lowered=found.lowered,
        judged_wrong=found.wrong,
        wrong_turned_right=Interval.of(found.turned_right),
        right_turned_wrong=Interval.of(found.turned_wrong),
        unreadable=found.unread,
    )


def _position(found: PositionBias | Undefined) -> report.Position | None:
    if isinstance(found, Undefined):
        return None
    return report.Position(
        pairs=found.pairs,
        consistency=Interval.of(found.consistency),
        hard_flips=Interval.of(found.hard_flips),
        first_picks=Interval.of(found.first_picks),
        primacy=found.primacy,
        recency=found.recency,
    )


def _validation(found: Validation) -> report.Validation:
    rates, test = found.rates, found.alternative
    return report.Validation(
        against=found.source,
        generations=found.generations,
        ties=found.ties,
        accuracy=Interval.of(found.accuracy),
        true_positive_rate=Interval.of(rates if isinstance(rates, Undefined) else rates.true_positive_rate),
        true_negative_rate=Interval.of(found.true_negative_rate),
        calibration=_calibration(found.calibration),
        pass_rate_powered=Interval.of(found.powered if isinstance(found.powered, Undefined) else found.powered.mean),
        pass_rate_corrected=Interval.of(
            found.corrected if isinstance(found.corrected, Undefined) else found.corrected.rate
        ),
        annotators={name: _annotator(fit) for name, fit in found.by_annotator.items()},
        alternative_test=None
        if isinstance(test, Undefined)
        else report.AlternativeTest(
            passes=test.passes,
            winning_rate=test.winning_rate,
            advantage=test.advantage,
            epsilon=test.epsilon,
            annotators=len(test.annotators),
        ),
    )


def _annotator(fit: Fit) -> report.Annotator:
    return report.Annotator(
        accuracy=Interval.of(fit.accuracy),
        kappa=_over_prompts(fit.kappa),
        alpha=_over_prompts(fit.alpha),
        generations=fit.generations,
    )


def _calibration(found: Calibration | Undefined) -> report.Calibration | None:
    if isinstance(found, Undefined):
        return None
    return report.Calibration(
        expected_error=found.expected_error,
        maximum_error=found.maximum_error,
        brier=found.brier,
        bins=f"{len(found.curve)} filled, {found.rule}",
        curve=tuple(
            report.CalibrationPoint(
                low=one.low,
                high=one.high,
                generations=one.items,
                predicted=one.predicted,
                observed=Interval.of(one.interval),
            )
            for one in found.curve
        ),
    )
