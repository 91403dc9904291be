"""Figures of the reward: length, noise, latency and components."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from rewardlab.formats.evidence.values import percent
from rewardlab.pages.drawing import Drawing, percent_tick, ticks_of
from rewardlab.pages.figure import Figure, known, shares
from rewardlab.probes.run.question import Question
from rewardlab.reports.audit import Report

#: Bins of length, each with about as many generations; the fewest generations that are binned.
PARTS, LEAST = 8, 24
#: Half the width of a 95 % interval in standard errors.
NORMAL = 1.96
BINS = 30


def length(question: Question) -> Figure | None:
    """The reward against length, both less their prompt's mean, so that hard prompts with long answers do not count."""
    score = question.answers.score
    held = np.isfinite(score) & np.isfinite(question.answers.length) & (np.isfinite(score).sum(axis=1) > 1)[:, None]
    if held.sum() < LEAST:
        return None
    centred = [_less_mean(table, held)[held] for table in (question.answers.length, score)]
    prompt = np.nonzero(held)[0]
    edges = np.unique(np.quantile(centred[0], np.linspace(0, 1, PARTS + 1)))
    if len(edges) < 3:
        return None
    part = np.clip(np.searchsorted(edges, centred[0], side="right") - 1, 0, len(edges) - 2)
    told = [_bin(centred, prompt, part == number) for number in range(len(edges) - 1) if (part == number).any()]
    reach = max(max(abs(low), abs(high)) for _, _, low, high, _ in told) or 1.0
    shortest, longest = told[0][0], told[-1][0]
    edge = 0.08 * (longest - shortest) or 1.0
    drawing = Drawing((shortest - edge, longest + edge), (-1.1 * reach, 1.1 * reach))
    drawing.scale_y(ticks_of(-reach, reach))
    drawing.path([(one[0], one[1]) for one in told], "curve")
    for x, middle, low, high, _ in told:
        drawing.line((x, x), (low, high), "interval deciding")
        drawing.dot(x, middle, "deciding")
    drawing.scale_x(ticks_of(shortest, longest), "characters more or fewer than the prompt's mean")
    says = "What longer and shorter answers to a prompt earn, less its mean; level where length does not pay."
    rows = [
        (f"{x:+.3g}", f"{middle:+.3g}", f"{low:+.3g} to {high:+.3g}", f"{count:,}")
        for x, middle, low, high, count in told
    ]
    head = ("characters", "score", "95 % interval over prompts", "generations")
    return Figure("Reward against length, within prompts", says, drawing.svg(says), head, rows)


def _less_mean(table: np.ndarray, held: np.ndarray) -> np.ndarray:
    count = np.maximum(held.sum(axis=1, keepdims=True), 1)
    return np.asarray(table - np.where(held, table, 0.0).sum(axis=1, keepdims=True) / count)


def _bin(centred: list[np.ndarray], prompt: np.ndarray, mine: np.ndarray) -> tuple[float, float, float, float, int]:
    """Median length and mean score of a bin, the score's interval with prompts as clusters, and its generations."""
    x, score, of = centred[0][mine], centred[1][mine], prompt[mine]
    mean = float(score.mean())
    sums = np.bincount(of, weights=score - mean)
    prompts = len(np.unique(of))
    error = float(np.sqrt((sums**2).sum() * prompts / max(prompts - 1, 1))) / len(score)
    return float(np.median(x)), mean, mean - NORMAL * error, mean + NORMAL * error, len(score)


def noise(report: Report) -> Figure | None:
    """The reward's own noise beside the spread between generations of one prompt."""
    told = report.reward.noise
    if told.noise_sd is None or told.signal_sd is None:
        return None
    top = max(told.noise_sd, told.signal_sd) or 1.0
    drawing = Drawing((0, 1.1 * top), (1.6, -0.6), height=130, left=156)
    drawing.scale_x(ticks_of(0, top), "standard deviation of the score")
    drawing.names_y(["one generation, again", "between generations"])
    drawing.rect((0, told.noise_sd), (-0.28, 0.28), "bar wrong")
    drawing.rect((0, told.signal_sd), (0.72, 1.28), "bar informative")
    rows = [("noise, standard deviation", f"{told.noise_sd:.3g}", "-"), ("signal", f"{told.signal_sd:.3g}", "-")]
    for name, quantity in (
        ("share of spread that is signal", told.reliability),
        ("unchanged when scored again", told.unchanged),
        ("informative beyond noise", told.informative_beyond_noise),
    ):
        if quantity is not None:
            rows.append((name, *shares(quantity)))
    said = f"{told.rescored:,} generations scored again"
    says = f"{said}: every score the same." if told.noise_sd == 0 else f"{said}; noise that nears the signal drowns it."
    if told.reliability is not None and known(told.reliability) is not None:
        says += " {} ({}) of the spread within prompts is signal.".format(*shares(told.reliability))
    return Figure("Noise of the reward", says, drawing.svg(says), ("", "value", "interval"), rows)


def latency(report: Report, scores: pa.Table) -> Figure | None:
    """How long a sample takes, on a logarithmic scale, with the quantiles marked."""
    told = report.reward.latency_ms
    seconds = scores["seconds"].to_numpy()
    values = 1000 * seconds[np.isfinite(seconds) & (seconds > 0)]
    if told is None or not len(values):
        return None
    low, high = float(values.min()) / 1.2, float(values.max()) * 1.2
    edges = np.geomspace(low, high, BINS + 1)
    count = np.histogram(values, edges)[0]
    top = float(count.max())
    drawing = Drawing((low, high), (0, 1.12 * top), log=True)
    drawing.scale_y(ticks_of(0, top, 4), say=lambda tick: f"{tick:,.0f}")
    for place in np.flatnonzero(count):
        drawing.rect((edges[place], edges[place + 1]), (0, count[place]), "bar informative")
    marks = (("p50", told.p50), ("p90", told.p90), ("p99", told.p99))
    for name, value in marks:
        if low <= value <= high:
            drawing.line((value, value), (0, 1.05 * top), "threshold")
            drawing.text(drawing.at_x(value) + 3, drawing.at_y(1.05 * top) + 2, name, "tick")
    powers = [10.0**power for power in range(-4, 7) if low <= 10.0**power <= high]
    drawing.scale_x(powers or [low * 1.2, high / 1.2], "milliseconds a sample")
    says = f"Half of the samples take at most {told.p50:.3g} ms, 99 of 100 at most {told.p99:.3g} ms."
    rows = [
        (name, f"{value:.3g} ms", f"{batch:.3g} ms")
        for (name, value), batch in zip(marks, (told.batch_p50, told.batch_p90, told.batch_p99), strict=True)
    ]
    return Figure("Latency", says, drawing.svg(says), ("quantile", "a sample", "an invocation"), rows)


def components(report: Report) -> Figure | None:
    """Each component's share of the score's variance within prompts."""
    told = [one for one in report.reward.components if one.share is not None]
    if not told:
        return None
    values = [one.share or 0.0 for one in told]
    ends = (min(0.0, *values), max(1.0, *values))
    drawing = Drawing(ends, (len(told) - 0.4, -0.6), height=80 + 28 * len(told), left=130)
    drawing.scale_x(ticks_of(*ends), "share of the score's variance within prompts", say=percent_tick)
    drawing.names_y([one.name for one in told])
    for place, value in enumerate(values):
        drawing.rect((0, value), (place - 0.28, place + 0.28), "bar informative")
    dead = [one.name for one in report.reward.components if one.dead]
    says = "What the score's spread within prompts is made of; a component without a share adds no gradient."
    says += f" Never differs: {', '.join(dead)}." if dead else ""
    rows = [
        (one.name, "-" if one.share is None else percent(one.share), *shares(one.informative_groups))
        for one in report.reward.components
    ]
    head = ("component", "share of variance", "groups in which it differs", "interval")
    return Figure("Components", says, drawing.svg(says), head, rows)
