"""Finds the column of the prompts that a reward compares with, by the names of its parameters, without running it."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

#: What is no reference: what identifies a row, holds the prompt, or tells of the row as a whole.
BESIDE = frozenset(
    {
        *("id", "prompt", "prompts", "messages", "question", "query", "data_source", "source", "split"),
        *("level", "difficulty", "category", "type", "topic", "subject", "extra_info", "metadata", "info"),
        *("task", "tools", "images", "image", "setup", "context", "language", "lang", "trainer_state"),
    }
)
#: A column that many rows leave empty is no reference.
FILLED = 0.9


def named_column(reward: Path, entry: str | None, rows: Sequence[Mapping[str, Any]]) -> str | None:
    """The only column of these rows that the reward takes by name and that may be a reference; None if there is none.

    Of a file with several functions those named in `entry` count; a column of several candidates is not chosen.
    """
    taken = _parameters(reward, entry)
    if not taken or not rows:
        return None
    keys = dict.fromkeys(key for row in rows for key in row)
    found = [key for key in keys if key in taken and key not in BESIDE and _is_filled(key, rows)]
    return found[0] if len(found) == 1 else None


def _is_filled(key: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    held = [row.get(key) for row in rows]
    plain = [one for one in held if one not in (None, "", [], {}) and isinstance(one, str | int | float | list | dict)]
    return len(plain) >= FILLED * len(rows)


def _parameters(reward: Path, entry: str | None) -> set[str]:
    """The names of all parameters of the file's functions that may be the entry; none of what cannot be parsed."""
    try:
        body = ast.parse(reward.read_bytes()).body
    except (OSError, SyntaxError, ValueError, RecursionError):
        return set()
    wanted = None if entry is None else {name.strip() for name in entry.split(",")}
    functions = [one for one in body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    chosen = [one for one in functions if wanted is None or one.name in wanted]
    return {
        argument.arg for one in chosen for argument in (*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs)
    }
