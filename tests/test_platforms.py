"""The eight profiles, held against the table they come from."""

from __future__ import annotations

import pytest

from rewardlab.errors import UsageError
from rewardlab.platforms import LAMBDA, PLATFORMS, find_platform

#: The model's role, content, the reference's place, what is returned: CONTRACT.md's table, row by row.
TABLE = {
    "smtj": ("assistant", "text", "top", "list"),
    "hyperpod": ("assistant", "text", "metadata", "list"),
    "bedrock": ("assistant", "text", "metadata", "list"),
    "rft-eval": ("nova_assistant", "parts", "top", "list"),
    "serverless": ("assistant", "text", "top", "list"),
    "serverless-oss": ("assistant", "text", "top", "body_text"),
    "scorer": ("assistant", "text", "top", "body_list"),
    "scorer-oss": ("assistant", "fields", "text", "body_text"),
}


def test_the_profiles_are_those_of_the_table():
    shown = {
        name: (one.shape.role, one.shape.content, one.shape.reference, one.returns) for name, one in PLATFORMS.items()
    }
    assert shown == TABLE


def test_the_figures_that_are_documented():
    assert [PLATFORMS[name].batch_size for name in ("smtj", "hyperpod", "scorer-oss")] == [64, 128, 1]
    assert [PLATFORMS[name].concurrency for name in ("smtj", "hyperpod")] == [12, 100]
    assert [PLATFORMS[name].recipe_group_size for name in ("smtj", "hyperpod", "bedrock")] == [2, 8, 8]
    assert {one.retries for one in PLATFORMS.values()} == {3}
    assert {one.payload_mb for one in PLATFORMS.values()} == {6}
    assert {name for name, one in PLATFORMS.items() if "SageMaker" in one.name_contains} == {"hyperpod", "rft-eval"}
    assert (LAMBDA.most_seconds, LAMBDA.default_seconds, LAMBDA.name_length) == (900, 3, 64)


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=lambda platform: platform.name)
def test_the_shapes_of_a_platform_differ(platform):
    assert len(set(platform.shapes)) == len(platform.shapes)


def test_documented_variants_are_shapes_of_their_platform():
    assert {shape.extras for shape in PLATFORMS["smtj"].shapes} == {"top", "metadata"}
    assert {shape.reference for shape in PLATFORMS["hyperpod"].shapes} == {"top", "metadata"}
    assert {shape.role for shape in PLATFORMS["serverless"].shapes} == {"assistant", "nova_assistant"}


def test_an_unknown_platform_is_an_error_that_names_the_known_ones():
    assert find_platform("smtj") is PLATFORMS["smtj"]
    with pytest.raises(UsageError, match="no platform 'azure'; expected one of smtj, hyperpod"):
        find_platform("azure")
