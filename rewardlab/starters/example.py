"""The example task of the starters: how many items so many crates hold, with made-up answers of a middling model."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rewardlab.task import Json

#: Enough prompts for a verdict, and as many answers for each as the audit samples unless it is told otherwise.
PROMPTS, EACH, SEED = 120, 8, 7
THINGS = ("bottles", "apples", "bulbs", "tiles", "candles", "pencils", "jars", "cups")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its right answer, and a response that is right."""

    id: str
    text: str
    answer: str
    right: str
    each: int
    crates: int


def questions() -> list[Question]:
    """The same questions each time."""
    rng = random.Random(SEED)
    pairs = rng.sample([(each, crates) for each in range(12, 97) for crates in range(6, 60)], PROMPTS)
    return [_question(place, *pair, rng.choice(THINGS)) for place, pair in enumerate(pairs)]


def _question(place: int, each: int, crates: int, thing: str) -> Question:
    answer = str(each * crates)
    text = (
        f"A crate holds {each} {thing}. How many {thing} are in {crates} crates? Give the number alone in the last "
        "line, as in 'Answer: 12'."
    )
    return Question(f"crates-{place:03d}", text, answer, _response(each, crates, answer), each, crates)


def generations(asked: Sequence[Question]) -> Iterator[dict[str, Json]]:
    """Made-up generations: a right share that differs from prompt to prompt, and about every twentieth in no format."""
    rng = random.Random(SEED)
    for one in asked:
        share = rng.betavariate(2, 2)
        for index in range(EACH):
            answer = int(one.answer) if rng.random() < share else _slip(one, rng)
            text = _response(one.each, one.crates, str(answer)) if rng.random() < 0.95 else f"I think about {answer}"
            yield {"prompt_id": one.id, "index": index, "text": text, "finish_reason": "stop"}


def _slip(asked: Question, rng: random.Random) -> int:
    """A wrong answer as people get it: one crate too many or too few, or a digit carried wrongly."""
    return int(asked.answer) + rng.choice([asked.each, -asked.each, 10, -10, 100])


def _response(each: int, crates: int, answer: str) -> str:
    return f"{crates} times {each} is {answer}.\nAnswer: {answer}"
