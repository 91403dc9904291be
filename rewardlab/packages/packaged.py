"""Opens a package in place of a reward file: it is unpacked as Lambda unpacks it, and the reward in it is audited."""

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
    """The reward file to run, the settings to run it with, and the package it comes from, if any."""

    reward: Path
    settings: Settings
    package: Package | None = None
    origin: Path | None = None

    @property
    def digest(self) -> str | None:
        """The digest of the reward's code as the package's manifest gives it; None without a package.

        It cannot be computed from an unpacked package, because dependencies lie beside the code.
        """
        return None if self.package is None else self.package.manifest.source_sha256

    def named(self, record: RewardRecord) -> RewardRecord:
        """The record as a run notes it: for a package with the package's path, and with a key for all that it holds."""
        if self.package is None:
            return record
        key = hashlib.sha256(f"{record.key}:{self.package.sha256}".encode()).hexdigest()[:12]
        return replace(record, key=key, path=str(self.origin))


def is_package(reward: Path) -> bool:
    """Whether a reward's path names a package, rather than a file of code or a deployed function."""
    return reward.suffix == SUFFIX and function_named(reward) is None


@contextlib.contextmanager
def opened(reward: Path, settings: Settings, progress: Progress | None = None) -> Iterator[Opened]:
    """The reward file, or the one in a package (`.zip`), which is unpacked for as long as the context lasts.

    A package's platform and entry apply if the settings name none.
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
    """Make errors name the package in place of the folder it was unpacked to, which is gone when they are read."""
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
    """The layer's zip, which must lie beside the package; None if the package has no layer."""
    if manifest.layer is None:
        return None
    layer = package.with_name(manifest.layer.name)
    if not layer.is_file():
        what = f"its dependencies are in a layer, and no {layer.name} lies beside it"
        raise InputError(what, where=str(package), do="put it there: rewardlab package wrote it")
    return layer


def _join(task: Path, modules: Path) -> None:
    """Link the layer's modules into the package's folder, so that they can be imported; Lambda has both on its path."""
    task.chmod(0o700)
    for place in modules.iterdir() if modules.is_dir() else ():
        if not (task / place.name).exists():
            (task / place.name).symlink_to(place)
