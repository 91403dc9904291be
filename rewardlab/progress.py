"""What a long run tells while it runs; the default tells nothing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of an audit's stages; called from one thread."""

    def loading(self, model: str) -> None:
        """The model is being loaded."""

    def begin(self, *, to_sample: int, to_score: int) -> None:
        """Sampling and scoring start; the counts are generations."""

    def update(self, *, sampled: int, scored: int) -> None:
        """So many are done, since `begin`."""

    def end(self) -> None:
        """Sampling and scoring are over, or were broken off."""

    def note(self, text: str) -> None:
        """Something a person should know, one sentence."""


class Silent:
    """Progress that tells nothing."""

    def loading(self, model: str) -> None:
        pass

    def begin(self, *, to_sample: int, to_score: int) -> None:
        pass

    def update(self, *, sampled: int, scored: int) -> None:
        pass

    def end(self) -> None:
        pass

    def note(self, text: str) -> None:
        pass
