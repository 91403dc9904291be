"""Keeps pyarrow from importing pandas, which a command that reads or writes Parquet does not need."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder

import pyarrow as pa
from typing_extensions import override


class _Absent(MetaPathFinder):
    """An import finder that says that pandas is not installed."""

    @override
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname == "pandas":
            raise ImportError(fullname)


@contextmanager
def _without_pandas() -> Iterator[None]:
    absent = _Absent()
    sys.meta_path.insert(0, absent)
    try:
        yield
    finally:
        sys.meta_path.remove(absent)


def spare_pandas() -> None:
    """Keep pyarrow from importing pandas when it first converts a Python value, to ask whether that is a Series.

    The import takes a quarter of a short audit's time, and no command hands pyarrow a Series. `to_pandas` still imports
    pandas. The effect is process-wide, so only commands may call this: a program that imports rewardlab may hand
    pyarrow what it likes.
    """
    if "pandas" not in sys.modules:
        with _without_pandas():
            pa.array([0])
