"""What a long run tells while it runs; the default tells nothing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of an audit's stages; called from one thread."""

    def loading(self, model: str) -> None:
        """The model is being loaded, until `loaded`."""

    def stage(self, name: str) -> None:
        """What loading it does from now on, in a word or two."""

    def loaded(self) -> None:
        """Loading is over, or was broken off."""

    def begin(self, *, to_sample: int = 0, to_score: int = 0, to_judge: int = 0) -> None:
        """Sampling and scoring start, or judging; the counts are generations, or questions to a judge."""

    def update(self, *, sampled: int = 0, scored: int = 0, judged: int = 0) -> None:
        """So many are done, since `begin`."""

    def end(self) -> None:
        """What `begin` told of is over, or was broken off."""

    def note(self, text: str) -> None:
        """Something a person should know, one sentence."""


class Silent:
    """Progress that tells nothing."""

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
