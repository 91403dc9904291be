"""Unpacks a package as Lambda does: read-only, its layer beside it, with no file that the manifest does not list."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rewardlab.errors import InputError
from rewardlab.packages.archive import digest
from rewardlab.packages.manifest import NAME, PackageManifest, read_manifest
from rewardlab.platforms import LAMBDA
from rewardlab.runs.directory import sha256_of

MOST_BYTES = LAMBDA.unzipped_mb << 20
#: The suffix of compiled modules, and the first bytes of a program.
COMPILED, ELF = ".so", b"\x7fELF"
READABLE, RUNNABLE, FOLDER = 0o444, 0o555, 0o555
RUNNABLE_BITS = 0o111


@dataclass(frozen=True, slots=True)
class Package:
    """A package on disk: the folder with its files, the layer's folder or None, and whether anything is compiled."""

    manifest: PackageManifest
    sha256: str
    task: Path
    layer: Path | None
    compiled: tuple[str, ...]


def unpack(package: Path, root: Path, *, layer: Path | None = None) -> Package:
    """Unpack a package below `root`, which must outlive it, into folders that nobody may write to.

    Raises: InputError for a zip that `rewardlab package` did not write, that was changed since, that Lambda would
    refuse for its size, or whose layer is missing or another.
    """
    manifest = read_manifest(package)
    layer = _layer_of(manifest, package, layer)
    task, opt = root / "task", root / "opt"
    files = _read(package)
    _check_unchanged(files, manifest, package)
    beside = _read(layer) if layer else {}
    if (size := sum(len(body) for body, _ in (*files.values(), *beside.values()))) > MOST_BYTES:
        what = f"holds {size} bytes unpacked"
        raise InputError(what, where=str(package), expected=f"at most {MOST_BYTES}", do="package it as a container")
    _write(files, task)
    if layer:
        _write(beside, opt)
    compiled = [name for name, (body, _) in (files | beside).items() if name.endswith(COMPILED) or body[:4] == ELF]
    return Package(manifest, sha256_of(package), task, opt if layer else None, tuple(sorted(compiled)))


def make_removable(root: Path) -> None:
    """Give the owner back the right to remove what `unpack` wrote below `root`."""
    for folder in (root, *(path for path in root.rglob("*") if path.is_dir() and not path.is_symlink())):
        folder.chmod(0o700)


def _layer_of(manifest: PackageManifest, package: Path, layer: Path | None) -> Path | None:
    if manifest.layer is None:
        if layer is not None:
            raise InputError("the package has no layer", where=str(package), do="leave --layer out")
        return None
    wanted = manifest.layer
    where, do = str(layer or package), f"give it with --layer: rewardlab package wrote it as {wanted.name}"
    if layer is None:
        raise InputError("its dependencies are in a layer", where=where, do=do)
    try:
        found = sha256_of(layer)
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=where, do=do) from None
    if found != wanted.sha256:
        raise InputError("is another layer than the package's", where=where, expected=f"sha256 {wanted.sha256}", do=do)
    return layer


def _read(path: Path) -> dict[str, tuple[bytes, int]]:
    """Every file's content and mode, by name.

    Raises: InputError for a zip that cannot be read, or whose names lead out of it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(archive, path)
            return {info.filename: (archive.read(info), info.external_attr >> 16) for info in _files(archive, path)}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise InputError(f"is no readable zip ({error})", where=str(path)) from None


def _check_size(archive: zipfile.ZipFile, path: Path) -> None:
    claimed = sum(info.file_size for info in archive.infolist())
    if claimed > MOST_BYTES:
        what = f"holds {claimed} bytes unpacked"
        raise InputError(what, where=str(path), expected=f"at most {MOST_BYTES}", do="package it as a container")


def _files(archive: zipfile.ZipFile, path: Path) -> Iterator[zipfile.ZipInfo]:
    for info in archive.infolist():
        name = PurePosixPath(info.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in info.filename or "\0" in info.filename:
            raise InputError(f"its file {info.filename!r} leads out of it", where=str(path))
        if not info.is_dir():
            yield info


def _check_unchanged(files: dict[str, tuple[bytes, int]], manifest: PackageManifest, package: Path) -> None:
    known = manifest.files
    strangers = [name for name in files if name not in known and name != NAME]
    changed = [name for name, (body, _) in files.items() if name in known and digest(body) != known[name]]
    missing = [name for name in known if name not in files]
    for names, what in ((changed, "was changed"), (strangers, "was added"), (missing, "was removed")):
        if names:
            raise InputError(f"{names[0]} {what} after it was packaged", where=str(package), do="package it again")


def _write(files: dict[str, tuple[bytes, int]], folder: Path) -> None:
    folder.mkdir()
    for name, (body, mode) in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        except OSError as error:
            raise InputError(f"its file {name!r} cannot be unpacked ({error.strerror})") from None
        path.chmod(RUNNABLE if mode & RUNNABLE_BITS else READABLE)
    for inner in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        inner.chmod(FOLDER)
