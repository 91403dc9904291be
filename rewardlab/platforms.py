"""Platform profiles: whose contract and limits hold. Facts from CONTRACT.md, with its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from rewardlab.errors import UsageError

#: The role of the model's turn.
Role: TypeAlias = Literal["assistant", "nova_assistant"]
#: How the turns are sent: content as a text; content as a list of text parts; or no turns, but the fields query,
#: response (the known answer) and model_response.
Content: TypeAlias = Literal["text", "parts", "fields"]
#: Where the reference lies: `reference_answer`, `metadata.reference_answer`, `reference_answer.text`.
ReferencePlace: TypeAlias = Literal["top", "metadata", "text"]
#: Where the row's other columns lie.
ExtrasPlace: TypeAlias = Literal["top", "metadata"]
#: What a reward returns: the bare list; an envelope whose body is the list as a JSON text; or as a parsed list.
Returns: TypeAlias = Literal["list", "body_text", "body_list"]


@dataclass(frozen=True, slots=True)
class Shape:
    """One form of a sample in an event."""

    role: Role
    content: Content
    reference: ReferencePlace
    extras: ExtrasPlace


@dataclass(frozen=True, slots=True)
class LambdaLimits:
    """AWS Lambda's own limits, the same on every platform: seconds, MB (2**20 bytes), characters."""

    most_seconds: int = 900
    default_seconds: int = 3
    zip_mb: int = 50
    unzipped_mb: int = 250
    least_memory_mb: int = 128
    most_memory_mb: int = 10_240
    temporary_mb: int = 512
    name_length: int = 64


LAMBDA = LambdaLimits()


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform's reward contract.

    `shapes` holds what the audit sends first, then what the documentation or its examples show for the same platform
    beside it. `batch_size` samples go into one invocation, at most `concurrency` of which run at once; a failed one is
    repeated `retries` times. `payload_mb` bounds the event and the return, each. A function's name must hold one of
    `name_contains`, where there are any. `score_range` is the widest range documented, None where none is.
    `group_size` is the number of generations that the informative-group target is held against, and
    `recipe_group_size` the platform's own default for it: where that is smaller, a group carries less signal and the
    report says so. `least_rows` is the smallest training set the platform takes. `step_samples` are the
    samples that one training step scores by the documented recipe (prompts x generations for smtj, whose batch counts
    prompts; the recipe's own batch elsewhere), None where no page tells.
    """

    name: str
    shapes: tuple[Shape, ...]
    returns: Returns
    # Silent profiles: the largest batch and concurrency documented anywhere, under which most can go wrong.
    batch_size: int = 128
    concurrency: int = 100
    retries: int = 3
    payload_mb: int = 6
    name_contains: tuple[str, ...] = ()
    # "0 to 1 or task-defined" in the documentation, -1 to 1 elsewhere: the narrower is no bound.
    score_range: tuple[float, float] | None = (-1.0, 1.0)
    group_size: int = 8
    # Silent profiles: the default of Bedrock and HyperPod, so that no warning rests on a figure nobody gave.
    recipe_group_size: int = 8
    # Silent profiles: Nova's figure, under which no verdict is given either.
    least_rows: int = 100
    step_samples: int | None = None

    @property
    def shape(self) -> Shape:
        """The form of the samples that the audit sends."""
        return self.shapes[0]

    @property
    def is_disputed(self) -> bool:
        """Whether the platform's own pages and samples put the reference in different places."""
        return len({shape.reference for shape in self.shapes}) > 1

    def reading(self, place: ReferencePlace | None) -> Platform:
        """The same, whose first shape has the reference in `place`; unchanged for None and for a place it has not."""
        ordered = sorted(self.shapes, key=lambda shape: shape.reference != place)
        return self if place is None else replace(self, shapes=tuple(ordered))


PLAIN = Shape("assistant", "text", "top", "top")
IN_METADATA = Shape("assistant", "text", "metadata", "top")
SAGEMAKER = ("SageMaker", "sagemaker", "Sagemaker")

PLATFORMS: Mapping[str, Platform] = {
    platform.name: platform
    for platform in (
        # The payload's example keeps the row's columns where the row has them; another page puts them in metadata.
        Platform(
            "smtj",
            (PLAIN, Shape("assistant", "text", "top", "metadata")),
            "list",
            batch_size=64,
            concurrency=12,
            recipe_group_size=2,
            step_samples=64 * 2,
        ),
        # Columns beside the reference: no page says where, so both places are shapes here.
        Platform(
            "hyperpod",
            (IN_METADATA, PLAIN, Shape("assistant", "text", "metadata", "metadata")),
            "list",
            name_contains=SAGEMAKER,
            step_samples=256,
        ),
        Platform(
            "bedrock",
            (IN_METADATA, PLAIN, Shape("assistant", "text", "metadata", "metadata")),
            "list",
            step_samples=128 * 8,
        ),
        Platform("rft-eval", (Shape("nova_assistant", "parts", "top", "top"),), "list", name_contains=SAGEMAKER),
        Platform("serverless", (PLAIN, Shape("nova_assistant", "text", "top", "top")), "list"),
        # The place of the reference varies from example to example.
        Platform("serverless-oss", (PLAIN, IN_METADATA), "body_text", score_range=None),
        Platform("scorer", (PLAIN,), "body_list", score_range=None),
        Platform(
            "scorer-oss",
            (Shape("assistant", "fields", "text", "top"),),
            "body_text",
            batch_size=1,
            score_range=None,
        ),
    )
}


def find_platform(name: str) -> Platform:
    """The profile called `name`.

    Raises: UsageError naming the known ones.
    """
    if name not in PLATFORMS:
        raise UsageError(f"no platform {name!r}", where="--platform", expected="one of " + ", ".join(PLATFORMS))
    return PLATFORMS[name]
