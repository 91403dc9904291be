"""Builds the package: the audited reward, its imports and its dependencies, behind the platform's handler."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rewardlab.aws.package.audited import audit_findings, read_audit
from rewardlab.aws.package.container import write_container
from rewardlab.aws.package.contents import Contents, gather
from rewardlab.aws.package.deployable import (
    import_findings,
    name_findings,
    program_findings,
    proving_findings,
    runtime_findings,
    source_findings,
    token_findings,
    unpacked_findings,
    zipped_findings,
)
from rewardlab.aws.package.inline import read_inline
from rewardlab.aws.package.loading import load_entry
from rewardlab.aws.package.requirements import read_requirements
from rewardlab.aws.package.shipped import FUNCTION, MOVED, shipped_files
from rewardlab.aws.package.sources import collect_sources, contents_of
from rewardlab.errors import UsageError
from rewardlab.findings import RANK, Finding
from rewardlab.packages.archive import archive, digest
from rewardlab.packages.manifest import NAME, Layer, PackageManifest
from rewardlab.packages.target import Target
from rewardlab.platforms import Platform
from rewardlab.rewards.code.sources import reward_digest
from rewardlab.rewards.fence.available import fence_notes
from rewardlab.runs.parts import write_atomically
from rewardlab.version import __version__

#: The folder of the modules in a layer.
LAYER = "python/"


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of a package beside the reward, the platform and the target.

    `requirements` replace the inline metadata's and the requirements.txt beside the reward. `include` are globs of data
    files, added to those that the inline metadata names. With `layer` the dependencies go into that second zip; with
    `container` a folder with a Dockerfile is written in place of a zip. `run` is the audit whose verdict goes into the
    manifest. `on_failure` is the score of a sample that the reward could not score, None to raise. `name` is the
    function's name, which is checked.

    While the reward is loaded to find its entry, it gets the variables that `environment` names, may use `files` beside
    its own folder, and reaches other machines with `network`.
    """

    entry: str | None = None
    weights: tuple[float, ...] | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    requirements: tuple[Path, ...] = ()
    include: tuple[str, ...] = ()
    layer: Path | None = None
    container: Path | None = None
    run: Path | None = None
    on_failure: float | None = None
    name: str | None = None
    environment: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    network: bool = False


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was built. `unpacked` holds the bytes of each contributor's files, the layer's included.

    `path`, `sha256` and `size` are None if no zip was written: a finding blocks, or a container was asked for. `notes`
    describe the fence around the reward while it was loaded.
    """

    path: Path | None
    sha256: str | None
    size: int | None
    unpacked: Mapping[str, int]
    manifest: PackageManifest
    findings: tuple[Finding, ...]
    layer: Path | None = None
    container: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def unpacked_size(self) -> int:
        """The bytes of all files, unpacked."""
        return sum(self.unpacked.values())

    @property
    def blocked(self) -> bool:
        """Whether a finding forbids the package."""
        return _is_refused(self.findings)


def build(reward: Path, output: Path, *, platform: Platform, target: Target, choices: Choices | None = None) -> Bundle:
    """Package a reward file for a platform and a target, and write it unless a finding blocks.

    The same input gives the same bytes: names are sorted, times and modes fixed, and nothing depends on this machine.
    Raises: RewardlabError for input that cannot be read, dependencies that cannot be fetched, a run about other code.
    """
    choices = choices or Choices()
    _refuse_overwriting(reward, output, choices)
    source = reward_digest(reward)
    reward = reward.resolve() if reward.is_symlink() else reward  # the audit runs the file that a link leads to
    audit = read_audit(choices.run, source) if choices.run else None
    globs = (*choices.include, *read_inline(reward).include)
    sources = collect_sources(reward, globs, without=[output, *([choices.layer] if choices.layer else [])])
    entry, unloaded = load_entry(
        reward,
        choices.entry,
        choices.environment,
        weights=choices.weights,
        arguments=choices.arguments,
        files=choices.files,
        network=choices.network,
    )
    name = MOVED if reward.name == FUNCTION else reward.name
    own = {name if known == reward.name else known: body for known, body in contents_of(sources.files).items()}
    asked = read_requirements(reward, choices.requirements)
    dependencies, ungathered = gather(asked, target, own)
    manifest = PackageManifest(
        rewardlab=__version__,
        platform=platform.name,
        reward=name,
        entry=entry.name if entry else choices.entry,
        kind=entry.kind if entry else None,
        weights=choices.weights,
        arguments=dict(choices.arguments),
        source_sha256=source,
        files={},
        python=target.python,
        architecture=target.architecture,
        requirements=dependencies.pins,
        on_failure=choices.on_failure,
        audit=audit,
    )
    contents = Contents(own, shipped_files(platform, manifest), dependencies)
    findings = [
        *unloaded,
        *token_findings(entry),
        *name_findings(choices.name, platform),
        *runtime_findings(target),
        *(audit_findings(audit, platform, entry) if audit else ()),
        *source_findings(sources, own, name),
        *ungathered,
        *(import_findings(sources, dependencies.modules, target) if not _is_refused(ungathered) else ()),
        *program_findings(contents.everything, target),
        *proving_findings(contents.everything, target),
    ]
    notes = tuple(fence_notes(entry.fence, entry.denied)) if entry else ()
    if choices.container:
        return replace(_container(choices.container, contents, manifest, findings), notes=notes)
    return replace(_zip(output, choices.layer, contents, manifest, findings), notes=notes)


def _container(folder: Path, contents: Contents, manifest: PackageManifest, findings: Sequence[Finding]) -> Bundle:
    """Write a container's files, unless a finding blocks."""
    files, manifest = _sealed(contents.everything, manifest)
    bundle = Bundle(None, None, None, contents.sizes, manifest, _ordered(findings))
    if bundle.blocked:
        return bundle
    write_container(folder, files, manifest)
    return replace(bundle, container=folder)


def _zip(
    output: Path, layer_path: Path | None, contents: Contents, manifest: PackageManifest, findings: Sequence[Finding]
) -> Bundle:
    """Write the zip, and the layer if one is asked for, unless a finding blocks.

    Files that are too large unpacked are not even zipped.
    """
    sizes = contents.sizes
    findings = [*findings, *unpacked_findings(sizes)]
    if _is_refused(findings):
        _, manifest = _sealed(contents.everything, manifest)
        return Bundle(None, None, None, sizes, manifest, _ordered(findings))
    zips: dict[Path, bytes] = {}
    if layer_path:
        zips[layer_path] = archive({LAYER + name: body for name, body in contents.dependencies.files.items()})
        split = Layer(name=layer_path.name, sha256=digest(zips[layer_path]))
        manifest = manifest.model_copy(update={"layer": split})
    files, manifest = _sealed(contents.function if layer_path else contents.everything, manifest)
    zips[output] = archive(files)
    findings += [one for path, body in zips.items() for one in zipped_findings(path.name, len(body), sizes)]
    bundle = Bundle(None, None, None, sizes, manifest, _ordered(findings))
    if bundle.blocked:
        return bundle
    for path, body in zips.items():
        _save(path, body)
    made = zips[output]
    return replace(bundle, path=output, sha256=digest(made), size=len(made), layer=layer_path)


def _sealed(files: Mapping[str, bytes], manifest: PackageManifest) -> tuple[dict[str, bytes], PackageManifest]:
    """The files with the manifest that lists them."""
    listed = {name: digest(body) for name, body in sorted(files.items())}
    manifest = manifest.model_copy(update={"files": listed})
    return {**files, NAME: manifest.to_json().encode()}, manifest


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: (RANK[one.severity], str(one.evidence["cause"]))))


def _is_refused(findings: Iterable[Finding]) -> bool:
    return any(one.severity == "blocker" for one in findings)


def _save(path: Path, body: bytes) -> None:
    try:
        write_atomically(path, body)
    except OSError as error:
        raise UsageError(f"cannot be written ({error.strerror})", where=str(path), do="name another file") from None


def _refuse_overwriting(reward: Path, output: Path, choices: Choices) -> None:
    """Raises: UsageError for choices that exclude each other, and for a place where something of the user's lies."""
    if choices.layer and choices.container:
        raise UsageError("a container has no layers", where="--layer", do="leave one of --layer and --container out")
    places = [output, *([choices.layer] if choices.layer else [])]
    if len(set(places)) < len(places) or any(place.resolve() == reward.resolve() for place in places):
        raise UsageError("would overwrite another file of the package", where=str(places[-1]), do="name another file")
