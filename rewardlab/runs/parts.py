"""Parquet parts: written atomically and never changed, the generations before the scores that refer to them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rewardlab.errors import RunError
from rewardlab.outcome import Outcome, Scored, Unscored
from rewardlab.runs.possible import impossible
from rewardlab.runs.unique import repeats
from rewardlab.task import Generation

GENERATION_SCHEMA = pa.schema(
    [
        ("prompt_id", pa.string()),
        ("index", pa.int32()),
        ("text", pa.string()),
        ("finish_reason", pa.string()),
        ("prompt_tokens", pa.int32()),
        ("completion_tokens", pa.int32()),
        ("token_ids", pa.list_(pa.int32())),
        ("tool_calls", pa.string()),
    ]
)
#: The columns of a generation that a reward is given.
ASKED_ABOUT = ("prompt_id", "index", "text", "tool_calls")
#: Large columns, seldom filled: read only if they are named.
LARGE = ("token_ids",)
SCORE_SCHEMA = pa.schema(
    [
        ("prompt_id", pa.string()),
        ("index", pa.int32()),
        ("score", pa.float64()),
        ("reason", pa.string()),
        ("detail", pa.string()),
        ("components", pa.list_(pa.struct([("name", pa.string()), ("value", pa.float64())]))),
        ("seconds", pa.float64()),
    ]
)
#: The same generation scored again: `time` counts from 1, the first scoring is in SCORE_SCHEMA.
RESCORE_SCHEMA = pa.schema(
    [("prompt_id", pa.string()), ("index", pa.int32()), ("time", pa.int32()), ("score", pa.float64())]
)

#: What the trainer's own reward gave a generation, by the reward function's name, where a recording tells it.
TRAINER_SCHEMA = pa.schema(
    [("prompt_id", pa.string()), ("index", pa.int32()), ("name", pa.string()), ("score", pa.float64())]
)


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file so that it is always the whole old one or the whole new one; durable when this returns."""
    temporary = path.with_name(f".{path.name}.tmp")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Parts:
    """A folder of Parquet parts of one schema, numbered in the order in which they were written.

    `key` names the columns whose values no two rows share.
    """

    def __init__(self, folder: Path, schema: pa.Schema, *, key: Sequence[str] = ("prompt_id", "index")):
        self.folder, self._schema, self._key = folder, schema, list(key)

    def append(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Write one more part, atomically."""
        self.folder.mkdir(parents=True, exist_ok=True)
        number = 1 + max((int(path.stem.removeprefix("part-")) for path in self._paths()), default=0)
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table(dict(columns), schema=self._schema), sink, compression="zstd")
        write_atomically(self.folder / f"part-{number:06d}.parquet", sink.getvalue().to_pybytes())

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """All rows, in the order in which they were written; without `columns`, all of them but the large ones.

        A column that a part of an earlier version lacks is null there.
        Raises: RunError for a part that is damaged, or that repeats a generation.
        """
        wanted = list(columns) if columns is not None else [name for name in self._schema.names if name not in LARGE]
        needed = list(dict.fromkeys([*self._key, *wanted]))
        tables = [self._schema.empty_table().select(needed)]
        for path in self._paths():
            try:
                tables.append(pq.read_table(path, schema=self._schema, columns=needed))
                why = impossible(tables[-1])
            except (pa.ArrowException, OSError) as error:
                why = (str(error).splitlines() or [type(error).__name__])[0]
            if why is not None:
                raise RunError(
                    f"the part is damaged ({why})",
                    where=str(path),
                    do="delete it; the same command samples, scores or asks again what it held",
                )
        table = pa.concat_tables(tables)
        if repeats(table, self._key):
            raise RunError("a generation stands in two parts", where=str(self.folder), do="delete the later part")
        return table.select(wanted)

    def _paths(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("part-*.parquet") if re.fullmatch(r"part-\d+", path.stem))


def generations_of(table: pa.Table) -> Iterator[Generation]:
    """The generations in a table's rows, as a reward is given them; with token ids if the table has that column."""
    names = [name for name in (*ASKED_ABOUT, *LARGE) if name in table.column_names]
    for values in zip(*(table[name].to_pylist() for name in names), strict=True):
        row = dict(zip(names, values, strict=True))
        if row.get("token_ids") is not None:
            row["token_ids"] = tuple(row["token_ids"])
        yield Generation(**row)


class Writer:
    """Gathers generations and scores and writes them in parts, the generations first."""

    def __init__(self, generations: Parts, scores: Parts | None) -> None:
        self._generations, self._scores = generations, scores
        self._new_generations: list[Generation] = []
        self._new_scores: list[tuple[tuple[str, int], Outcome]] = []

    def add_generation(self, generation: Generation) -> None:
        self._new_generations.append(generation)

    def add_scores(self, outcomes: Iterable[tuple[tuple[str, int], Outcome]]) -> int:
        """Take scores; returns how many."""
        before = len(self._new_scores)
        self._new_scores.extend(outcomes)
        return len(self._new_scores) - before

    def flush(self) -> None:
        """Write everything taken so far to disk."""
        if self._new_generations:
            rows, self._new_generations = self._new_generations, []
            self._generations.append({name: list(map(attrgetter(name), rows)) for name in GENERATION_SCHEMA.names})
        if self._new_scores and self._scores is not None:
            scores, self._new_scores = self._new_scores, []
            self._scores.append(_score_columns(scores))


def _score_columns(rows: Sequence[tuple[tuple[str, int], Outcome]]) -> dict[str, list[Any]]:
    keys, outcomes = zip(*rows, strict=True)
    scored = [outcome if isinstance(outcome, Scored) else None for outcome in outcomes]
    unscored = [outcome if isinstance(outcome, Unscored) else None for outcome in outcomes]
    return {
        "prompt_id": [prompt_id for prompt_id, _ in keys],
        "index": [index for _, index in keys],
        "score": [one and one.score for one in scored],
        "reason": [one and one.reason for one in unscored],
        "detail": [one and _storable(one.detail) for one in unscored],
        "components": [
            [{"name": _storable(name), "value": value} for name, value in one.components] if one else []
            for one in scored
        ],
        "seconds": [outcome.seconds for outcome in outcomes],
    }


def _storable(text: str) -> str:
    """Text that UTF-8 can hold: a reward may put a lone surrogate into a message."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
