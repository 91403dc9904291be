"""Rewards in folders of their own, and wheels made by hand for a package index that is a folder."""

from __future__ import annotations

import base64
import hashlib
import textwrap
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

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
