"""Measures the agreement of the ratings in files and builds the report; `rewardlab agree` runs this."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from rewardlab.errors import InputError
from rewardlab.ratings.alpha import MIN_ALPHA, further_units, meaning_of, strong_from, verdict_of
from rewardlab.ratings.crosscheck import check_alpha
from rewardlab.ratings.layout import Ratings, read_ratings
from rewardlab.ratings.naming import Naming
from rewardlab.ratings.scale import Wanted
from rewardlab.reports.agreement import Agreement, AgreementReport, Given, Number, Orders, PairPart, RaterPart
from rewardlab.stats.agreement.concordance import Concordance
from rewardlab.stats.agreement.gwet import Partial
from rewardlab.stats.agreement.pairwise import Pair
from rewardlab.stats.agreement.panel import Panel, agreement_of
from rewardlab.stats.agreement.resampling import Method
from rewardlab.stats.agreement.table import Codes, Coefficient
from rewardlab.stats.interval import Estimate, Undefined
from rewardlab.version import __version__

#: Values of the scale are listed if there are at most this many.
LISTED = 12


def measure_agreement(
    paths: Path | Sequence[Path],
    naming: Naming | None = None,
    *,
    wanted: Wanted | None = None,
    min_alpha: float = MIN_ALPHA,
    method: Method = "jackknife",
    partial: Partial = "quadratic",
    seed: int = 0,
) -> AgreementReport:
    """The agreement of the ratings in a file, or in several, on all units and on each slice.

    Arguments: `naming` and `wanted` as for `read_ratings`; `min_alpha`, which the lower limit of alpha's interval must
    reach; `method`, the kind of that interval; `partial`, the weights of AC2 and the weighted kappa; `seed` of the
    random draws.
    Raises: RewardlabError for ratings that cannot be read or compared; MismatchError when the krippendorff package does
    not confirm alpha.
    """
    naming = naming or Naming()
    files = [paths] if isinstance(paths, Path) else list(paths)
    source = ", ".join(map(str, files))
    ratings = read_ratings(files, naming, wanted)
    if ratings.values.shape[1] < 2 or ((~np.isnan(ratings.values)).sum(axis=1) < 2).all():
        raise InputError(
            "no unit has two ratings", where=source, expected="units that two or more raters rated",
            do="name the columns: --unit, --rater and --rating, or --raters A,B",
        )  # fmt: skip
    strong = strong_from(min_alpha)

    def measure(name: str | None, kept: Codes) -> Agreement:
        panel = agreement_of(
            ratings.values[kept],
            ratings.scale.level,
            rng=np.random.default_rng(seed),
            cluster=None if ratings.cluster is None else ratings.cluster[kept],
            scale=ratings.scale.values,
            method=method,
            named=bool(ratings.raters),
            partial=partial,
        )
        alpha = panel.alpha.value if isinstance(panel.alpha, Coefficient) else panel.alpha
        check = check_alpha(ratings.values[kept], ratings.scale.level, alpha)
        return _agreement(name, panel, ratings, check, min_alpha=min_alpha, strong=strong)

    whole = measure(None, np.arange(ratings.units))
    slices = (measure(name, np.flatnonzero(ratings.slice == place)) for place, name in enumerate(ratings.slices))
    return AgreementReport(
        verdict=whole.verdict,
        source=source,
        layout=ratings.layout,
        level=ratings.scale.level,
        level_assumed=ratings.scale.assumed,
        missing=ratings.missing,
        min_alpha=min_alpha,
        strong_alpha=strong,
        interval=method,
        weights=partial,
        seed=seed,
        by=naming.by,
        reading=ratings.notes,
        whole=whole,
        slices=tuple(slices),
        version=__version__,
    )


def _agreement(
    name: str | None, panel: Panel, ratings: Ratings, check: str, *, min_alpha: float, strong: float
) -> Agreement:
    alpha = _number(panel.alpha)
    interval = panel.alpha if isinstance(panel.alpha, Undefined) else panel.alpha.interval
    value = panel.alpha if isinstance(panel.alpha, Undefined) else panel.alpha.value
    verdict = verdict_of(interval, min_alpha)
    icc = panel.icc if isinstance(panel.icc, dict) else {}
    further = further_units(interval, min_alpha) if verdict == "undecided" else None
    return Agreement(
        slice=name,
        verdict=verdict,
        strong=alpha.low is not None and alpha.low >= strong,
        meaning=meaning_of(value, who="raters", what="ratings"),
        units=panel.units,
        pairable_units=panel.pairable,
        clusters=panel.clusters,
        raters=panel.raters,
        ratings=panel.ratings,
        distinct=panel.distinct,
        alpha=alpha,
        further_units=None if further is None else further.units,
        further_units_range=(further.low, further.high) if further is not None and further.is_vague else None,
        check=check,
        agreement=_number(panel.agreement),
        ac1=_optional(panel.ac1),
        ac2=_optional(panel.ac2),
        fleiss_kappa=_optional(panel.fleiss),
        brennan_prediger=_optional(panel.brennan_prediger),
        icc={form: Number.of(value) for form, value in icc.items()},
        kendall_w=None if panel.orders is None else _orders(panel.orders),
        pairs=tuple(_pair(pair, ratings.raters) for pair in panel.pairs),
        by_rater=tuple(
            RaterPart(
                name=rater,
                ratings=one.ratings,
                mean=None if ratings.scale.labels else one.mean,
                alpha_without=_plain(one.alpha_without),
            )
            for rater, one in zip(ratings.raters, panel.members, strict=False)
        ),
        given=_given(panel, ratings),
        notes=tuple(_notes(panel, ratings)),
    )


def _notes(panel: Panel, ratings: Ratings) -> Iterator[str]:
    if panel.skew is not None:
        ac = "AC1" if panel.ac2 is None else "AC2"
        yield (
            f"{100 * panel.skew.share:.0f} % of all ratings are {_name(panel.skew.value, ratings)}, and {ac} is "
            f"{panel.skew.gap:.2f} above alpha: the raters mostly agree where hardly anything else comes up. Rate more "
            "units on which other ratings are likely."
        )
    if isinstance(panel.alpha, Undefined) and isinstance(panel.agreement, Coefficient) and panel.agreement.value == 1:
        yield "Every pair of ratings agrees, but no other value comes up: rate units that should differ."
    if single := panel.units - panel.pairable:
        yield f"{single} of {panel.units} units have one rating only, and say nothing about agreement."
    if panel.fleiss_own is not None:
        yield (
            "Units have unequal numbers of ratings: Fleiss' kappa above is Gwet's generalisation, and his own is "
            f"{panel.fleiss_own:.4f}."
        )
    if isinstance(panel.icc, Undefined):
        yield f"ICC is undefined: {panel.icc.reason}."


def _name(value: float, ratings: Ratings) -> str:
    if ratings.scale.labels:
        return ratings.scale.labels[int(value)]
    return short if float(short := f"{value:g}") == value else repr(value).removesuffix(".0")


def _given(panel: Panel, ratings: Ratings) -> tuple[Given, ...]:
    if len(panel.given) > LISTED:
        return ()
    return tuple(Given(value=_name(value, ratings), count=count) for value, count in panel.given.items())


def _number(found: Coefficient | Undefined) -> Number:
    match found:
        case Undefined():
            return Number.of(found)
        case Coefficient(value, error, Undefined(reason)):
            plain = Number(estimate=value, standard_error=error, no_interval=reason)
            return plain.model_copy(update=_test(found))
        case Coefficient(_, error, Estimate() as interval):
            return Number.of(interval).model_copy(update={"standard_error": error, **_test(found)})
    raise AssertionError(found)


def _test(found: Coefficient) -> dict[str, float]:
    """z for no agreement beyond chance and its two-sided p-value, for coefficients that have a null error."""
    if not found.null_error:
        return {}
    z = found.value / found.null_error
    return {"z": z, "p_value": math.erfc(abs(z) / math.sqrt(2))}


def _optional(found: Coefficient | Undefined | None) -> Number | None:
    return None if found is None else _number(found)


def _plain(found: float | Undefined) -> Number:
    return Number(estimate=None, undefined=found.reason) if isinstance(found, Undefined) else Number(estimate=found)


def _orders(found: Concordance | tuple[float, float] | Undefined) -> Orders:
    match found:
        case Undefined(reason):
            return Orders(estimate=None, undefined=reason)
        case Concordance():
            return Orders(estimate=found.value, p_value=found.p_value, units=found.units)
        case (value, p_value):
            return Orders(estimate=value, p_value=p_value)


def _pair(pair: Pair, raters: Sequence[str]) -> PairPart:
    return PairPart(
        raters=(raters[pair.first], raters[pair.second]),
        units=pair.units,
        agreement=_number(pair.agreement),
        alpha=_plain(pair.alpha),
        kappa=_optional(pair.kappa),
        weighted_kappa=_optional(pair.weighted),
        tau_b=None if pair.tau is None else _orders(pair.tau),
    )
