"""The ready rewards, loaded as a Lambda loads them."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "lambdas"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/reward.py"))
#: What a reward needs beside the standard library and is no part of every installation.
NEEDS = {"symbolic_math": "math_verify", "llm_judge": "boto3"}


def module_of(name: str) -> ModuleType:
    """The reward's module under a name of its own, its folder on the path while it is loaded."""
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    spec = importlib.util.spec_from_file_location(f"lambdas_{name}", FOLDER / name / "reward.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(FOLDER / name))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(FOLDER / name))
    return module


@pytest.fixture(scope="module")
def reward(request: pytest.FixtureRequest) -> ModuleType:
    """The reward that the test's file is named for: tests/lambdas/test_NAME.py."""
    return module_of(Path(request.path).stem.removeprefix("test_"))


@pytest.fixture(scope="module")
def points(reward: ModuleType) -> Callable[[str, object], float]:
    """`score` as a number, be it one or a mapping."""

    def score(completion: str, reference: object) -> float:
        value = reward.score(completion, reference)
        return float(value["score"] if isinstance(value, dict) else value)

    return score
