"""A command that reads or writes Parquet need not wait for pandas."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder

import pyarrow as pa
from typing_extensions import override


class _Absent(MetaPathFinder):
    """Says that pandas is not installed."""

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

    It takes as long as a quarter of a short audit, and no command hands pyarrow one. `to_pandas` imports pandas all the
    same. Process-wide, so for commands alone: a program that imports rewardlab may hand pyarrow what it likes.
    """
    if "pandas" not in sys.modules:
        with _without_pandas():
            pa.array([0])
