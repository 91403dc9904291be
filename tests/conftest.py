"""What tests share: the arithmetic fixture, small real inputs, and one vLLM engine for the whole session."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from rewardlab.task import Prompt, read_prompts

ARITHMETIC = Path(__file__).parent.parent / "fixtures" / "arithmetic"

# Deadlines are timings, and these machines are shared; derandomized so that CI fails for a change, not by luck.
settings.register_profile("rewardlab", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("rewardlab")


@pytest.fixture(scope="session")
def arithmetic() -> Path:
    """The shipped example: prompts.jsonl, reward.py, rewardlab.toml, models/."""
    return ARITHMETIC


@pytest.fixture(scope="session")
def arithmetic_prompts() -> tuple[Prompt, ...]:
    """The 200 prompts of the shipped example."""
    return read_prompts(ARITHMETIC / "prompts.jsonl")


@pytest.fixture(scope="session")
def vllm_engine() -> Iterator[Any]:
    """The example's inside model, loaded in vLLM once for all tests."""
    import warnings

    from rewardlab.engines.vllm import open_engine

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # vLLM's own imports warn
        engine = open_engine(str(ARITHMETIC / "models" / "inside"), {})
    yield engine
    engine.close()


@pytest.fixture
def write_lines(tmp_path: Path) -> Callable[[str, Sequence[Any]], Path]:
    """Write a JSONL file of objects (or raw text lines) and return its path."""

    def write(name: str, rows: Sequence[Any]) -> Path:
        path = tmp_path / name
        path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
        return path

    return write
