"""Figures of the judges: who agrees with whom, what steers them, and whether their certainty is earned."""

from __future__ import annotations

from rewardlab.formats.evidence.values import percent
from rewardlab.pages.drawing import Drawing, percent_tick, ticks_of
from rewardlab.pages.figure import Figure, known, numbers, shares
from rewardlab.reports.audit import Report
from rewardlab.reports.section import Interval

FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
#: How much of the accent a cell of the matrix has, by classes of agreement.
SHADES = 5


def matrix(report: Report) -> Figure | None:
    """How often each two judges give the same verdict."""
    found = report.judges.agreements[0] if report.judges is not None and report.judges.agreements else None
    if found is None or not found.pairs:
        return None
    names = list(found.judges)
    drawing = Drawing((-0.5, len(names) - 0.5), (len(names) - 0.5, -0.5), height=90 + 44 * len(names), left=110)
    for one in found.pairs:
        places = (names.index(one.first), names.index(one.second))
        share = one.percent.estimate
        for x, y in (places, places[::-1]):
            shade = "none" if share is None else f"shade{min(SHADES - 1, int(share * SHADES))}"
            drawing.rect((x - 0.48, x + 0.48), (y - 0.46, y + 0.46), f"cell {shade}")
            text = "-" if share is None else percent(share)
            drawing.text(drawing.at_x(x), drawing.at_y(y) + 4, text, f"middle value {shade}")
    drawing.names_y(names)
    drawing.scale_x(range(len(names)), "share of equal verdicts", say=lambda tick: names[int(tick)][:12])
    says = f"Equal verdicts of each two judges, on {found.alpha.about}."
    if found.departs_most:
        says += f" {found.departs_most} departs most from the others."
    rows = [
        (
            f"{one.first}, {one.second}",
            *shares(one.percent),
            *(("-", "-") if one.kappa is None else numbers(one.kappa)),
            f"{one.units:,}",
        )
        for one in found.pairs
    ]
    head = ("judges", "equal", "interval", "kappa", "interval", "both judged")
    return Figure("Judges against each other", says, drawing.svg(says), head, rows)


def biases(report: Report) -> Figure | None:
    """How much each alteration of a response moves each judge's verdicts, as a forest plot."""
    if report.judges is None:
        return None
    told: list[tuple[str, Interval, int]] = [
        (f"{judge.name}: {name}", effect.change, effect.compared)
        for judge in report.judges.panel
        for name, effect in judge.effects.items()
    ]
    told = [one for one in told if known(one[1]) is not None]
    if not told:
        return None
    reach = max(0.1, *(max(abs(quantity.low or 0), abs(quantity.high or 0)) for _, quantity, _ in told))
    drawing = Drawing((-1.05 * reach, 1.05 * reach), (len(told) - 0.4, -0.6), height=70 + 20 * len(told), left=185)
    drawing.line((0, 0), (-0.6, len(told) - 0.4), "axis")
    for place, (_, quantity, _) in enumerate(told):
        middle, low, high = known(quantity) or (0, 0, 0)
        look = "deciding" if low <= 0 <= high else "alarm"
        drawing.line((low, high), (place, place), f"interval {look}")
        drawing.dot(middle, place, look)
    drawing.names_y([name for name, _, _ in told])
    drawing.scale_x(ticks_of(-reach, reach, 4), "change of the verdict, in shares of the scale")
    moved = [name for name, quantity, _ in told if (quantity.low or 0) > 0 or (quantity.high or 0) < 0]
    says = "The same responses, altered. " + (
        f"{len(moved)} of {len(told)} alterations move a judge." if moved else "No alteration moves a judge for sure."
    )
    rows = [(name, *numbers(quantity), f"{compared:,}") for name, quantity, compared in told]
    key = (("deciding", "0 lies within the interval"), ("alarm", "it does not"))
    return Figure("What moves the judges", says, drawing.svg(says), ("", "change", "interval", "compared"), rows, key)


def calibration(report: Report) -> Figure | None:
    """How often responses are right that a judge gives a certain chance of being right."""
    if report.judges is None:
        return None
    told = [
        (judge.name, judge.validation.against, judge.validation.calibration)
        for judge in report.judges.panel
        if judge.validation is not None and judge.validation.calibration is not None
    ]
    if not told:
        return None
    drawing = Drawing((0, 1), (0, 1))
    drawing.scale_y(FIFTHS, say=percent_tick)
    drawing.line((0, 1), (0, 1), "threshold")
    for number, (_, _, found) in enumerate(told):
        points = [(point, known(point.observed)) for point in found.curve]
        drawing.path([(point.predicted, seen[0]) for point, seen in points if seen], f"curve judge{number % 4}")
        for point, seen in points:
            if seen is not None:
                drawing.line((point.predicted, point.predicted), (seen[1], seen[2]), f"interval thin judge{number % 4}")
                drawing.dot(point.predicted, seen[0], f"judge{number % 4}", 3.5)
    drawing.scale_x(FIFTHS, "chance of being right, as the judge's verdict says", say=percent_tick)
    errors = ", ".join(f"{name} {found.expected_error:.2g}" for name, _, found in told)
    says = f"Against {told[0][1]}: share that is right by what the verdict says. Expected error: {errors}."
    rows = [
        (name, f"{point.predicted:.2g}", *shares(point.observed), f"{point.generations:,}")
        for name, _, found in told
        for point in found.curve
    ]
    key = [(f"judge{number % 4}", name) for number, (name, _, _) in enumerate(told)]
    head = ("judge", "verdict says", "right", "interval", "generations")
    return Figure("Calibration of the judges", says, drawing.svg(says), head, rows, [*key, ("threshold", "as it says")])
