"""Reward files written for one test, and a pool that scores a few samples with them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rewardlab.outcome import Outcome
from rewardlab.platforms import PLATFORMS
from rewardlab.rewards.isolation.pool import ScoringPool
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.task import Generation, Prompt


@pytest.fixture
def write_reward(tmp_path: Path) -> Callable[[str], Path]:
    """Write reward code to a file of its own and return its path."""

    def write(code: str, name: str = "reward.py") -> Path:
        path = tmp_path / name
        path.write_text(textwrap.dedent(code))
        return path

    return write


def prompt(identifier: str = "p", reference: Any = "42", **columns: Any) -> Prompt:
    messages = ({"role": "user", "content": "6*7"},)
    row = {"id": identifier, "messages": list(messages), "reference_answer": reference, **columns}
    return Prompt(identifier, messages, reference, row, 1)


@pytest.fixture
def score(write_reward: Callable[[str], Path], tmp_path: Path) -> Callable[..., list[Outcome]]:
    """Score texts, generations of one prompt, with the code; outcomes in the order of the texts."""

    def run(
        code: str, texts: list[str], *, timeout: float = 20, memory: int = 512, platform: str = "smtj", **columns: Any
    ) -> list[Outcome]:
        source = RewardSource(write_reward(code), None, timeout, memory)
        with ScoringPool(source, PLATFORMS[platform], log=tmp_path / "reward.log", workers=1) as pool:
            for index, text in enumerate(texts):
                pool.submit(prompt(**columns), Generation("p", index, text, "stop"))
            pool.flush()
            found: dict[tuple[str, int], Outcome] = {}
            while outcomes := pool.wait():
                found |= dict(outcomes)
        return [found["p", index] for index in range(len(texts))]

    return run
