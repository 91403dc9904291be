"""Generations that were sampled before: our own form, or a log of a trainer or an evaluator, read once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from typing_extensions import override

from rewardlab.engines import check_options
from rewardlab.errors import InputError
from rewardlab.readers.columnar import read_batches
from rewardlab.readers.files import SPLITS
from rewardlab.readers.generations import read_recorded
from rewardlab.readers.kinds import check_formats
from rewardlab.readers.logs import Log, is_ours, read_log
from rewardlab.readers.matching import TrainerScore, match
from rewardlab.readers.reading import PLAIN, Reading
from rewardlab.task import Generation, Prompt, Request, Sampling

#: What a caller may take to change the texts; max_tokens and seed stand in many files of settings.
FILTERS = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty", "stop", "thinking")


class RecordedEngine:
    """The generations of one recording, by prompt id. Missing and unknown prompt ids become notices, never zeros.

    `held` is a table of our form, generations, or a log; a log is matched to the prompts by `check_prompts`, which
    comes before all else.
    """

    def __init__(self, path: Path, held: Any, scores: Sequence[TrainerScore] = ()):
        self._path, self._scores = path, tuple(scores)
        self._notices: list[str] = []
        self._log = held if isinstance(held, Log) else None
        self._held: _Held
        if isinstance(held, pa.Table):
            self._held = _Columns(held)
        else:
            self._held = _Rows(() if isinstance(held, Log) else held)

    @property
    def versions(self) -> Mapping[str, str]:
        return {"recorded": str(self._path)}

    @property
    def notices(self) -> Sequence[str]:
        return tuple(dict.fromkeys(self._notices))

    @property
    def trainer_scores(self) -> Sequence[TrainerScore]:
        """What the trainer's own reward gave, where the recording tells it: prompt id, index, function, score."""
        return self._scores

    @property
    def generations_per_prompt(self) -> int:
        """One more than the highest index in the recording: what `--num-generations` is when it is not given."""
        return 1 + max(max(indexes) for indexes in self._held.places.values())

    def check_prompts(self, prompts: Sequence[Prompt]) -> None:
        """Match a log to the prompts, or compare a recording's ids with theirs, and notice the difference.

        Raises: InputError when the two have no prompt in common.
        """
        if self._log is not None:
            self._match(self._log, prompts)
        known = {prompt.id for prompt in prompts}
        unknown = [prompt for prompt in self._held.places if prompt not in known]
        missing = [prompt.id for prompt in prompts if prompt.id not in self._held.places]
        if len(missing) == len(prompts):
            raise InputError(
                "no prompt_id is an id of the prompts",
                where=str(self._path),
                expected=f"ids such as {prompts[0].id!r}; it has {next(iter(self._held.places))!r}",
            )
        for ids, what in (
            (unknown, "prompt ids are not in the prompts and are left out"),
            (missing, "prompts have no recorded generation"),
        ):
            if ids:
                self._notices.append(f"{self._path}: {len(ids)} {what} (first: {', '.join(map(repr, ids[:3]))})")

    def _match(self, log: Log, prompts: Sequence[Prompt]) -> None:
        found = match(log, prompts, where=str(self._path))
        if not found.generations:
            first = log.answers[0]
            shown = first.id if first.prompt is None else first.prompt.get("prompt", first.prompt.get("messages"))
            raise InputError(
                f"no generation is of one of the prompts (read as {log.title}; its first is of {str(shown)[:60]!r})",
                where=first.where,
                expected=f"prompts such as {prompts[0].id!r}: {str(prompts[0].messages[-1].get('content'))[:60]!r}",
                do="name the prompts that the log is of, or leave the prompts file out to take them from the log",
            )
        self._notices += found.notices
        self._held, self._scores, self._log = _Rows(found.generations), found.scores, None

    def generate(self, requests: Sequence[Request], sampling: Sampling) -> Iterator[Generation]:
        """Yield what the recording holds of `requests`; the sampling has been done."""
        if asked := [name for name in FILTERS if getattr(sampling, name) != getattr(Sampling(), name)]:
            verb = "has" if len(asked) == 1 else "have"
            self._notices.append(f"{self._path} was sampled before: {', '.join(asked)} {verb} no effect")
        absent = 0
        for request in requests:
            held = self._held.places.get(request.prompt.id, {})
            absent += sum(index not in held for index in request.indexes) if held else 0
            yield from (self._held.at(held[index]) for index in request.indexes if index in held)
        if absent:
            self._notices.append(f"{self._path}: {absent} generations asked for were not recorded")

    def close(self) -> None:
        """Nothing is held open."""


class _Held(ABC):
    """Generations by place; `places` finds them by prompt id and index."""

    def __init__(self, ids: Sequence[str], indexes: Sequence[int]):
        self.places: dict[str, dict[int, int]] = {}
        for place, (name, index) in enumerate(zip(ids, indexes, strict=True)):
            self.places.setdefault(name, {})[index] = place

    @abstractmethod
    def at(self, place: int) -> Generation:
        """The generation at a place."""


class _Rows(_Held):
    def __init__(self, generations: Sequence[Generation]):
        super().__init__([one.prompt_id for one in generations], [one.index for one in generations])
        self._generations = generations

    @override
    def at(self, place: int) -> Generation:
        return self._generations[place]


class _Columns(_Held):
    """A table of our form; a row becomes an object when it is asked for."""

    def __init__(self, table: pa.Table):
        super().__init__(table["prompt_id"].to_pylist(), table["index"].to_pylist())
        names = ("prompt_id", "index", "text", "finish_reason", "prompt_tokens", "completion_tokens", "token_ids")
        columns = [table[name] for name in names]
        empty = [None] * table.num_rows
        self._values: list[list[Any]] = [empty if one.null_count == len(one) else one.to_pylist() for one in columns]

    @override
    def at(self, place: int) -> Generation:
        ids, indexes, texts, reasons, asked, written, tokens = self._values
        drawn = tokens[place]
        return Generation(
            ids[place],
            indexes[place],
            texts[place],
            reasons[place],
            asked[place],
            written[place],
            token_ids=None if drawn is None else tuple(drawn),
        )


def open_recorded(path: Path, reading: Reading = PLAIN) -> RecordedEngine:
    """Read a recording: JSONL of our own form at the speed of Arrow, anything else row by row.

    Raises: InputError with file:line for a row that cannot be used or that repeats another; UsageError for a reading
    that does not fit it.
    """
    check_formats(reading.formats)
    if not (path / SPLITS).is_file():
        reading = replace(reading, split=None)  # which names one of the prompts
    if not is_ours(path, reading):
        return RecordedEngine(path, read_log(path, reading))
    table = read_batches(path) if path.is_file() else None
    if table is not None:
        return RecordedEngine(path, table)
    found = read_recorded(path, reading)
    return RecordedEngine(path, found.generations, found.scores)


def open_engine(model: str, options: Mapping[str, Any]) -> RecordedEngine:
    """Read the file `model`; this engine has no options.

    Raises: InputError with file:line for a row that cannot be used or that repeats another.
    """
    check_options(options, (), engine="recorded")
    return open_recorded(Path(model))
