"""Draws the sample of generations that a judge sees, and computes each one's inclusion probability and weight."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rewardlab.runs.kept import read_kept, save_kept
from rewardlab.runs.tables import Bools, Floats
from rewardlab.stats.interval import Undefined

#: Probabilities this close count as equal, since they pass through a file and a division.
SAME = 1e-9
#: Pairs within one half (successes or the rest) must come from at least this many prompts to represent the others.
FEWEST_PROMPTS = 10
PAIR = 2


def draw(present: Bools, success: Bools, prompt_ids: Sequence[str], *, size: int | None, seed: int) -> Floats:
    """Draw a sample; returns each chosen generation's inclusion probability, 0 for the others: (prompts, generations).

    Half of `size` goes to the successes and half to the rest, as far as there are enough, so that rare successes are
    seen. Within each half the prompts take turns: one generation of every prompt, then a second one of every prompt
    that has one, and so on; in the last round only a simple random sample of the prompts has a turn. After r full
    rounds and a last one in which t of the P remaining prompts are drawn, each generation of a prompt with m
    generations has the probability (min(r, m) + [m > r] t / P) / m. The chosen generations' weights in a
    Horvitz-Thompson estimate are one over these (Horvitz and Thompson 1952); over all generations the probabilities add
    up to `size`.

    The random numbers are permanent (Ohlsson 1995), each tied to its prompt and generation, so that a larger size
    chooses the same generations and more.
    Arguments: `present` marks the existing generations, `success` those that the reward calls right; a `size` of None
    chooses all.
    """
    if size is None or size >= present.sum():
        return present.astype(float)
    strata = (present & success, present & ~success)
    there = [int(stratum.sum()) for stratum in strata]
    few = min(there[0], max((size + 1) // 2, size - there[1]))
    within, between = permanent_numbers(prompt_ids, present.shape[1], seed)
    parts = zip(strata, (few, size - few), strict=True)
    right, wrong = (_turns(stratum, within, between, take) for stratum, take in parts)
    return right + wrong


def permanent_numbers(prompt_ids: Sequence[str], width: int, seed: int) -> tuple[Floats, Floats]:
    """The permanent random numbers of the generations (prompts, width) and of the prompts (prompts,), in [0, 1).

    They depend only on the seed and on the generation's own prompt and index, so that the order of any two generations
    is the same in every subset of a run.
    """
    within = np.array([[_number(seed, name, index) for index in range(width)] for name in prompt_ids], float)
    return within.reshape(len(prompt_ids), width), np.array([_number(seed, name, None) for name in prompt_ids])


def _number(seed: int, prompt_id: str, index: int | None) -> float:
    digest = hashlib.sha256(f"judge-sample:{seed}:{index}:{prompt_id}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _turns(stratum: Bools, within: Floats, between: Floats, take: int) -> Floats:
    """The inclusion probabilities in one stratum, from which `take` generations are chosen."""
    counts = stratum.sum(axis=1)
    turn = np.argsort(np.argsort(np.where(stratum, within, np.inf), axis=1, kind="stable"), axis=1, kind="stable")
    left, rounds = take, 0
    while 0 < (more := int((counts > rounds).sum())) <= left:
        left, rounds = left - more, rounds + 1
    having = np.flatnonzero(counts > rounds)
    drawn = having[np.argsort(between[having], kind="stable")[:left]]
    chosen = stratum & (turn < rounds)
    chosen[drawn] |= stratum[drawn] & (turn[drawn] == rounds)
    share = left / len(having) if len(having) else 0.0
    probability = (np.minimum(counts, rounds) + (counts > rounds) * share) / np.maximum(counts, 1)
    return np.where(chosen, probability[:, None], 0.0)


def pair_weights(weights: Floats, present: Bools, success: Bools) -> Floats | Undefined:
    """One over the probability with which `draw` chose both of two generations of one prompt.

    Arguments: `weights` (prompts, generations), one over each generation's own probability, 0 where it was not chosen;
    the other two as in `draw`. Returns (prompts, generations, generations), 0 on the diagonal and where not both were
    chosen.
    Identity: let a half have r full rounds, with a share t of the prompts drawn in its last one. Two of the m > r
    generations in one half of a prompt have the joint probability (r (r - 1) + 2 r t) / (m (m - 1)); one of each half
    has E[n n'] / (m m'). The last rounds of both halves draw the prompts in the same order, so both have a turn with
    the smaller of the two t.
    At the edges: undefined where too few pairs can be seen, such as with only one generation in each half of a prompt,
    and where the weights do not come from a draw with this `success`, because the reward's successes have changed.
    """
    first, second = (_Half.of(weights, present & part) for part in (success, ~success))
    if first is None or second is None:
        return Undefined("the judged sample was drawn by other scores or another success threshold")
    if not (first.shows_pairs and second.shows_pairs):
        return Undefined(
            f"fewer than {FEWEST_PROMPTS} prompts have two judged responses that the reward calls alike: "
            "take a larger --judge-sample"
        )
    between = first.with_other(second)
    found = _joint(first.chosen, second.chosen, between) + _joint(second.chosen, first.chosen, between)
    for half in (first, second):
        found += _joint(half.chosen, half.chosen, half.within())
    same = np.arange(weights.shape[1])
    found[:, same, same] = 0.0
    return found


def _joint(first: Bools, second: Bools, probability: Floats) -> Floats:
    both = first[:, :, None] & second[:, None, :]
    weight = np.divide(1.0, probability, out=np.zeros(len(probability)), where=probability > 0)
    return np.where(both, weight[:, None, None], 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Half:
    """The successes or the rest: those `chosen`, each prompt's number, the full rounds, and the last round's share."""

    chosen: Bools
    sizes: Floats
    rounds: float
    last: float

    @classmethod
    def of(cls, weights: Floats, members: Bools) -> _Half | None:
        """Reconstruct the draw from its weights; None if they do not come from a draw from these members."""
        chosen, sizes = members & (weights > 0), members.sum(axis=1).astype(float)
        rows, _ = np.nonzero(chosen)
        expected = sizes[rows] / weights[chosen]  # the expected number of turns of each one's prompt
        sure = weights[chosen] <= 1 + SAME
        if sure.all():
            rounds = np.inf if (chosen == members).all() else 0.0
            return cls(chosen, sizes, rounds, 0.0) if rounds or not chosen.any() else None
        turns = float(expected[~sure].max())
        rounds = float(np.floor(turns + SAME))
        if np.ptp(expected[~sure]) > SAME * turns or (expected[sure] > rounds).any():
            return None
        return cls(chosen, sizes, rounds, max(turns - rounds, 0.0))

    @property
    def shows_pairs(self) -> bool:
        """Whether two generations were chosen in enough prompts, or in all prompts that have two."""
        seen, there = (int((count >= PAIR).sum()) for count in (self.chosen.sum(axis=1), self.sizes))
        return seen >= min(FEWEST_PROMPTS, there)

    def turns(self) -> tuple[Floats, Floats]:
        """Each prompt's number of certain turns, and its chance of one more."""
        return np.minimum(self.sizes, self.rounds), np.where(self.sizes > self.rounds, self.last, 0.0)

    def within(self) -> Floats:
        """The probability that two given generations of this half of a prompt are both chosen, (prompts,)."""
        certain, more = self.turns()
        pairs = certain * (certain - 1) + 2 * certain * more
        return np.asarray(np.divide(pairs, self.sizes * (self.sizes - 1), out=pairs * 0, where=self.sizes > 1))

    def with_other(self, other: _Half) -> Floats:
        """The probability that a generation of this half and one of the other are both chosen, (prompts,)."""
        (one, more), (two, too) = self.turns(), other.turns()
        both = one * two + one * too + two * more + np.minimum(more, too)
        sizes = self.sizes * other.sizes
        return np.asarray(np.divide(both, sizes, out=both * 0, where=sizes > 0))


def pairs(texts: Sequence[Sequence[str | None]], prompt_ids: Sequence[str], *, seed: int) -> list[tuple[int, int, int]]:
    """Choose up to two pairs of different responses per prompt, as (prompt's row, shown first, shown second).

    The prompts come in random order, all first pairs before the second pairs. The four responses of a prompt's two
    pairs are all different if the prompt has that many.

    Arguments: `texts` by prompt and index, None where there is no generation.
    """
    width = max((len(row) for row in texts), default=0)
    within, between = permanent_numbers(prompt_ids, width, seed)
    found: list[list[tuple[int, int, int]]] = [[], []]
    for row in np.argsort(between, kind="stable").tolist():
        first_of: dict[str, int] = {}
        for index in np.argsort(within[row], kind="stable").tolist():
            text = texts[row][index] if index < len(texts[row]) else None
            if text is not None:
                first_of.setdefault(text, index)
        different = list(first_of.values())
        if len(different) >= 2:
            found[0].append((row, different[0], different[1]))
        if len(different) >= 3:
            found[1].append((row, different[2], different[3] if len(different) > 3 else different[0]))
    return found[0] + found[1]


def save_design(folder: Path, key: str, probability: Floats | None, prompt_ids: Sequence[str]) -> None:
    """Store the inclusion probabilities of a judge's sample; None if the judge sees all generations."""
    path = _path(folder, key)
    if probability is None:
        path.unlink(missing_ok=True)
        return
    kept = {
        name: {str(index): float(row[index]) for index in np.flatnonzero(row)}
        for name, row in zip(prompt_ids, probability, strict=True)
        if row.any()
    }
    save_kept(path, {"probability": kept})


def weights_of(folder: Path, key: str, present: Bools, prompt_ids: Sequence[str]) -> Floats:
    """One over each generation's inclusion probability in a judge's sample, 0 where it was not chosen.

    Raises: RunError when the stored probabilities cannot be read.
    """
    path = _path(folder, key)
    if not path.is_file():
        return present.astype(float)
    weights = np.zeros(present.shape)
    row_of = {name: row for row, name in enumerate(prompt_ids)}
    with read_kept(path, do="delete it, and judge again with the same --judge-sample") as values:
        for name, chosen in values["probability"].items():
            for index, probability in chosen.items():
                if name in row_of and int(index) < present.shape[1]:
                    weights[row_of[name], int(index)] = 1 / float(probability)
    return weights


def _path(folder: Path, key: str) -> Path:
    return folder / "designs" / f"{key}.json"
