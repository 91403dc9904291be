"""run.json: how a run was sampled, and the rewards and judges that scored it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from rewardlab.errors import RunError
from rewardlab.platforms import ReferencePlace
from rewardlab.readers.reading import Reading
from rewardlab.runs.looks import Look
from rewardlab.strict import read_json

SCHEMA = "rewardlab.run/1"

Finite: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
Positive: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Counted: TypeAlias = Annotated[int, Field(ge=1, lt=2**31)]
#: A key names a folder, and can name none outside the run directory.
FolderName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


@dataclass(frozen=True, slots=True)
class RewardRecord:
    """A reward that scored a run. `key` names its folder: it is made of the code, the entry and how it was called.

    `sha256` is of the code: the file, and what it imports from its folder (`reward_digest`). `finished` says whether it
    scored and was examined to the end; None in a run of an earlier version, which does not tell. `weights` are those of
    the functions of a weighted sum, by name; `place` is where a handler reads the reference, if the platform has
    several places. `from_format` and `columns` say how it reads the run's prompts, where that is not as the audit did.
    """

    key: FolderName
    path: str
    sha256: str
    entry: str
    kind: str
    platform: str
    timeout: Positive
    memory_mb: Counted
    finished: bool | None = None
    weights: Mapping[str, Finite] = field(default_factory=dict)
    place: ReferencePlace | None = None
    from_format: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def reading(self) -> Reading:
        """How this reward reads the run's prompts."""
        return Reading(self.from_format, self.columns)


def _with_two(values: tuple[float, ...]) -> tuple[float, ...]:
    if len(set(values)) < 2:
        raise ValueError("two values that differ, or more")
    return values


@dataclass(frozen=True, slots=True)
class JudgeRecord:
    """A judge that was asked about a run. `key` names its folder: it is made of all that can change a verdict.

    `name` is unique in a run; `source` is the definition's file and `model` its model, their paths made absolute, so
    that equal ones are equal; `digest` is the definition's. `kind` is score, label, boolean or pairwise, `level`
    nominal, ordinal, interval or ratio. `values` are the numbers of `labels`, without labels the ends of the range; a
    verdict of at least `success_at` means right. `price` is money for a million tokens of prompt and of completion,
    None where none was given.
    """

    key: FolderName
    name: str
    source: str
    model: str
    kind: str
    level: str
    labels: tuple[str, ...]
    values: Annotated[tuple[Finite, ...], AfterValidator(_with_two)]
    success_at: Finite | None
    digest: str
    price: tuple[Finite, Finite] | None = None
    currency: str = "USD"
    versions: Mapping[str, str] = field(default_factory=dict)

    def is_replaced_by(self, other: JudgeRecord) -> bool:
        """Whether the other is the same judge, or the same definition, edited since, with the same model."""
        return self.key == other.key or (self.source, self.model) == (other.source, other.model)


@dataclass(frozen=True, slots=True)
class Manifest:
    """run.json. `sampling` determines the generations and may not change; `settings` determine the verdict and may.

    `lacking` is the number of generations that a recording, read to its end, did not hold; None where it is not known.
    `settings_files` are those that settings came from, the first of which won.
    `looks` are the verdicts given on the run so far, each on more data than the one before.
    `sources` tells where the sampling settings come from that the user did not give: a trainer, a recipe and its line.
    """

    created: str
    rewardlab: str
    model: str
    sampling: Mapping[str, Any]
    num_generations: Counted
    prompts_path: str
    prompts_sha256: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    rewards: tuple[RewardRecord, ...] = ()
    judges: tuple[JudgeRecord, ...] = ()
    finished: bool = False
    lacking: int | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    settings_files: tuple[str, ...] = ()
    looks: tuple[Look, ...] = ()
    schema: str = SCHEMA


@with_config(ConfigDict(extra="allow"))
class _Sampling(TypedDict):
    """The keys that every sampling has; engines add their own."""

    model: str
    temperature: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    max_tokens: Counted
    seed: Annotated[int, Field(ge=0)]


def read_manifest(folder: Path) -> Manifest:
    """Read run.json.

    Raises: RunError when it is missing, of another version of rewardlab, or holds a value that none writes: it names
    the key, and what was expected.
    """
    path = folder / "run.json"
    try:
        values = read_json(path.read_bytes())
    except FileNotFoundError:
        raise RunError("no run.json", where=str(folder), expected="a folder that an audit wrote") from None
    except (OSError, ValueError) as error:
        raise RunError(f"cannot be read ({error})", where=str(path)) from None
    if not isinstance(values, dict) or values.get("schema") != SCHEMA:
        found = values.get("schema") if isinstance(values, dict) else None
        raise RunError(f"has the schema {str(found)[:60]!r}", where=str(path), expected=SCHEMA)
    if strange := sorted(values.keys() - Manifest.__dataclass_fields__.keys()):
        written = values.get("rewardlab")
        raise RunError(
            f"has a key {strange[0][:60]!r} that this version of rewardlab does not know",
            where=str(path),
            do=f"read it with the version that wrote it ({str(written)[:20]})",
        )
    try:
        manifest: Manifest = TypeAdapter(Manifest).validate_json(json.dumps(values), strict=True)
        TypeAdapter(_Sampling).validate_json(json.dumps(dict(manifest.sampling)), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        raise RunError(
            f"{'.'.join(map(str, first['loc']))} is {repr(first['input'])[:60]}",
            where=str(path),
            expected=first["msg"]
            .removeprefix("Input should be ")
            .removeprefix("a valid ")
            .removeprefix("Value error, "),
        ) from None
    return manifest
