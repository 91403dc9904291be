"""The exhibit that a judge is shown: a prompt with a response or a pair of responses."""

from __future__ import annotations

from dataclasses import dataclass

from rewardlab.task import Json, Prompt


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One response to a prompt, or a pair of responses, of which `other` is the second.

    `reference` is by default the prompt's own; None means that there is none.
    """

    prompt: Prompt
    response: str
    other: str | None = None
    reference: Json = ...

    def __post_init__(self) -> None:
        if self.reference is ...:
            object.__setattr__(self, "reference", self.prompt.reference)
