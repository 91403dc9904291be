"""A judge as it is defined: TOML and a prompt text beside it, or one of those shipped in judges/."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from rewardlab.judging.scale import Scale
from rewardlab.task import Sampling

#: The label alone; a JSON object with a reason and the verdict; free text that ends with the line "Verdict: LABEL".
Answer: TypeAlias = Literal["choice", "json", "line"]


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost."""

    prompt: float
    completion: float
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Judge:
    """One judge, ready to be asked.

    `template` is the prompt text, `criteria` what fills its {criteria} where a row has none of its own. `model` is a
    model spec or `python:FILE:FUNCTION`, its path resolved; None when none was named. `sampling` is how the model is
    sampled, without what the answer format adds (`verdict.response_format`); `repeats` how often a sample of the
    generations is asked again. `source` is where the definition was read, `digest` a hash of whatever changes a
    verdict: template, criteria, scale, answer format, sampling, engine options, and the text of a Python judge; not the
    model, the name, the description, the price or the success threshold.
    """

    name: str
    description: str
    scale: Scale
    template: str
    criteria: str | None
    model: str | None
    sampling: Sampling
    repeats: int
    answer: Answer
    engine: Mapping[str, Any]
    price: Price | None
    source: str
    digest: str


def load_judge(text: str, *, folder: Path | None = None) -> Judge:
    """Read the judge that `text` names: NAME or FILE.toml, each with @MODEL or without.

    Arguments: `folder` is the one that a relative FILE or a model's path is taken from; the working folder if None.
    Raises: UsageError, with file:line where there is one, for a judge that is not there or cannot be used.
    """
    raise NotImplementedError(text, folder)
