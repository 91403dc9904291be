"""What is shown to a judge."""

from __future__ import annotations

from dataclasses import dataclass

from rewardlab.task import Json, Prompt


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One response to a prompt, or a pair of them: `other` is the second of a pair.

    `reference` is the prompt's own unless another is given; None means that there is none.
    """

    prompt: Prompt
    response: str
    other: str | None = None
    reference: Json = ...

    def __post_init__(self) -> None:
        if self.reference is ...:
            object.__setattr__(self, "reference", self.prompt.reference)
