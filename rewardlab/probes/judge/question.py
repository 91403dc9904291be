"""What the judges' probes are asked about: what each judge said, of which answers, and what else is known of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from rewardlab.judging.ratings import Ratings
from rewardlab.labels import Annotations, annotators_of
from rewardlab.measurement.success import Success
from rewardlab.ratings.alpha import MIN_ALPHA
from rewardlab.runs.tables import Answers, Floats

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Question:
    """A judged run.

    `panel` is what each judge said; `success` tells which scores of the reward count as right; `policy` is the spec of
    the model that wrote the answers; `min_alpha` is what the lower bound of the panel's alpha must reach; `annotations`
    (prompts, generations, annotators) holds each annotator's label, NaN where there is none, in the order of
    `annotators`; `seed` is the run's, for estimates that draw.
    """

    panel: tuple[Ratings, ...]
    answers: Answers
    success: Success
    policy: str
    min_alpha: float = MIN_ALPHA
    annotations: Floats | None = None
    annotators: tuple[str, ...] = ()
    seed: int = 0

    @property
    def pointwise(self) -> tuple[Ratings, ...]:
        """The judges that look at one response."""
        return tuple(ratings for ratings in self.panel if ratings.judge.kind != "pairwise")

    @property
    def pairwise(self) -> tuple[Ratings, ...]:
        """The judges that compare two."""
        return tuple(ratings for ratings in self.panel if ratings.judge.kind == "pairwise")

    def example(self, prompt: int, generation: int, **seen: Any) -> dict[str, Any]:
        """One generation to look at, without the reward's score unless it is in `seen`."""
        shown = self.answers.example(prompt, generation)
        del shown["score"]
        return shown | seen


def annotation_table(annotations: Annotations, answers: Answers) -> tuple[Floats, tuple[str, ...]]:
    """Labels as a table (prompts, generations, annotators), and the annotators in its order."""
    annotators = annotators_of(annotations)
    place = {identifier: row for row, identifier in enumerate(answers.prompt_ids)}
    column = {annotator: number for number, annotator in enumerate(annotators)}
    table = np.full((*answers.score.shape, len(annotators)), np.nan)
    for (prompt_id, index), labels in annotations.items():
        if prompt_id in place and index < answers.score.shape[1]:
            for annotator, label in labels.items():
                table[place[prompt_id], index, column[annotator]] = label
    return table, annotators


def places(mask: np.ndarray, *, most: int = EXAMPLES) -> Iterator[tuple[int, int]]:
    """The first marked places, at most one for each prompt."""
    for prompt in np.flatnonzero(mask.any(axis=1))[:most]:
        yield int(prompt), int(np.argmax(mask[prompt]))
