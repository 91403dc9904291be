"""Generations that were sampled before, read from a JSONL file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rewardlab.engines import check_options
from rewardlab.errors import InputError
from rewardlab.readers.generations import read_generations
from rewardlab.task import Generation, Request, Sampling

#: What a caller may take to change the texts; max_tokens and seed stand in many files of settings.
FILTERS = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty", "stop", "thinking")


class RecordedEngine:
    """The generations of one file, by prompt id. Missing and unknown prompt ids become notices, never zeros."""

    def __init__(self, path: Path, generations: Sequence[Generation]):
        self._path = path
        self._by_prompt: dict[str, dict[int, Generation]] = {}
        for generation in generations:
            self._by_prompt.setdefault(generation.prompt_id, {})[generation.index] = generation
        self._notices: list[str] = []

    @property
    def versions(self) -> Mapping[str, str]:
        return {"recorded": str(self._path)}

    @property
    def notices(self) -> Sequence[str]:
        return tuple(self._notices)

    @property
    def generations_per_prompt(self) -> int:
        """One more than the highest index in the file: what `--num-generations` is when it is not given."""
        return 1 + max(max(indexes) for indexes in self._by_prompt.values())

    def check_prompts(self, prompt_ids: Sequence[str]) -> None:
        """Compare the file's prompt ids with those of prompts.jsonl and notice the difference.

        Raises: InputError when the two have no prompt in common.
        """
        known = set(prompt_ids)
        unknown = [prompt for prompt in self._by_prompt if prompt not in known]
        missing = [prompt for prompt in prompt_ids if prompt not in self._by_prompt]
        if len(missing) == len(prompt_ids):
            raise InputError(
                "no prompt_id is an id of the prompts",
                where=str(self._path),
                expected=f"ids such as {prompt_ids[0]!r}; it has {next(iter(self._by_prompt))!r}",
            )
        for ids, what in (
            (unknown, "prompt ids are not in the prompts and are left out"),
            (missing, "prompts have no recorded generation"),
        ):
            if ids:
                self._notices.append(f"{self._path}: {len(ids)} {what} (first: {', '.join(map(repr, ids[:3]))})")

    def generate(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Generation]:
        """Yield what the file holds of `requests`; the sampling has been done."""
        if asked := [name for name in FILTERS if getattr(sampling, name) != getattr(Sampling(), name)]:
            verb = "has" if len(asked) == 1 else "have"
            self._notices.append(f"{self._path} was sampled before: {', '.join(asked)} {verb} no effect")
        absent = 0
        for request in requests:
            held = self._by_prompt.get(request.prompt.id, {})
            absent += sum(index not in held for index in request.indexes) if held else 0
            yield from (held[index] for index in request.indexes if index in held)
        if absent:
            self._notices.append(f"{self._path}: {absent} generations asked for were not recorded")

    def close(self) -> None:
        """Nothing is held open."""


def open_engine(model: str, options: Mapping[str, Any]) -> RecordedEngine:
    """Read the file `model`; this engine has no options.

    Raises: InputError with file:line for a row that cannot be used or that repeats another.
    """
    check_options(options, (), engine="recorded")
    path = Path(model)
    return RecordedEngine(path, read_generations(path))
