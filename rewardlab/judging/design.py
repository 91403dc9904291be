"""Which generations a judge is to see when it cannot see all, and with what probability each was chosen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rewardlab.runs.answers import Bools, Floats
from rewardlab.runs.kept import read_kept, save_kept
from rewardlab.stats.interval import Undefined

#: Probabilities this close are those of one draw: they pass through a file and a division.
SAME = 1e-9
#: Pairs of one half of a prompt from fewer prompts stand for too many others.
FEWEST_PROMPTS = 10
PAIR = 2


def draw(present: Bools, success: Bools, prompt_ids: Sequence[str], *, size: int | None, seed: int) -> Floats:
    """The probability with which each chosen generation was chosen, 0 for the others; (prompts, generations).

    Half of `size` goes to the successes and half to the rest, as far as there are so many, so that rare successes are
    seen. Within each half the prompts take turns: one generation of every prompt, then a second of those that have one,
    and so on; in the last round a simple random sample of the prompts has its turn. In a prompt with m generations
    after r full rounds and a last one in which t of the P prompts that had more were drawn, each generation's
    probability is (min(r, m) + [m > r] t / P) / m. They add up to `size`, and one over each is its weight in a
    Horvitz-Thompson estimate (Horvitz and Thompson 1952).

    The random numbers are permanent (Ohlsson 1995): each belongs to its prompt and generation. A larger size chooses
    the same generations and more.

    Arguments: `present` marks the generations there are, `success` those that the reward calls right; `size` None
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
    """The permanent random numbers of the generations (prompts, width) and of the prompts (prompts,), each in [0, 1).

    They depend on the seed and on a generation's own prompt and index alone: what comes first among some of a run's
    generations comes first among all of them.
    """
    within = np.array([[_number(seed, name, index) for index in range(width)] for name in prompt_ids], float)
    return within.reshape(len(prompt_ids), width), np.array([_number(seed, name, None) for name in prompt_ids])


def _number(seed: int, prompt_id: str, index: int | None) -> float:
    digest = hashlib.sha256(f"judge-sample:{seed}:{index}:{prompt_id}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _turns(stratum: Bools, within: Floats, between: Floats, take: int) -> Floats:
    """The probabilities in one stratum of which `take` generations are to be chosen."""
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
    """One over the probability with which both of two generations of one prompt were chosen by `draw`.

    Arguments: `weights` (prompts, generations), one over each one's own probability, 0 where it was not chosen; the
    other two as in `draw`. Returns (prompts, generations, generations), 0 where not both were chosen and on the
    diagonal.
    Identity, from the rounds r and the share t of prompts drawn in the last of a half: two of the m > r in one half of
    a prompt (r (r - 1) + 2 r t) / (m (m - 1)); one of each half E[n n'] / (m m'), where the last rounds of both come to
    the same prompts first, so that both have their turn with the smaller of both t.
    At the edges: undefined where too few pairs can be seen, as with one of each half of a prompt, and where the weights
    are not those of a draw by this `success`: what the reward calls right has changed since.
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
    """The successes, or the rest: which were `chosen`, how many each prompt has, the rounds, the last one's share."""

    chosen: Bools
    sizes: Floats
    rounds: float
    last: float

    @classmethod
    def of(cls, weights: Floats, members: Bools) -> _Half | None:
        """None where the weights are not those of a draw from these members."""
        chosen, sizes = members & (weights > 0), members.sum(axis=1).astype(float)
        rows, _ = np.nonzero(chosen)
        expected = sizes[rows] / weights[chosen]  # the mean number of turns of the prompt of each
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
        """Whether two of one prompt were chosen in enough prompts, or in all that have two."""
        seen, there = (int((count >= PAIR).sum()) for count in (self.chosen.sum(axis=1), self.sizes))
        return seen >= min(FEWEST_PROMPTS, there)

    def turns(self) -> tuple[Floats, Floats]:
        """In each prompt the certain turns, and the chance of one more."""
        return np.minimum(self.sizes, self.rounds), np.where(self.sizes > self.rounds, self.last, 0.0)

    def within(self) -> Floats:
        """The probability of two of one prompt, (prompts,)."""
        certain, more = self.turns()
        pairs = certain * (certain - 1) + 2 * certain * more
        return np.asarray(np.divide(pairs, self.sizes * (self.sizes - 1), out=pairs * 0, where=self.sizes > 1))

    def with_other(self, other: _Half) -> Floats:
        """The probability of one of this half and one of the other, (prompts,)."""
        (one, more), (two, too) = self.turns(), other.turns()
        both = one * two + one * too + two * more + np.minimum(more, too)
        sizes = self.sizes * other.sizes
        return np.asarray(np.divide(both, sizes, out=both * 0, where=sizes > 0))


def pairs(texts: Sequence[Sequence[str | None]], prompt_ids: Sequence[str], *, seed: int) -> list[tuple[int, int, int]]:
    """Up to two pairs of differing responses of each prompt: its row, the one shown first, the one shown second.

    The first pair of every prompt comes before the second of any, the prompts in a random order; the four responses of
    a prompt's two pairs differ where it has so many different ones.

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
    """Keep with what probability the judge with this key was to see each generation; None: all of them, for sure."""
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
    """One over the probability with which each generation was chosen for the judge with this key, 0 where it was not.

    Raises: RunError when what was kept of it cannot be read.
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
