"""How often the interval of the AUC within prompts covers, and how long it is, over prompts alike and unlike."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from rewardlab.stats.discrimination import areas_within, interval_of_areas
from rewardlab.stats.interval import LEVEL, Floats

GENERATIONS, RIGHT, POOL = 8, 0.4, 60_000
PROMPTS = (20, 30, 100, 200)


@dataclass(frozen=True, slots=True)
class Setting:
    """Right answers score `shift` above wrong ones of the same prompt, in standard deviations of either; by prompt as
    much more or less as `differ` has it, and as much below in a share `upside` of prompts. `levels` leaves two scores.
    """

    name: str
    shift: float
    differ: float = 0.0
    levels: bool = False
    upside: float = 0.0

    def areas(self, rng: np.random.Generator) -> Floats:
        """Those of many prompts that hold both labels, of which samples are drawn."""
        labels = (rng.random((POOL, GENERATIONS)) < RIGHT).astype(float)
        lead = rng.normal(self.shift, self.differ, (POOL, 1))
        lead = np.where(rng.random((POOL, 1)) < self.upside, -self.shift, lead)
        scores = rng.normal(size=labels.shape) + labels * lead
        if self.levels:
            scores = (scores > self.shift / 2).astype(float)
        areas, pairs = areas_within(np.asarray(scores, np.float64), np.asarray(labels, np.float64))
        return np.asarray(areas[pairs > 0])


SETTINGS = (
    Setting("no discrimination", 0),
    Setting("shift 1", 1),
    Setting("shift 1, unlike prompts", 1, differ=1),
    Setting("shift 1, unlike prompts, two levels", 1, differ=1, levels=True),
    Setting("shift 2", 2),
    Setting("shift 2, unlike prompts", 2, differ=1),
    Setting("shift 3, two levels", 3, levels=True),
    Setting("shift 3, unlike prompts", 3, differ=1),
    Setting("shift 3", 3),
    Setting("shift 4", 4),
    Setting("shift 2, a tenth of prompts upside down", 2, upside=0.1),
    Setting("shift 3, 3 % of prompts upside down", 3, upside=0.03),
)


@dataclass(frozen=True, slots=True)
class Row:
    """`length` is over the shortest interval that covers: twice 1.96 standard deviations of the estimate."""

    setting: str
    area: float
    prompts: int
    covers: float
    length: float


def rows(*, repeats: int, seed: int = 0) -> Iterator[Row]:
    """The table, a row at a time."""
    for setting in SETTINGS:
        rng = np.random.default_rng(seed)
        areas = setting.areas(rng)
        truth = float(areas.mean())
        for prompts in PROMPTS:
            drawn = areas[rng.integers(0, len(areas), (repeats, prompts))]
            means, spreads = drawn.mean(axis=1), drawn.var(axis=1, ddof=1)
            ends = np.array(
                [interval_of_areas(float(m), float(v), prompts, LEVEL) for m, v in zip(means, spreads, strict=True)]
            )
            covers = np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1]))
            length = np.mean(ends[:, 1] - ends[:, 0]) / (2 * 1.96 * means.std())
            yield Row(setting.name, truth, prompts, float(covers), float(length))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=4000)
    asked = parser.parse_args()
    print("| right answers score above wrong ones by; AUC | " + " | ".join(f"{n} prompts" for n in PROMPTS) + " |")
    print("| --- |" + " --- |" * len(PROMPTS))
    held: list[Row] = []
    for row in rows(repeats=asked.repeats):
        held.append(row)
        if len(held) == len(PROMPTS):
            cells = " | ".join(f"{one.covers:.3f}, {one.length:.2f}" for one in held)
            print(f"| {row.setting}; {row.area:.3f} | {cells} |", flush=True)
            held.clear()


if __name__ == "__main__":
    main()
