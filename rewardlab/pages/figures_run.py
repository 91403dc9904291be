"""Figures of the run: the baseline in its band, success by prompt, the scores, and informative groups."""

from __future__ import annotations

import itertools

import numpy as np

from rewardlab.formats.evidence.values import percent
from rewardlab.pages.drawing import Drawing, percent_tick, ticks_of
from rewardlab.pages.figure import Figure, between, known, shares
from rewardlab.pages.flat import flat_reasons
from rewardlab.probes.run.question import Question
from rewardlab.reports.audit import Report

FIFTHS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
BINS = 24
#: Rows of a figure's numbers, evenly over what is shown.
MOST_STEPS = 11
#: The kinds of groups in the histogram, from the bottom of a bar to its top: class, name, reasons.
KINDS = (
    ("informative", "informative", ("",)),
    ("right", "all right", ("all_right",)),
    ("wrong", "all wrong", ("all_wrong",)),
    ("other", "flat for another reason", ("all_truncated", "all_unscored", "constant_reward")),
)


def band(report: Report) -> Figure | None:
    """The baseline, at the success threshold and at those that stay open, against the band."""
    base = report.baseline
    told = [
        (f"accuracy from {base.success_at:.3g}", base.accuracy, True),
        *((f"from {one.at:.3g} (open)", one.accuracy, False) for one in base.success.open),
        (f"solved from {base.success_at:.3g}", base.solved, base.band_on == "solved"),
    ]
    told = [one for one in told if known(one[1]) is not None]
    if not told:
        return None
    height = 74 + 30 * len(told)
    low, high = base.band
    drawing = Drawing((0, 1), (len(told) - 0.4, -0.6), height=height, left=150)
    drawing.rect((low, high), (-0.6, len(told) - 0.4), "band")
    drawing.scale_x(FIFTHS, "share of generations, or of prompts", say=percent_tick)
    drawing.names_y([name for name, _, _ in told])
    for place, (_, quantity, decides) in enumerate(told):
        middle, least, most = known(quantity) or (0, 0, 0)
        look = "deciding" if decides else "beside"
        drawing.line((least, most), (place, place), f"interval {look}")
        drawing.dot(middle, place, look, 5)
    says = (
        f"{base.band_on.capitalize()} must lie between {percent(low)} and {percent(high)}: "
        f"{'it is not decided' if base.position == 'undecided' else f'it lies {base.position}'}."
    )
    rows = [(name, *shares(quantity)) for name, quantity, _ in told]
    key = (("band", "the band"), ("deciding", "decides"), ("beside", "stands beside it"))
    return Figure("Baseline in the band", says, drawing.svg(says), ("", "estimate", "interval"), rows, key)


def strip(question: Question) -> Figure | None:
    """Each prompt's share of successes, sorted, with Wilson's 95 % interval."""
    scored = np.isfinite(question.answers.score)
    count = scored.sum(axis=1)
    held = count > 0
    if not held.any():
        return None
    won, of = (question.right & scored).sum(axis=1)[held], count[held].astype(float)
    share = won / of
    order = np.lexsort((of, share))
    share, of = share[order], of[order]
    low, high = _wilson(share, of)
    prompts = len(share)
    drawing = Drawing((0, prompts), (0, 1))
    drawing.scale_y(FIFTHS, say=percent_tick)
    steps = np.unique(np.linspace(0, prompts, min(prompts, 200) + 1).astype(int))
    for left, right in itertools.pairwise(steps):
        part = slice(left, right)
        drawing.rect((left, right), (low[part].mean(), high[part].mean()), "whisker")
        middle = float(share[part].mean())
        drawing.line((left, right), (middle, middle), "level")
    drawing.scale_x([0, prompts], "prompts, from the hardest to the easiest", say=lambda tick: f"{tick:,.0f}")
    never, always = int((share == 0).sum()), int((share == 1).sum())
    says = (
        f"Of {prompts:,} prompts {never:,} never succeed, {always:,} always, {prompts - never - always:,} now and then."
    )
    picked = np.unique(np.linspace(0, prompts - 1, min(prompts, MOST_STEPS)).astype(int))
    rows = [(f"{one + 1:,}", percent(float(share[one])), between(float(low[one]), float(high[one]))) for one in picked]
    key = (("level", "share of successes"), ("whisker", "95 % interval (Wilson)"))
    return Figure("Success by prompt", says, drawing.svg(says), ("place", "successes", "interval"), rows, key)


def _wilson(share: np.ndarray, of: np.ndarray, z: float = 1.96) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's score interval (1927) of a share of `of` trials."""
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * np.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def histogram(report: Report, question: Question) -> Figure | None:
    """How many generations earn which score, by the kind of their group."""
    score = question.answers.score
    values = score[np.isfinite(score)]
    if not len(values):
        return None
    reasons = flat_reasons(question)
    low, high = float(values.min()), float(values.max())
    edges = np.linspace(low - 0.5, high + 0.5, 2) if high == low else np.linspace(low, high, BINS + 1)
    counts = []
    for _, _, names in KINDS:
        mine = score[np.isin(reasons, names)]
        counts.append(np.histogram(mine[np.isfinite(mine)], edges)[0])
    top = float(np.sum(counts, axis=0).max())
    drawing = Drawing((edges[0], edges[-1]), (0, top * 1.05))
    drawing.scale_y(ticks_of(0, top), say=lambda tick: f"{tick:,.0f}")
    stacked = np.zeros(len(edges) - 1)
    for (look, _, _), count in zip(KINDS, counts, strict=True):
        for place in np.flatnonzero(count):
            drawing.rect(
                (edges[place], edges[place + 1]), (stacked[place], stacked[place] + count[place]), f"bar {look}"
            )
        stacked += count
    at = report.baseline.success_at
    if edges[0] <= at <= edges[-1]:
        drawing.line((at, at), (0, top * 1.05), "threshold")
    drawing.scale_x(ticks_of(edges[0], edges[-1]), "score")
    says = f"{len(values):,} scores from {low:.4g} to {high:.4g}; "
    says += f"success {'above' if report.baseline.success_above else 'from'} {at:.4g}."
    rows = [
        (f"{edges[place]:.3g} to {edges[place + 1]:.3g}", *(f"{count[place]:,}" for count in counts))
        for place in np.flatnonzero(stacked)
    ]
    key = [(f"bar {look}", name) for (look, name, _), count in zip(KINDS, counts, strict=True) if count.any()]
    head = ("score", *(name for _, name, _ in KINDS))
    return Figure("Scores by kind of group", says, drawing.svg(says), head, rows, [*key, ("threshold", "success")])


def informative(report: Report) -> Figure | None:
    """The share of groups whose scores differ, by group size, with the platform's size marked."""
    spread = report.spread
    told = [(int(size), quantity) for size, quantity in spread.informative_groups.items() if known(quantity)]
    if not told:
        return None
    places = {size: place for place, (size, _) in enumerate(told)}
    drawing = Drawing((-0.5, len(told) - 0.5), (0, 1))
    drawing.scale_y(FIFTHS, say=percent_tick)
    if spread.group_size in places:
        place = places[spread.group_size]
        drawing.rect((place - 0.4, place + 0.4), (0, 1), "band")
    drawing.line((-0.5, len(told) - 0.5), (spread.min_informative, spread.min_informative), "threshold")
    for size, quantity in told:
        middle, low, high = known(quantity) or (0, 0, 0)
        drawing.line((places[size], places[size]), (low, high), "interval deciding")
        drawing.dot(places[size], middle, "deciding", 5)
    sizes = [size for size, _ in told]
    drawing.scale_x(range(len(told)), "generations in a group", say=lambda tick: str(sizes[int(tick)]))
    decided = shares(spread.informative_groups[str(spread.group_size)])
    says = (
        f"{decided[0]} ({decided[1]}) of groups of {spread.group_size}, the size that decides; "
        f"the target is {percent(spread.min_informative)}."
    )
    rows = [(str(size), *shares(quantity)) for size, quantity in told]
    key = (("deciding", "share that differs"), ("band", "the size that decides"), ("threshold", "target"))
    return Figure("Informative groups", says, drawing.svg(says), ("size", "share", "interval"), rows, key)
