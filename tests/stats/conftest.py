"""The published cases, and prompts that differ: what the proofs of the statistics share."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PUBLISHED = Path(__file__).parent.parent.parent / "fixtures" / "published"


@dataclass(frozen=True)
class Case:
    """One file of fixtures/published."""

    input: Any
    expected: Mapping[str, Mapping[str, Any]]

    def meets(self, computed: Mapping[str, Any], *, passed_over: Mapping[str, str]) -> None:
        """Every expectation is computed and met, or is passed over: `passed_over` maps a part of its name to why."""
        silent = [name for name in self.expected if name not in computed and not any(p in name for p in passed_over)]
        assert not silent, "expectations that are neither computed nor passed over"
        assert set(computed) <= set(self.expected)
        for name, value in computed.items():
            want = self.expected[name]
            assert value == (
                want["value"] if isinstance(value, str) else pytest.approx(want["value"], rel=0, abs=want["tolerance"])
            ), name


@pytest.fixture(scope="session")
def published() -> Callable[[str], Case]:
    """Read a case by name."""

    def read(name: str) -> Case:
        content = json.loads((PUBLISHED / f"{name}.json").read_text())
        expected = {one["name"]: one for one in content["expected"]}
        assert all(one == expected[one["name"]] for one in content["expected"]), "a name means one expectation"
        return Case(content["input"], expected)

    return read


@pytest.fixture(scope="session")
def draw_successes() -> Callable[..., np.ndarray]:
    """Successes (repetitions, prompts) of n generations, each prompt's success rate drawn from a beta."""

    def draw(rng, repetitions, prompts, *, mean, correlation, n=8):
        spread = 1 / correlation - 1
        rates = rng.beta(mean * spread, (1 - mean) * spread, (repetitions, prompts))
        return rng.binomial(n, rates).astype(float)

    return draw
