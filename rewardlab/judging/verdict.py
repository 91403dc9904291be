"""Reads what a judge wrote. What cannot be read without guessing is no verdict."""

from __future__ import annotations

from dataclasses import dataclass

from rewardlab.judging.definition import Judge
from rewardlab.outcome import Unscored
from rewardlab.task import Generation, Sampling


@dataclass(frozen=True, slots=True)
class Verdict:
    """A value of the scale and its label as the judge wrote it.

    `expected` is the mean value under the probabilities of the answer's first token, None where they do not tell.
    """

    value: float
    label: str
    expected: float | None = None


def response_format(judge: Judge) -> Sampling:
    """The judge's sampling with the choices, the schema and the log-probabilities that its answer format asks for."""
    raise NotImplementedError(judge)


def read_verdict(judge: Judge, generation: Generation) -> Verdict | Unscored:
    """The verdict in `generation`, or Unscored("invalid", why) when there is none that can be read for sure."""
    raise NotImplementedError(judge, generation)
