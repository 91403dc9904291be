"""A prompt's right answer as the reward under examination reads it best."""

from __future__ import annotations

from dataclasses import dataclass

from rewardlab.answers.reference.accepted import Kind
from rewardlab.answers.reference.wording import GIVEN, Format
from rewardlab.outcome import Outcome
from rewardlab.probes.reward.trials.scale import score_of
from rewardlab.task import Prompt


@dataclass(frozen=True, slots=True)
class Gold:
    """A prompt's right answer as this reward reads it best.

    `text` is the answer, `form` the format around it, `outcome` what it earned; `asked` holds what each format that the
    prompt names earned. `wrong` is an answer of the same kind that is wrong, None where the file offers none, and
    `wrong_outcome` what it earned in the same format. `is_sure` is False where the reference may be no answer, and
    where a whole sampled text stands in for one.
    """

    prompt: Prompt
    text: str
    kind: Kind
    is_sure: bool
    form: Format
    outcome: Outcome
    asked: tuple[tuple[Format, Outcome], ...]
    wrong: str | None
    wrong_outcome: Outcome | None
    bottom: float | None

    @property
    def is_given(self) -> bool:
        """Whether `text` is the user's own example, about which nothing was guessed."""
        return self.form == GIVEN

    @property
    def score(self) -> float | None:
        return score_of(self.outcome)

    @property
    def response(self) -> str:
        return self.form.write(self.text)
