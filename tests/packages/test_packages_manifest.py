"""The manifest of a package, written and read; hostile zips are input errors."""

from __future__ import annotations

import contextlib
import json
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.errors import InputError
from rewardlab.packages.manifest import NAME, Audited, Layer, PackageManifest, parse_manifest, read_manifest

MANIFEST = PackageManifest(
    rewardlab="0.1.0",
    platform="smtj",
    reward="reward.py",
    entry="score",
    kind="plain",
    source_sha256="ab",
    files={"reward.py": "ab"},
    python="3.12",
    architecture="arm64",
    requirements=("numpy==2.3.5",),
    layer=Layer(name="deps.zip", sha256="cd"),
    audit=Audited(verdict="go", accuracy=0.4, platform="smtj", entry="score", created="2026-01-01T00:00:00Z"),
)


def zip_with(path, text):
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(NAME, text)
    return path


def test_what_was_written_is_read(tmp_path):
    assert read_manifest(zip_with(tmp_path / "a.zip", MANIFEST.to_json())) == MANIFEST
    assert json.loads(MANIFEST.to_json())["schema"] == "rewardlab.package/1"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema": "rewardlab.package/2"}, "schema"),
        ({"architecture": "mips"}, "architecture"),
        ({"extra": 1}, "extra"),
        ({"audit": {"verdict": "maybe"}}, "audit.verdict"),
    ],
)
def test_a_wrong_key_is_named(change, told):
    values = json.loads(MANIFEST.to_json()) | change
    with pytest.raises(InputError, match=f"x: {told}"):
        parse_manifest(json.dumps(values).encode(), where="x")


def test_what_is_no_package_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_manifest(tmp_path / "none.zip")
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(InputError, match="no readable zip"):
        read_manifest(tmp_path / "text.zip")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as made:
        made.writestr("a", "b")
    with pytest.raises(InputError, match=f"holds no {NAME}"):
        read_manifest(tmp_path / "other.zip")


@given(text=st.binary(max_size=60))
def test_any_bytes_are_a_manifest_or_an_input_error(text):
    with contextlib.suppress(InputError):
        parse_manifest(text, where="x")


@given(cut=st.integers(0, 900), byte=st.integers(0, 255))
def test_a_damaged_zip_is_an_input_error_or_whole(tmp_path_factory, cut, byte):
    path = zip_with(tmp_path_factory.getbasetemp() / "damaged.zip", MANIFEST.to_json())
    body = bytearray(path.read_bytes())
    body[cut % len(body)] = byte
    path.write_bytes(body)
    with contextlib.suppress(InputError):
        read_manifest(path)
