"""A package is unpacked as it was made, or not at all."""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, strategies

from rewardlab.errors import InputError
from rewardlab.packages import unpacked as unpacked_module
from rewardlab.packages.archive import archive, digest
from rewardlab.packages.manifest import NAME, PackageManifest
from rewardlab.packages.unpacked import make_removable, unpack

ELF = b"\x7fELF" + bytes(60)


def rewritten(path: Path, change) -> Path:
    """The zip with its files changed by a function of the dictionary of them."""
    with zipfile.ZipFile(path) as held:
        files = {name: held.read(name) for name in held.namelist()}
    change(files)
    path.write_bytes(archive(files))
    return path


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "root"
    folder.mkdir()
    yield folder
    make_removable(folder)


def test_files_lie_as_they_were_packaged_and_nobody_may_write(write_package, root):
    path = write_package(files={"data/table.json": b"[1]", "bin/tool": b"#!/bin/sh\n", "lib/fast.so": ELF})
    package = unpack(path, root)
    modes = {str(one.relative_to(package.task)): one.stat().st_mode & 0o777 for one in package.task.rglob("*")}
    assert modes["data/table.json"] == modes["lambda_function.py"] == 0o444
    assert modes["bin/tool"] == modes["data"] == 0o555
    assert (package.task / "data" / "table.json").read_bytes() == b"[1]"
    assert package.compiled == ("lib/fast.so",)
    assert package.sha256 == digest(path.read_bytes())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda files: files.update({"lambda_function.py": b"1"}), "lambda_function.py was changed after"),
        (lambda files: files.update({"more.py": b"1"}), "more.py was added after"),
        (lambda files: files.pop("lambda_function.py"), "lambda_function.py was removed after"),
        (lambda files: files.update({"../out.py": b"1"}), "'../out.py' leads out of it"),
        (lambda files: files.update({"/etc/out": b"1"}), "'/etc/out' leads out of it"),
        (lambda files: files.pop(NAME), f"holds no {NAME}"),
    ],
)
def test_a_zip_that_is_not_what_was_packaged_is_refused(write_package, root, change, said):
    with pytest.raises(InputError, match=said.replace(".", r"\.")):
        unpack(rewritten(write_package(), change), root)
    assert not (root.parent / "out.py").exists()


def test_a_zip_of_more_than_lambda_unpacks_is_refused_unread(write_package, root, monkeypatch):
    monkeypatch.setattr(unpacked_module, "MOST_BYTES", 2000)
    with pytest.raises(InputError, match="expected at most 2000; package it as a container"):
        unpack(write_package(files={"large.bin": bytes(2001)}), root)


def test_a_layer_is_the_one_the_package_was_made_with(write_package, root, tmp_path):
    path = write_package(layer={"python/beside.py": b"VALUE = 7"})
    with pytest.raises(InputError, match="its dependencies are in a layer; give it with --layer"):
        unpack(path, root)
    with pytest.raises(InputError, match="is another layer than the package's"):
        unpack(path, root, layer=path)
    with pytest.raises(InputError, match="cannot be read"):
        unpack(path, root, layer=tmp_path / "none.zip")
    assert (unpack(path, root, layer=tmp_path / "layer.zip").layer / "python" / "beside.py").is_file()
    with pytest.raises(InputError, match="the package has no layer"):
        unpack(write_package(name="other.zip"), root, layer=path)


def test_two_files_in_one_place_are_refused(write_package, root):
    path = write_package(files={"a": b"1"})
    manifest = PackageManifest.model_validate_json(zipfile.ZipFile(path).read(NAME))
    known = manifest.model_copy(update={"files": {**manifest.files, "a/b": digest(b"2")}})
    rewritten(path, lambda files: files.update({"a/b": b"2", NAME: known.to_json().encode()}))
    with pytest.raises(InputError, match="cannot be unpacked"):
        unpack(path, root)


def sound() -> bytes:
    told = PackageManifest(
        rewardlab="0", platform="smtj", reward="r.py", entry=None, kind=None, source_sha256="", python="3.12",
        architecture="x86_64", requirements=(), files={"r.py": digest(b"x = 1")},
    )  # fmt: skip
    return archive({"r.py": b"x = 1", NAME: told.to_json().encode()})


@given(strategies.data())
def test_a_damaged_zip_is_an_input_error_or_the_package(data):
    body = bytearray(sound())
    for _ in range(data.draw(strategies.integers(1, 4))):
        body[data.draw(strategies.integers(0, len(body) - 1))] = data.draw(strategies.integers(0, 255))
    body = body[: data.draw(strategies.integers(0, len(body)))] if data.draw(strategies.booleans()) else body
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "package.zip")
        path.write_bytes(bytes(body))
        root = Path(folder, "root")
        root.mkdir()
        try:
            with contextlib.suppress(InputError):
                assert (unpack(path, root).task / "r.py").read_bytes() == b"x = 1"
        finally:
            make_removable(root)
