"""A package in place of a reward file: the reward in it is audited, unpacked as Lambda unpacks it."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rewardlab.errors import InputError, RewardError, UsageError
from rewardlab.packages.manifest import PackageManifest, read_manifest
from rewardlab.packages.target import Target, is_this_machine, python_here, way_to
from rewardlab.packages.unpacked import Package, make_removable, unpack
from rewardlab.progress import Progress, Silent
from rewardlab.rewards.deployed.function import function_named
from rewardlab.runs.manifest import RewardRecord
from rewardlab.settings.audit import Settings

SUFFIX = ".zip"


@dataclass(frozen=True, slots=True)
class Opened:
    """The reward file that is asked, the settings it is asked with, and the package it comes from, if any."""

    reward: Path
    settings: Settings
    package: Package | None = None
    origin: Path | None = None

    @property
    def digest(self) -> str | None:
        """Of the reward's code; None where it is to be taken. In a package dependencies lie beside that code."""
        return None if self.package is None else self.package.manifest.source_sha256

    def named(self, record: RewardRecord) -> RewardRecord:
        """The record of the reward file, as a run notes it: of the package and all that travels in it."""
        if self.package is None:
            return record
        key = hashlib.sha256(f"{record.key}:{self.package.sha256}".encode()).hexdigest()[:12]
        return replace(record, key=key, path=str(self.origin))


def is_package(reward: Path) -> bool:
    """Whether a reward's path names a package, and no file of code and no deployed function."""
    return reward.suffix == SUFFIX and function_named(reward) is None


@contextlib.contextmanager
def opened(reward: Path, settings: Settings, progress: Progress | None = None) -> Iterator[Opened]:
    """The reward itself; of a package (`.zip`) the reward file in it, for as long as the context lasts.

    A package's platform and entry hold where the settings name none.
    Raises: InputError for a zip that `rewardlab package` did not write, or whose layer is not beside it; UsageError
    when compiled modules of the package are for another Python or processor. A RewardError of the body names the
    package, and the file in it.
    """
    if not is_package(reward):
        yield Opened(reward, settings)
        return
    manifest = read_manifest(reward)
    progress = progress or Silent()
    with tempfile.TemporaryDirectory(prefix="rewardlab-") as folder:
        root = Path(folder).resolve()
        try:
            package = unpack(reward, root, layer=_layer_of(manifest, reward))
            check_runs_here(package, reward)
            if package.layer is not None:
                _join(package.task, package.layer / "python")
            if manifest.python != python_here():
                progress.note(f"{reward} is for Python {manifest.python}; scored in {python_here()}")
            with _named_in(reward, package.task):
                yield Opened(
                    package.task / manifest.reward, _settings(settings, manifest, package.layer), package, reward
                )
        finally:
            make_removable(root)


@contextlib.contextmanager
def _named_in(package: Path, task: Path) -> Iterator[None]:
    """Name the package in an error, and not the folder it was unpacked to, which is gone when the error is read."""
    try:
        yield
    except RewardError as error:
        where = None if error.where is None else error.where.replace(str(task), str(package))
        raise type(error)(error.what, where=where, expected=error.expected, do=error.do, lines=error.lines) from None


def check_runs_here(package: Package, path: Path) -> None:
    """Raises: UsageError when compiled modules of the package are for another Python or processor."""
    target = Target(package.manifest.python, package.manifest.architecture)
    if package.compiled and not is_this_machine(target):
        raise UsageError(
            f"holds {package.compiled[0]}, compiled for Python {target.python} on {target.architecture}",
            where=str(path),
            expected=f"modules for this Python, {python_here()}",
            do=way_to(target),
        )


def _settings(settings: Settings, manifest: PackageManifest, layer: Path | None) -> Settings:
    platform = settings.platform if "platform" in settings.model_fields_set else manifest.platform
    weights = manifest.weights if settings.weights is None else settings.weights
    return settings.of_package(
        platform=platform,
        entry=settings.entry or manifest.entry,
        weights=weights if settings.entry is None else settings.weights,
        arguments={**manifest.arguments, **settings.reward_kwargs},
        layer=layer,
    )


def _layer_of(manifest: PackageManifest, package: Path) -> Path | None:
    """The zip of the dependencies, which lies beside the package where it has one."""
    if manifest.layer is None:
        return None
    layer = package.with_name(manifest.layer.name)
    if not layer.is_file():
        what = f"its dependencies are in a layer, and no {layer.name} lies beside it"
        raise InputError(what, where=str(package), do="put it there: rewardlab package wrote it")
    return layer


def _join(task: Path, modules: Path) -> None:
    """Let what lies in the layer be imported as what lies in the package is; on Lambda its folder is on the path."""
    task.chmod(0o700)
    for place in modules.iterdir() if modules.is_dir() else ():
        if not (task / place.name).exists():
            (task / place.name).symlink_to(place)
