"""`make operating`: how often the accuracy interval errs, at one look and over looks, and how wide it is.

Every row says its settings. A miss below ends below the truth, one above begins above it: where the truth is an end of
the band, these are the wrong NO-GO and the wrong GO. `make operating REPETITIONS=N` draws other than 2,000.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from rewardlab.stats.interval import Estimate, Floats, mean_over_prompts
from rewardlab.stats.looks import FIRST_LEVEL, level_of_look
from rewardlab.stats.planning import Plan
from rewardlab.stats.successes import Counted, cells_of, mean_of_successes

Rates: TypeAlias = Callable[[np.random.Generator, int], Floats]
BAND = (0.05, 0.95)
REPETITIONS, WIDTHS, FOLLOWED = 2_000, 200, 1_000
FIRST_PROMPTS, LOOKS, MOST_PROMPTS = 100, 6, 6_400
#: How the data grow from look to look: by a factor, or (None) as the advice says.
GROWTHS: Sequence[float | None] = (1.1, 1.5, 2.0, None)


@dataclass(frozen=True)
class Cell:
    """Prompts whose success rates are drawn in one way; `sizes` are the generations a prompt has, one drawn for each.

    With `hard_first` the prompts of the lowest rates have the most generations: sizes that go with difficulty.
    """

    name: str
    rates: Rates
    truth: float
    prompts: int = 100
    sizes: tuple[int, ...] = (8,)
    hard_first: bool = False

    @property
    def settings(self) -> str:
        sizes = f"{min(self.sizes)}" if len(self.sizes) == 1 else f"{min(self.sizes)} to {max(self.sizes)}"
        return f"{self.name}; {self.truth:.4g}, {self.prompts} x {sizes}"

    def draw(self, rng: np.random.Generator, prompts: int) -> tuple[Floats, Floats]:
        """Generations and successes of so many prompts."""
        rates = self.rates(rng, prompts)
        sizes = rng.choice(self.sizes, prompts)
        if self.hard_first:
            sizes = np.sort(sizes)[::-1][np.argsort(np.argsort(rates))]
        return sizes.astype(float), rng.binomial(sizes, rates).astype(float)


def beta(mean: float, correlation: float) -> Rates:
    """Success rates of that mean and correlation within prompts."""
    spread = 1 / correlation - 1
    return lambda rng, prompts: rng.beta(mean * spread, (1 - mean) * spread, prompts)


def parts(*shares: tuple[float, float]) -> Rates:
    """So large a share of prompts at each rate."""
    rates, chances = zip(*shares, strict=True)
    return lambda rng, prompts: np.asarray(rng.choice(rates, prompts, p=chances))


def easy(share: float, mean: float) -> Rates:
    """So large a share of prompts always solved, the others at what makes that mean."""
    return parts(((mean - share) / (1 - share), 1 - share), (1.0, share))


def cells() -> list[Cell]:
    """The grid: where prompts are alike, differ, are all or nothing, are rarely easy, have unequal sizes."""
    found = [
        Cell(f"beta, correlation {correlation}", beta(mean, correlation), mean)
        for mean, correlation in [
            *((0.01, 0.2), (0.01, 0.5), (0.02, 0.2), (0.02, 0.5)),
            *((0.05, 0.05), (0.05, 0.2), (0.05, 0.5), (0.05, 0.9)),
            *((0.1, 0.2), (0.1, 0.5), (0.3, 0.2), (0.3, 0.5), (0.5, 0.2), (0.5, 0.5), (0.95, 0.2), (0.95, 0.5)),
        ]
    ]
    found += [
        Cell("beta, correlation 0.5", beta(0.05, 0.5), 0.05, prompts, (n,))
        for prompts, n in [(100, 4), (100, 16), (200, 8), (400, 8)]
    ]
    found += [Cell("all alike", parts((mean, 1.0)), mean, 100, (n,)) for mean, n in [(0.05, 8), (0.05, 16), (0.3, 8)]]
    found += [Cell("all alike", parts((0.05, 1.0)), 0.05, 400)]
    found += [
        Cell(f"{100 * share:g} % always solved, the rest alike", easy(share, 0.05), 0.05, prompts, (n,))
        for share, prompts, n in [
            *((0.005, 100, 16), (0.01, 100, 8), (0.01, 100, 16), (0.02, 100, 8), (0.02, 100, 16)),
            *((0.03, 100, 8), (0.03, 100, 16), (0.04, 100, 16), (0.01, 200, 16), (0.01, 400, 8)),
        ]
    ]
    found += [
        Cell("1 % always solved, the rest at 1 %", parts((0.01, 0.99), (1.0, 0.01)), 0.0199, 100, (n,)) for n in (8, 16)
    ]
    found += [Cell("all or nothing", parts((0.0, 1 - mean), (1.0, mean)), mean) for mean in (0.02, 0.05, 0.3, 0.95)]
    found += [Cell("nine in ten never solved, the rest at 0.5", parts((0.0, 0.9), (0.5, 0.1)), 0.05)]
    found += [
        Cell("beta, correlation 0.3", beta(mean, 0.3), mean, 100, (1, 2, 3, 4, 5, 6, 7, 8)) for mean in (0.05, 0.3)
    ]
    found += [Cell("1 % always solved, the rest alike", easy(0.01, 0.05), 0.05, 100, (1, 4, 16))]
    found += [
        Cell("more generations of harder prompts, beta, 0.3", beta(mean, 0.3), mean, 100, (2, 8), hard_first=True)
        for mean in (0.05, 0.3)
    ]
    return found


@dataclass(frozen=True)
class Missed:
    """How often the interval missed the truth at a level, on either side; Wilson's likewise; and how wide they are."""

    below: float
    above: float
    wilson_below: float
    wilson_above: float
    width: float


def missed(cell: Cell, repetitions: int, *, widths: int, level: float = 0.95, seed: int = 1) -> Missed:
    """Simulate one look at a cell. The truth is outside the interval where the test of it rejects."""
    rng, alpha, counts, wide = np.random.default_rng(seed), (1 - level) / 2, np.zeros(4), np.zeros(2)
    for repetition in range(repetitions):
        samples, successes = cell.draw(rng, cell.prompts)
        wilson = mean_over_prompts(successes / samples, samples, level=level)
        assert isinstance(wilson, Estimate)
        if 0 < successes.sum() < samples.sum():
            at_most, at_least = Counted(cells_of(samples, successes)).tested(np.array([cell.truth]), alpha)
            counts[:2] += at_most[0] <= alpha, at_least[0] <= alpha
        else:
            counts[:2] += wilson.high < cell.truth, wilson.low > cell.truth  # one rule for both
        counts[2:] += wilson.high < cell.truth, wilson.low > cell.truth
        if repetition < widths:
            found = mean_of_successes(samples, successes, level=level)
            assert isinstance(found, Estimate)
            wide += found.high - found.low, wilson.high - wilson.low
    below, above, wilson_below, wilson_above = (float(count) for count in counts / repetitions)
    return Missed(below, above, wilson_below, wilson_above, float(wide[0] / wide[1]) if widths else math.nan)


def looked(cell: Cell, repetitions: int, *, growth: float | None, seed: int = 2) -> tuple[float, float, float]:
    """How often up to six looks at data that grow end in a wrong NO-GO or GO, the truth being an end of the band: the
    shares below and above it, and how many looks were taken on average.
    """
    rng, wrong, taken = np.random.default_rng(seed), np.zeros(2), 0
    edge = min(BAND, key=lambda end: abs(end - cell.truth))
    for _ in range(repetitions):
        samples, successes, information = np.zeros(0), np.zeros(0), [float(FIRST_PROMPTS)]
        for look in range(LOOKS):
            more = cell.draw(rng, int(information[-1]) - len(samples))
            samples, successes = np.concatenate([samples, more[0]]), np.concatenate([successes, more[1]])
            found, taken = cells_of(samples, successes), taken + 1
            level = level_of_look(information)
            alpha = (1 - level) / 2
            at_most, at_least = Counted(found).tested(np.array([edge]), alpha)
            outside = np.array([at_most[0], at_least[0]]) <= alpha
            if outside.any() or information[-1] >= MOST_PROMPTS:
                wrong += outside
                break
            if look < LOOKS - 1:
                information.append(float(_next(found, edge, information, growth)))
    below, above = (float(count) for count in wrong / repetitions)
    return below, above, taken / repetitions


def _next(found: tuple[tuple[int, int, int], ...], edge: float, information: list[float], growth: float | None) -> int:
    """How many prompts the next look is at; twice as many where the advice is that more will hardly decide."""
    last = information[-1]
    if growth is not None:
        return min(math.ceil(last * growth), MOST_PROMPTS)
    plan = Plan(found)
    wanted = plan.prompts_to_tell(plan.mean, edge, lambda n: level_of_look([*information, max(n, last)]), most=1e5)
    return int(min(max(wanted, last + 1), MOST_PROMPTS)) if math.isfinite(wanted) else min(int(2 * last), MOST_PROMPTS)


def at_the_edge() -> list[Cell]:
    """Cells whose truth is an end of the band, where verdicts go wrong most often."""
    return [
        Cell("beta, correlation 0.2", beta(0.05, 0.2), 0.05),
        Cell("beta, correlation 0.5", beta(0.05, 0.5), 0.05),
        Cell("all alike", parts((0.05, 1.0)), 0.05),
        Cell("all or nothing", parts((0.0, 0.95), (1.0, 0.05)), 0.05),
        Cell("1 % always solved, the rest alike", easy(0.01, 0.05), 0.05, 100, (16,)),
        Cell("2 % always solved, the rest alike", easy(0.02, 0.05), 0.05),
        Cell("beta, correlation 0.5", beta(0.95, 0.5), 0.95),
    ]


def at_the_first_look() -> list[Cell]:
    """Those, and the rare easy prompts that are missed most often."""
    rare = [
        Cell(f"{100 * share:g} % always solved, the rest alike", easy(share, 0.05), 0.05, 100, (n,))
        for share, n in [(0.025, 16), (0.03, 8), (0.03, 16), (0.035, 8), (0.035, 16)]
    ]
    return [*at_the_edge(), *rare]


# The cells hold functions, which no process can be sent: each process makes its own and is told their place.
def row_of_missed(place: int, repetitions: int) -> str:
    """The row of a cell at one look."""
    cell = cells()[place]
    one = missed(cell, repetitions, widths=min(WIDTHS, repetitions))
    ours, wilsons = 1 - one.below - one.above, 1 - one.wilson_below - one.wilson_above
    return (
        f"| {cell.settings} | {ours:.3f} ({one.below:.3f}, {one.above:.3f}) "
        f"| {wilsons:.3f} ({one.wilson_below:.3f}, {one.wilson_above:.3f}) | {one.width:.2f} |"
    )


def row_of_first_look(place: int, repetitions: int) -> str:
    """The row of a cell at the first look's level: how often it ends below the truth and begins above it."""
    cell = at_the_first_look()[place]
    one = missed(cell, repetitions, widths=0, level=FIRST_LEVEL)
    return f"| {cell.settings} | {one.below:.3f} | {one.above:.3f} |"


def row_of_looks(place: int, growth: float | None, repetitions: int) -> str:
    """The row of a cell at the edge over several looks."""
    cell = at_the_edge()[place]
    below, above, taken = looked(cell, repetitions, growth=growth)
    how = "as advised" if growth is None else f"x {growth:g}"
    return f"| {cell.settings} | {how} | {below:.3f} | {above:.3f} | {taken:.1f} |"


def tables(repetitions: int, *, processes: int = 2) -> Iterator[str]:
    """The lines of the tables, as they come."""
    with ProcessPoolExecutor(processes) as pool:
        places = range(len(cells()))
        yield f"One look at 95 %, {repetitions:,} repetitions a row; misses below and above; widths over Wilson's."
        yield "| success rates; accuracy, prompts x generations | covers | modified Wilson | width |"
        yield "| --- | --- | --- | --- |"
        yield from pool.map(row_of_missed, places, [repetitions] * len(places))
        yield f"The first look, at {100 * FIRST_LEVEL:g} %, {2 * repetitions:,} repetitions a row."
        yield "| success rates; accuracy, prompts x generations | ends below | begins above |"
        yield "| --- | --- | --- |"
        places = range(len(at_the_first_look()))
        yield from pool.map(row_of_first_look, places, [2 * repetitions] * len(places))
        followed = max(repetitions * FOLLOWED // REPETITIONS, 1)
        yield f"Up to {LOOKS} looks from {FIRST_PROMPTS} prompts on, the first at {100 * FIRST_LEVEL:g} %; "
        yield f"{repetitions:,} repetitions a row, {followed:,} where the advice is followed."
        yield "| success rates; accuracy, prompts x generations | growth | ends below | begins above | looks |"
        yield "| --- | --- | --- | --- | --- |"
        rows = [(place, growth) for place in range(len(at_the_edge())) for growth in GROWTHS]
        counts = [followed if growth is None else repetitions for _, growth in rows]
        yield from pool.map(row_of_looks, [row[0] for row in rows], [row[1] for row in rows], counts)


def main(arguments: Sequence[str]) -> None:
    for line in tables(int(arguments[0]) if arguments else REPETITIONS):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
