"""A command killed at random moments and resumed leaves what an unbroken one does; `make soak` kills oftener."""

from __future__ import annotations

import random

import pytest

from bench.soak import differences, soak

pytestmark = pytest.mark.process


@pytest.mark.parametrize("command", ["audit", "score", "judge"])
def test_a_killed_command_leaves_what_an_unbroken_one_does(tmp_path, command):
    found = soak(command, kills=2, rng=random.Random(1), folder=tmp_path)
    assert found.differing == ()


def test_what_differs_is_told():
    found = list(differences({"a": ["1", "2"], "b": ["x"]}, {"a": ["1", "3"], "b": ["x"], "c": ["y"]}))
    assert found == ["a: 2 became 3", "c: (end) became y"]
