"""Rewards in folders, wheels for a package index that is a folder, packages made by hand and run, moto's account."""

from __future__ import annotations

import base64
import hashlib
import json
import textwrap
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import boto3
import pytest

from rewardlab.aws.prove.runtime import Runtime
from rewardlab.aws.prove.runtime_process import Configuration
from rewardlab.packages.archive import archive, digest
from rewardlab.packages.manifest import NAME, Layer, PackageManifest
from rewardlab.packages.target import python_here
from rewardlab.packages.unpacked import make_removable, unpack
from tests.aws.moto_server import serving

SOUND = "def score(completion, reference): return float(completion == reference)\n"


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Write a folder with reward.py and other files; returns the reward's path."""

    def write(code: str = SOUND, *, name: str = "reward.py", **files: str | bytes) -> Path:
        folder = tmp_path / "project"
        for place, body in {name: textwrap.dedent(code), **files}.items():
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body if isinstance(body, bytes) else body.encode())
        return folder / name

    return write


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """A package index that is a folder: put a wheel into it; pip sees nothing else."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))

    def put(
        name: str,
        version: str = "1.0",
        tag: str = "py3-none-any",
        *,
        requires: tuple[str, ...] = (),
        files: Mapping[str, str | bytes] | None = None,
    ) -> Path:
        return write_wheel(folder, name, version, tag, requires=requires, files=files)

    return put


def write_wheel(
    folder: Path,
    name: str,
    version: str,
    tag: str,
    *,
    requires: tuple[str, ...] = (),
    files: Mapping[str, str | bytes] | None = None,
) -> Path:
    """A wheel as the binary distribution format describes it."""
    info = f"{name}-{version}.dist-info"
    needed = "".join(f"Requires-Dist: {one}\n" for one in requires)
    names = [one.split("'")[1] for one in requires if "extra ==" in one]
    extras = "".join(f"Provides-Extra: {one}\n" for one in names)
    held = {name: body if isinstance(body, bytes) else body.encode() for name, body in (files or {}).items()}
    held = held or {f"{name}/__init__.py": b"value = 1\n"}
    held[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{extras}{needed}\n".encode()
    held[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
    record = "".join(f"{place},sha256={_digest(body)},{len(body)}\n" for place, body in held.items())
    held[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    path = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for place, body in held.items():
            wheel.writestr(place, body)
    return path


def _digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


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


ROLE = "arn:aws:iam::123456789012:role/rewards"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """moto's server, whose functions run."""
    with serving(tmp_path_factory.mktemp("moto")) as url:
        yield url


@pytest.fixture
def url(moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The server with an account of one role and one bucket, and nothing else."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client("iam", moto).create_role(RoleName="rewards", AssumeRolePolicyDocument=json.dumps(TRUST))
    client("s3", moto).create_bucket(Bucket="zips")
    yield moto
    urllib.request.urlopen(urllib.request.Request(f"{moto}/moto-api/reset", method="POST")).close()


def client(service: str, url: str):
    return boto3.client(service, endpoint_url=url, region_name="us-east-1")


@pytest.fixture
def deploy(run, url):
    """Run `rewardlab deploy` against moto; returns exit code, the JSON it printed, and standard error."""

    def call(path: Path, *options: object, name: str = "my-SageMaker-reward"):
        code, out, err = run("deploy", path, "--name", name, "--endpoint-url", url, "--format", "json", *options)
        return code, json.loads(out) if out else None, err

    return call
