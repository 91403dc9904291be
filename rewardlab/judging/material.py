"""The material of a panel (a run's responses and the reward's successes), and the plain questions about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from rewardlab.judging.asking import Ask
from rewardlab.judging.definition import Judge
from rewardlab.judging.design import draw, pairs, permanent_numbers
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.judgments import SWAPPED
from rewardlab.runs.tables import Bools, Floats
from rewardlab.task import Prompt

Key: TypeAlias = tuple[str, int]
#: Returns a response's text for a prompt's row and an index.
TextOf: TypeAlias = Callable[[int, int], str]

#: The number of generations, or pairs, about which a judge is asked again, to measure its self-consistency.
REPEATED = 60


@dataclass(frozen=True, slots=True)
class Material:
    """The responses of a run, and which of them the reward calls a success, `success` (prompts, generations).

    `texts` is by prompt id and index. `size` is the number of generations that a judge sees, None for all; `seed`
    decides which these are, and about which of them the judge is asked again.
    """

    prompts: Sequence[Prompt]
    texts: Mapping[Key, str]
    success: Bools
    size: int | None
    seed: int

    @property
    def prompt_ids(self) -> list[str]:
        return [prompt.id for prompt in self.prompts]

    def text_of(self, row: int, index: int) -> str:
        """The response with this index to the prompt in this row."""
        return self.texts[self.prompts[row].id, index]

    @property
    def present(self) -> Bools:
        """Which generations exist, (prompts, generations)."""
        width = range(self.success.shape[1])
        return np.array([[(name, index) in self.texts for index in width] for name in self.prompt_ids], bool).reshape(
            self.success.shape
        )

    def chosen(self) -> Floats:
        """The inclusion probability of each generation to be judged, 0 for the others."""
        return draw(self.present, self.success, self.prompt_ids, size=self.size, seed=self.seed)


def plain_questions(
    judge: Judge, material: Material, probability: Floats, *, repeated: frozenset[Key] = frozenset()
) -> Iterator[Ask]:
    """The plain question about each chosen generation or pair; REPEATED of them are repeated `judge.repeats` times.

    Pairs are shown in both orders and chosen from all responses; with a size, there are half as many pairs. `repeated`
    are generations that were already asked about again in an earlier session: they count among REPEATED, even if they
    are not in the current sample.
    """
    if judge.scale.kind == "pairwise":
        yield from _pairs(material, judge.repeats)
        return
    chosen = probability > 0
    for row, prompt in enumerate(material.prompts):
        for index in np.flatnonzero(chosen[row]).tolist():
            yield Ask(Exhibit(prompt, material.texts[prompt.id, index]), prompt.id, index)
    for row, index in _again(material, chosen, repeated):
        prompt = material.prompts[row]
        for time in range(1, judge.repeats + 1):
            yield Ask(Exhibit(prompt, material.texts[prompt.id, index]), prompt.id, index, time=time)


def _again(material: Material, chosen: Bools, repeated: frozenset[Key]) -> list[tuple[int, int]]:
    """The chosen generations to ask about again: the first ones in the order in which any sample is drawn."""
    # Without strata: the sample for repeats should not consist half of what the reward calls a success.
    nothing, ids = np.zeros_like(chosen), material.prompt_ids
    wanted = np.argwhere(draw(chosen, nothing, ids, size=REPEATED, seed=material.seed) > 0).tolist()
    fresh = [(row, index) for row, index in wanted if (ids[row], index) not in repeated]
    _, between = permanent_numbers(ids, 0, material.seed)
    return sorted(sorted(fresh, key=lambda place: float(between[place[0]]))[: max(REPEATED - len(repeated), 0)])


def _pairs(material: Material, times: int) -> Iterator[Ask]:
    width = material.success.shape[1]
    texts = [[material.texts.get((name, index)) for index in range(width)] for name in material.prompt_ids]
    found = pairs(texts, material.prompt_ids, seed=material.seed)
    if material.size is not None:
        found = found[: max(material.size // 2, 1)]
    for number, (row, first, second) in enumerate(found):
        prompt = material.prompts[row]
        one, two = texts[row][first], texts[row][second]
        assert one is not None, "a pair is of responses"
        assert two is not None, "a pair is of responses"
        shown = Exhibit(prompt, one, two)
        yield Ask(shown, prompt.id, first, second)
        yield Ask(Exhibit(prompt, two, one), prompt.id, second, first, SWAPPED)
        if number < REPEATED:
            yield from (Ask(shown, prompt.id, first, second, time=time) for time in range(1, times + 1))
