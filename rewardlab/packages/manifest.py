"""rewardlab-manifest.json: what a package holds, the source it was made from, and an audit's verdict on that source."""

from __future__ import annotations

import json
import lzma
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from rewardlab.errors import InputError
from rewardlab.packages.target import Architecture

NAME = "rewardlab-manifest.json"
HANDLER = "lambda_function.lambda_handler"
#: No manifest is larger: a zip with a larger one is no package of ours.
MOST_BYTES = 32 << 20


class Record(BaseModel):
    """A part of the manifest: frozen, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)


class Audited(Record):
    """An audit's verdict on the packaged source. `accuracy` is null if it was undefined."""

    verdict: Literal["go", "no_go", "inconclusive"]
    accuracy: float | None
    platform: str
    entry: str
    created: str = Field(description="when the run was begun")


class Layer(Record):
    """The second zip, which holds the dependencies under python/."""

    name: str
    sha256: str


class PackageManifest(Record):
    """What a package holds. Digests are SHA-256 in hexadecimal; nothing in it depends on the machine or the time."""

    schema_: Literal["rewardlab.package/1"] = Field(default="rewardlab.package/1", alias="schema")
    rewardlab: str
    platform: str
    handler: str = HANDLER
    reward: str = Field(description="the reward file's name in the package")
    entry: str | None = Field(description="null if the code could not be loaded on the machine that packaged it")
    kind: str | None
    weights: tuple[float, ...] | None = Field(default=None, description="of the functions that entry names")
    arguments: dict[str, JsonValue] = Field(default={}, description="added to each call, as verl's reward_kwargs")
    source_sha256: str = Field(
        description="digest of the reward file and what it imports of its folder, as in an audit's run.json"
    )
    files: dict[str, str] = Field(description="every other file of the package, with its digest")
    python: str
    architecture: Architecture
    requirements: tuple[str, ...] = Field(description="every distribution of the package, as name==version")
    layer: Layer | None = None
    on_failure: float | None = Field(default=None, description="the score of a failed sample; null to raise")
    audit: Audited | None = None

    def to_json(self) -> str:
        """The manifest's text, the same for the same package."""
        return json.dumps(self.model_dump(mode="json", by_alias=True), indent=2, ensure_ascii=True) + "\n"


def read_manifest(path: Path) -> PackageManifest:
    """The manifest of a package.

    Raises: InputError when the file is no zip, or none that `rewardlab package` wrote.
    """
    expected = "a zip that rewardlab package wrote"
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(NAME).file_size > MOST_BYTES:
                raise InputError(f"its {NAME} is too large", where=str(path), expected=expected)
            text = archive.read(NAME)
    except KeyError:
        raise InputError(f"holds no {NAME}", where=str(path), expected=expected) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or error})", where=str(path), expected=expected) from None
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError, EOFError, ValueError) as error:
        raise InputError(f"is no readable zip ({error})", where=str(path), expected=expected) from None
    return parse_manifest(text, where=f"{path}:{NAME}")


def parse_manifest(text: bytes, *, where: str) -> PackageManifest:
    """Raises: InputError when the text is no manifest; it names the first key that is wrong."""
    try:
        return PackageManifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(step) for step in first["loc"])
        what = f"{key}: {first['msg']}" if key else first["msg"]
        raise InputError(what, where=where, expected="the manifest of a package, schema rewardlab.package/1") from None
