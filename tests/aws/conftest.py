"""Packages written by hand for one test: a zip of some files with the manifest that tells of them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from rewardlab.aws.archive import archive, digest
from rewardlab.aws.manifest import NAME, Layer, PackageManifest
from rewardlab.aws.proof_summary import python_here
from rewardlab.aws.runtime import Runtime
from rewardlab.aws.runtime_process import Configuration
from rewardlab.aws.unpacked import make_removable, unpack


@pytest.fixture
def write_package(tmp_path: Path) -> Callable[..., Path]:
    """Write a package of a handler's code, other files and, if given, a layer; returns the zip's path."""

    def write(
        code: str = "lambda_handler = lambda event, context: event",
        *,
        files: Mapping[str, bytes] | None = None,
        layer: Mapping[str, bytes] | None = None,
        name: str = "package.zip",
        **manifest: object,
    ) -> Path:
        every = {"lambda_function.py": textwrap.dedent(code).encode(), **(files or {})}
        if layer is not None:
            body = archive(layer)
            (tmp_path / "layer.zip").write_bytes(body)
            manifest["layer"] = Layer(name="layer.zip", sha256=digest(body))
        told = {
            "rewardlab": "0",
            "platform": "smtj",
            "reward": "reward.py",
            "entry": "score",
            "kind": "plain",
            "source_sha256": digest(every.get("reward.py", b"")),
            "files": {path: digest(body) for path, body in every.items()},
            "python": python_here(),
            "architecture": "x86_64",
            "requirements": (),
            **manifest,
        }
        path = tmp_path / name
        path.write_bytes(archive({**every, NAME: PackageManifest.model_validate(told).to_json().encode()}))
        return path

    return write


@pytest.fixture
def runtime_of(write_package: Callable[..., Path], tmp_path: Path) -> Iterator[Callable[..., Runtime]]:
    """Open an execution environment of a handler's code; all are ended with the test."""
    opened: list[Runtime] = []
    roots: list[Path] = []

    def build(
        code: str,
        *,
        timeout: float = 10,
        memory_mb: int = 256,
        environment: Mapping[str, str] | None = None,
        layer: Mapping[str, bytes] | None = None,
        **manifest: object,
    ) -> Runtime:
        root = tmp_path / f"root{len(roots)}"
        root.mkdir()
        roots.append(root)
        package = write_package(code, layer=layer, **manifest)
        unpacked = unpack(package, root, layer=tmp_path / "layer.zip" if layer is not None else None)
        opened.append(Runtime(unpacked, Configuration(timeout, memory_mb, environment or {}), root=root))
        return opened[-1]

    yield build
    for runtime in opened:
        runtime.close()
    for root in roots:
        make_removable(root)
