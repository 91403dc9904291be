"""Judges as a user writes them: a definition and a prompt text in a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rewardlab.judging.definition import Judge, load_judge
from rewardlab.task import Prompt

TEXT = "Judge.\n{question}\n{response}\n{answer}"
PAIR_TEXT = "Compare.\n{question}\n{response}\n{other}\n{answer}"


@pytest.fixture
def define(tmp_path: Path) -> Callable[..., Judge]:
    """Load a judge from the keys of its definition, as TOML, and its prompt text."""

    def load(keys: str, text: str | None = None) -> Judge:
        (tmp_path / "own.toml").write_text(keys)
        (tmp_path / "own.txt").write_text(text or (PAIR_TEXT if "pairwise" in keys else TEXT))
        return load_judge("own.toml", folder=tmp_path)

    return load


@pytest.fixture
def prompt() -> Prompt:
    """12+30, with a reference and some columns."""
    row = {"context": "sums", "criteria": ["is a number", "is even"], "metadata": {"level": 3}}
    return Prompt("a-1", ({"role": "user", "content": "12+30"},), "42", row, 1)
