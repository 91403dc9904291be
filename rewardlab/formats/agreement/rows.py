"""What every format of an agreement report shows: its sentences and tables, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rewardlab.formats.outline import Rows
from rewardlab.reports.agreement import Agreement, AgreementReport, Number, Orders

VERDICTS = {
    "sufficient": "SUFFICIENT",
    "insufficient": "INSUFFICIENT",
    "undecided": "UNDECIDED",
}
COEFFICIENTS = (
    ("Krippendorff's alpha", "alpha"),
    ("percent agreement", "agreement"),
    ("Gwet's AC1", "ac1"),
    ("Gwet's AC2, {weights}", "ac2"),
    ("Fleiss' kappa", "fleiss_kappa"),
    ("Brennan-Prediger", "brennan_prediger"),
)
#: Pairs of raters shown; the JSON report holds them all.
SHOWN_PAIRS = 45
#: A coefficient below this is 0 but for floating-point error.
ROUND_OFF = 1e-12


def headline(report: AgreementReport) -> str:
    """Verdict and number in one line."""
    verdict = VERDICTS[report.verdict] + (" and strong" if report.whole.strong else "")
    return f"{verdict}  alpha {with_interval(report.whole.alpha)}"


def sentences(report: AgreementReport) -> Iterator[str]:
    """What was rated, what alpha means, whether it reaches the threshold, and what else should be known."""
    whole = report.whole
    level = f"{report.level} level" + (" (assumed; say --level)" if report.level_assumed else "")
    yield (
        f"{whole.ratings:,} ratings of {whole.units:,} units by {_raters(report)}, {whole.distinct:,} distinct values, "
        f"{level}; {report.missing:,} missing."
    )
    yield from report.reading
    yield whole.meaning
    yield decision(report, whole)
    yield from whole.notes
    yield f"Alpha is {whole.check}."


def _raters(report: AgreementReport) -> str:
    count = report.whole.raters
    return f"{count:,} raters" if report.whole.by_rater or report.layout != "counts" else f"up to {count:,} raters"


def decision(report: AgreementReport, part: Agreement) -> str:
    """Whether alpha's interval reaches the threshold, in a sentence."""
    low, high, target = part.alpha.low, part.alpha.high, number(report.min_alpha)
    if part.alpha.estimate is None:
        return "Nothing is decided."
    if low is None or high is None:
        return f"Without an interval nothing is decided: {part.alpha.no_interval}."
    over = f"of alpha's {100 * (part.alpha.level or 0):g} % interval"
    match part.verdict:
        case "sufficient":
            strong = f", and {number(report.strong_alpha)}, which is called strong" if part.strong else ""
            return f"The lower end {over}, {number(low)}, reaches {target}{strong}: agreement suffices."
        case "insufficient":
            return f"The upper end {over}, {number(high)}, is under {target}: agreement does not suffice."
        case _:
            return f"The threshold {target} lies between the ends {over}: not decided{_more(part)}."


def _more(part: Agreement) -> str:
    """How many more units would decide."""
    if not part.further_units:
        return ""
    span = ""
    if part.further_units_range:
        low, high = part.further_units_range
        span = f" (from {low:,} to {'any number' if high is None else f'{high:,}'}, by where alpha lies)"
    return f"; about {part.further_units:,} further units would decide nine times in ten{span}"


def tables(report: AgreementReport) -> Iterator[Rows]:
    """The tables of coefficients, slices, raters, pairs of raters and use of the scale; empty ones are left out."""
    whole = report.whole
    columns = ("", "value", "interval", "standard error", "z against 0")
    yield Rows("coefficients", columns, tuple(_coefficients(whole, report.weights)))
    if report.slices:
        header = (f"by {report.by}", "units", "alpha", "interval", "agreement", "verdict")
        yield Rows("slices", header, tuple(_slice(part) for part in report.slices))
    if whole.by_rater:
        rows = tuple(
            (one.name, f"{one.ratings:,}", _or_dash(one.mean), estimate(one.alpha_without)) for one in whole.by_rater
        )
        yield Rows("raters", ("rater", "ratings", "mean", "alpha of the others"), rows)
    if whole.pairs:
        names = ("pair", "units", "agreement", "alpha", "kappa", "weighted kappa", "tau-b")
        yield Rows("pairs of raters", names, tuple(_pairs(whole)))
    if whole.given:
        total = sum(one.count for one in whole.given)
        used = tuple((one.value, f"{one.count:,}", f"{100 * one.count / total:.1f} %") for one in whole.given)
        yield Rows("use of the scale", ("value", "ratings", "share"), used)


def _coefficients(part: Agreement, weights: str) -> Iterator[tuple[str, ...]]:
    for name, field in COEFFICIENTS:
        found: Number | None = getattr(part, field)
        if found is not None:
            yield _coefficient(name.format(weights=weights), found)
    for form, quantity in part.icc.items():
        yield _coefficient(form, quantity)
    if part.kendall_w is not None:
        p_value = "" if part.kendall_w.p_value is None else f"p {part.kendall_w.p_value:.3g}"
        yield ("Kendall's W", orders(part.kendall_w), p_value or part.kendall_w.undefined or "", "", "")


def _coefficient(name: str, found: Number) -> tuple[str, ...]:
    why = found.undefined or found.no_interval
    interval = why or (f"{number(found.low)} to {number(found.high)}" if found.low is not None else "")
    error = _or_dash(found.standard_error) if found.standard_error else ""
    return (name, estimate(found), interval, error, "" if found.z is None else f"{found.z:.2f}")


def _slice(part: Agreement) -> tuple[str, ...]:
    alpha = part.alpha
    why = alpha.undefined or alpha.no_interval
    interval = why or f"{number(alpha.low)} to {number(alpha.high)}"
    verdict = part.verdict + (", strong" if part.strong else "")
    return (part.slice or "", f"{part.units:,}", estimate(alpha), interval, estimate(part.agreement), verdict)


def _pairs(part: Agreement) -> Sequence[tuple[str, ...]]:
    rows = []
    for pair in part.pairs[:SHOWN_PAIRS]:
        kappas = ("-" if one is None else estimate(one) for one in (pair.kappa, pair.weighted_kappa))
        tau = "-" if pair.tau_b is None else orders(pair.tau_b)
        name = f"{pair.raters[0]} and {pair.raters[1]}"
        rows.append((name, f"{pair.units:,}", estimate(pair.agreement), estimate(pair.alpha), *kappas, tau))
    if len(part.pairs) > SHOWN_PAIRS:
        rows.append((f"{len(part.pairs) - SHOWN_PAIRS} more in the JSON report", *[""] * 6))
    return rows


def with_interval(found: Number) -> str:
    """`0.743 (0.417 to 1)`, or why the number or its interval is missing."""
    if found.estimate is None:
        return f"undefined ({found.undefined})"
    if found.low is None:
        return f"{number(found.estimate)} ({found.no_interval})"
    return f"{number(found.estimate)} ({number(found.low)} to {number(found.high)})"


def estimate(found: Number) -> str:
    """The value alone, or "undefined"."""
    return "undefined" if found.estimate is None else number(found.estimate)


def orders(found: Orders) -> str:
    """The value alone, or "undefined"."""
    return "undefined" if found.estimate is None else number(found.estimate)


def number(value: float | None) -> str:
    """Three decimals; only a value that is exactly 0, 1 or -1 is shown as such."""
    if value is None:
        return "-"
    value = 0.0 if abs(value) < ROUND_OFF else value
    text = f"{value:.3f}"
    if float(text) == value and value in {0, 1, -1}:
        return f"{value:g}"
    if text in {"1.000", "-1.000"} and abs(value) < 1:
        return ">0.999" if value > 0 else "<-0.999"
    if text in {"0.000", "-0.000"}:
        return "<0.001" if value > 0 else ">-0.001"
    return text


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
