"""The training platforms and their reward contracts and limits. The facts and their sources are in CONTRACT.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from rewardlab.errors import UsageError

#: The role that marks the model's turn.
Role: TypeAlias = Literal["assistant", "nova_assistant"]
#: How the turns are sent: with their content as a text, with their content as a list of text parts, or instead of
#: turns as the fields query, response (the known answer) and model_response.
Content: TypeAlias = Literal["text", "parts", "fields"]
#: The key of the reference: `reference_answer`, `metadata.reference_answer`, or `reference_answer.text`.
ReferencePlace: TypeAlias = Literal["top", "metadata", "text"]
#: Where the row's other columns are: at the top of the sample, or in `metadata`.
ExtrasPlace: TypeAlias = Literal["top", "metadata"]
#: What a reward returns: the list itself, or an envelope whose body is the list as a JSON text or as a JSON list.
Returns: TypeAlias = Literal["list", "body_text", "body_list"]


@dataclass(frozen=True, slots=True)
class Shape:
    """One possible form of a sample in an event."""

    role: Role
    content: Content
    reference: ReferencePlace
    extras: ExtrasPlace


@dataclass(frozen=True, slots=True)
class LambdaLimits:
    """AWS Lambda's own limits, the same on every platform, in seconds, MB (2**20 bytes) and characters."""

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

    The first of `shapes` is the one that the audit sends; the others also appear in the platform's documentation or
    examples. `batch_size` samples go into one invocation; at most `concurrency` invocations run at once, and a failed
    one is repeated `retries` times. `payload_mb` limits the event and the return separately. A function's name must
    contain one of `name_contains`, if there are any. `score_range` is the widest documented range, None if none is.
    The informative-group target applies to groups of `group_size` generations. `recipe_group_size` is the platform's
    default group size: where it is smaller, a group carries less signal, and the report says so. `least_rows` is the
    smallest training set that the platform accepts. `step_samples` is the number of samples that one training step of
    the documented recipe scores (prompts x generations for smtj, whose batch counts prompts; the recipe's own batch
    elsewhere), None where no page gives it.
    """

    name: str
    shapes: tuple[Shape, ...]
    returns: Returns
    # Where a platform documents none: the largest batch and concurrency documented anywhere, the hardest case.
    batch_size: int = 128
    concurrency: int = 100
    retries: int = 3
    payload_mb: int = 6
    name_contains: tuple[str, ...] = ()
    # The documentation says "0 to 1 or task-defined" in one place and -1 to 1 elsewhere; the wider range is used.
    score_range: tuple[float, float] | None = (-1.0, 1.0)
    group_size: int = 8
    # Where a platform documents none: Bedrock's and HyperPod's default, so that no invented figure causes a warning.
    recipe_group_size: int = 8
    # Where a platform documents none: Nova's figure; below it the audit gives no verdict either.
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
        """This platform with a shape first that has the reference in `place`; unchanged for None or if none has."""
        ordered = sorted(self.shapes, key=lambda shape: shape.reference != place)
        return self if place is None else replace(self, shapes=tuple(ordered))


PLAIN = Shape("assistant", "text", "top", "top")
IN_METADATA = Shape("assistant", "text", "metadata", "top")
SAGEMAKER = ("SageMaker", "sagemaker", "Sagemaker")

PLATFORMS: Mapping[str, Platform] = {
    platform.name: platform
    for platform in (
        # The example of a payload has the row's columns at the top; another page puts them in metadata.
        Platform(
            "smtj",
            (PLAIN, Shape("assistant", "text", "top", "metadata")),
            "list",
            batch_size=64,
            concurrency=12,
            recipe_group_size=2,
            step_samples=64 * 2,
        ),
        # No page says where columns other than the reference go, so both places are shapes here.
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
