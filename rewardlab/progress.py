"""The interface through which a long run reports its progress; the default reports nothing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives an audit's progress; called from one thread."""

    def loading(self, model: str) -> None:
        """The model is being loaded, until `loaded` is called."""

    def stage(self, name: str) -> None:
        """Loading has reached a new stage, named in a word or two."""

    def loaded(self) -> None:
        """Loading is over, whether or not it succeeded."""

    def begin(self, *, to_sample: int = 0, to_score: int = 0, to_judge: int = 0) -> None:
        """Sampling and scoring start, or judging; the counts are generations, or questions to a judge."""

    def update(self, *, sampled: int = 0, scored: int = 0, judged: int = 0) -> None:
        """The numbers done since `begin`."""

    def end(self) -> None:
        """The work that `begin` announced is over, whether or not it was completed."""

    def note(self, text: str) -> None:
        """Something a person should know, in one sentence."""


class Silent:
    """Progress that reports nothing."""

    def loading(self, model: str) -> None:
        pass

    def stage(self, name: str) -> None:
        pass

    def loaded(self) -> None:
        pass

    def begin(self, *, to_sample: int = 0, to_score: int = 0, to_judge: int = 0) -> None:
        pass

    def update(self, *, sampled: int = 0, scored: int = 0, judged: int = 0) -> None:
        pass

    def end(self) -> None:
        pass

    def note(self, text: str) -> None:
        pass
