"""Rewards in folders and packages made of them, as the tests of rewardlab.aws have them."""

from __future__ import annotations

from tests.aws.conftest import index, project, write_package

__all__ = ["index", "project", "write_package"]
