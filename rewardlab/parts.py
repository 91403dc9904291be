"""Parquet parts: written atomically and never changed, the generations before the scores that refer to them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from rewardlab.errors import RunError
from rewardlab.outcome import Outcome, Scored, Unscored
from rewardlab.task import Generation

GENERATION_SCHEMA = pa.schema(
    [
        ("prompt_id", pa.string()),
        ("index", pa.int32()),
        ("text", pa.string()),
        ("finish_reason", pa.string()),
        ("prompt_tokens", pa.int32()),
        ("completion_tokens", pa.int32()),
    ]
)
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


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that it is either the old one or, whole, the new one; durable when this returns."""
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
    """A folder of Parquet parts of one schema, numbered in the order in which they were written."""

    def __init__(self, folder: Path, schema: pa.Schema):
        self.folder, self._schema = folder, schema

    def append(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Write one more part, atomically."""
        self.folder.mkdir(parents=True, exist_ok=True)
        number = 1 + max((int(path.stem.removeprefix("part-")) for path in self._paths()), default=0)
        sink = pa.BufferOutputStream()
        pq.write_table(pa.table(dict(columns), schema=self._schema), sink, compression="zstd")
        write_atomically(self.folder / f"part-{number:06d}.parquet", sink.getvalue().to_pybytes())

    def read(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """All rows, in the order in which they were written.

        Raises: RunError for a part that is damaged, or that repeats a generation.
        """
        tables = []
        for path in self._paths():
            try:
                tables.append(pq.read_table(path, schema=self._schema, columns=list(columns) if columns else None))
            except (pa.ArrowException, OSError) as error:
                raise RunError(
                    f"the part is damaged ({str(error).splitlines()[0]})",
                    where=str(path),
                    do="delete it; the same command samples or scores again what it held",
                ) from None
        empty = self._schema.empty_table()
        table = pa.concat_tables(tables) if tables else empty.select(columns) if columns else empty
        frame: pd.DataFrame = table.to_pandas()
        if frame.duplicated(["prompt_id", "index"]).any():
            raise RunError("a generation stands in two parts", where=str(self.folder), do="delete the later part")
        return frame

    def _paths(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("part-*.parquet") if re.fullmatch(r"part-\d+", path.stem))


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
        """Make everything given so far durable."""
        if self._new_generations:
            rows, self._new_generations = self._new_generations, []
            self._generations.append({name: [getattr(row, name) for row in rows] for name in GENERATION_SCHEMA.names})
        if self._new_scores and self._scores is not None:
            scores, self._new_scores = self._new_scores, []
            self._scores.append(_score_columns(scores))


def _score_columns(rows: Sequence[tuple[tuple[str, int], Outcome]]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [] for name in SCORE_SCHEMA.names}
    for (prompt_id, index), outcome in rows:
        columns["prompt_id"].append(prompt_id)
        columns["index"].append(index)
        columns["seconds"].append(outcome.seconds)
        match outcome:
            case Scored(score, components):
                named = [{"name": _storable(name), "value": value} for name, value in components]
                values: tuple[Any, ...] = (score, None, None, named)
            case Unscored(reason, detail):
                values = (None, reason, _storable(detail), [])
        for name, value in zip(("score", "reason", "detail", "components"), values, strict=True):
            columns[name].append(value)
    return columns


def _storable(text: str) -> str:
    """Text that UTF-8 can hold: a reward may put a lone surrogate into a message."""
    return text.encode("utf-8", "backslashreplace").decode()
