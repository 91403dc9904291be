"""A package's dependencies as a Lambda layer, and how the layer version that holds this zip is found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rewardlab.aws.deploy.upload import Upload
from rewardlab.cloud.failure import code_of
from rewardlab.errors import InputError, UsageError
from rewardlab.packages.manifest import Layer, PackageManifest

#: Stands for the number of a layer version that is not published yet.
NEW = "(new)"


@dataclass(frozen=True, slots=True)
class LayerZip:
    """The zip that `rewardlab package --layer` wrote, the name of its layer, its runtime and its processor."""

    name: str
    upload: Upload
    runtime: str
    architecture: str

    @property
    def description(self) -> str:
        """The description by which the version is found again: AWS's list of versions has no digests."""
        return f"rewardlab sha256 {self.upload.sha256.hex()}"

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of PublishLayerVersion, without the content."""
        compatible = {"CompatibleRuntimes": [self.runtime], "CompatibleArchitectures": [self.architecture]}
        return {"LayerName": self.name, "Description": self.description, **compatible}


def read_layer(path: Path, manifest: PackageManifest, *, function: str, bucket: str | None) -> LayerZip:
    """The layer zip of a package; its layer is named after the function.

    Raises: InputError for another zip than the package's; UsageError where the package has none, or for a zip too large
    to be sent without a bucket.
    """
    if manifest.layer is None:
        raise UsageError("the package has no layer", where="--layer", expected="an ARN", do="leave --layer out")
    upload = Upload.of(path, bucket=bucket)
    _check(upload, manifest.layer)
    return LayerZip(f"{function}-dependencies", upload, f"python{manifest.python}", manifest.architecture)


def _check(upload: Upload, layer: Layer) -> None:
    if upload.sha256.hex() != layer.sha256:
        raise InputError(
            "is another layer than the package's",
            where=str(upload.path),
            expected=f"sha256 {layer.sha256}",
            do=f"give the one that rewardlab package wrote beside it, {layer.name}",
        )


def find_version(client: Any, layer: LayerZip) -> str | None:
    """The ARN of the newest version that holds this zip; None if none does.

    Raises: what botocore raises.
    """
    try:
        pages = client.get_paginator("list_layer_versions").paginate(LayerName=layer.name)
        versions = [version for page in pages for version in page["LayerVersions"]]
    except Exception as error:  # botocore's errors share no base
        if code_of(error) == "ResourceNotFoundException":
            return None
        raise
    for version in sorted(versions, key=lambda one: int(one["Version"]), reverse=True):
        if version.get("Description") == layer.description:
            held = client.get_layer_version(LayerName=layer.name, VersionNumber=version["Version"])
            if held["Content"]["CodeSha256"] == layer.upload.code_sha256:
                return str(version["LayerVersionArn"])
    return None
