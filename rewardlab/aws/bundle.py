"""Builds the package: the audited reward, its imports and its dependencies, behind the platform's handler."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import rewardlab
from rewardlab.aws.archive import archive, digest
from rewardlab.aws.audited import read_audit
from rewardlab.aws.container import write_container
from rewardlab.aws.dependencies import NoWheelError, fetch
from rewardlab.aws.deployable import (
    finding,
    import_findings,
    name_findings,
    pin_findings,
    program_findings,
    size_findings,
    source_findings,
)
from rewardlab.aws.manifest import NAME, Audited, Layer, PackageManifest
from rewardlab.aws.requirements import Asked, read_requirements
from rewardlab.aws.shipped import FUNCTION, MOVED, shipped_files
from rewardlab.aws.sources import collect_sources, contents_of
from rewardlab.aws.target import Target
from rewardlab.aws.wheel import Wheel, files_of
from rewardlab.errors import RewardError, UsageError
from rewardlab.findings import RANK, Finding
from rewardlab.parts import write_atomically
from rewardlab.platforms import Platform
from rewardlab.report import Contributor, FindingPart, PackageReport
from rewardlab.rewards.process import EntryFound, RewardSource, WorkerProcess
from rewardlab.run import reward_digest

#: The bounds within which the reward is loaded to find its entry.
LOAD_SECONDS, LOAD_MB = 60.0, 4096
#: Where a layer's modules lie in it.
LAYER = "python/"


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be chosen about a package beside the reward, the platform and the target.

    `requirements` replace the inline metadata and the requirements.txt beside the reward; `include` are globs of data
    files; with `layer` the dependencies go into that second zip; with `container` a folder with a Dockerfile is written
    in place of a zip; `run` is the audit whose verdict the manifest tells; `on_failure` is the score of a sample that
    the reward could not score, None to raise; `name` is the function's, to be checked; `environment` names variables
    handed over while the reward is loaded to find its entry.
    """

    entry: str | None = None
    requirements: tuple[Path, ...] = ()
    include: tuple[str, ...] = ()
    layer: Path | None = None
    container: Path | None = None
    run: Path | None = None
    on_failure: float | None = None
    name: str | None = None
    environment: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """What was built. Sizes are in bytes, of the layer's too where there is one; `unpacked` by whose files they are.

    `path`, `sha256` and `size` are None where nothing was written: a finding blocks, or a container was asked for.
    """

    path: Path | None
    sha256: str | None
    size: int | None
    unpacked: Mapping[str, int]
    manifest: PackageManifest
    findings: tuple[Finding, ...]
    layer: Path | None = None
    container: Path | None = None

    @property
    def unpacked_size(self) -> int:
        """The bytes of all files."""
        return sum(self.unpacked.values())

    @property
    def blocked(self) -> bool:
        """Whether a finding forbids the package."""
        return any(one.severity == "blocker" for one in self.findings)


@dataclass(slots=True)
class _Contents:
    """The files that are being gathered: the user's, ours and the dependencies', and whose each is."""

    own: dict[str, bytes]
    dependencies: dict[str, bytes] = field(default_factory=dict)
    owners: Counter[str] = field(default_factory=Counter)


def build(reward: Path, output: Path, *, platform: Platform, target: Target, choices: Choices | None = None) -> Bundle:
    """Package a reward file for a platform and a target, and write it unless a finding blocks.

    The same input gives the same bytes: names sorted, times and modes fixed, nothing of this machine in it.
    Raises: RewardlabError for input that cannot be read, dependencies that cannot be fetched, a run about other code.
    """
    choices = choices or Choices()
    _refuse_overwriting(reward, output, choices)
    source = reward_digest(reward)
    audit = read_audit(choices.run, source) if choices.run else None
    sources = collect_sources(reward, choices.include)
    own = contents_of(sources.files)
    entry, findings = _find_entry(reward, choices)
    findings += [*name_findings(choices.name, platform), *_audit_findings(audit, platform, entry)]
    name = MOVED if reward.name == FUNCTION else reward.name
    own[name] = own.pop(reward.name)
    findings += source_findings(sources, own, name)
    contents = _Contents(own)
    asked = read_requirements(reward, choices.requirements)
    wheels, found = _gather(asked, target, contents)
    findings += [*found, *import_findings(sources, _modules(contents.dependencies), target)]
    shipped = shipped_files(
        platform, reward=name, entry=entry.name if entry else choices.entry, on_failure=choices.on_failure
    )
    contents.owners.update({path: len(body) for path, body in own.items()})
    contents.owners["rewardlab"] += sum(map(len, shipped.values()))
    files = {**contents.dependencies, **shipped, **own}
    findings += program_findings(files, target)
    manifest = PackageManifest(
        rewardlab=rewardlab.__version__,
        platform=platform.name,
        reward=name,
        entry=entry.name if entry else choices.entry,
        kind=entry.kind if entry else None,
        source_sha256=source,
        files={path: digest(body) for path, body in sorted(files.items())},
        python=target.python,
        architecture=target.architecture,
        requirements=tuple(wheel.pin for wheel in wheels),
        on_failure=choices.on_failure,
        audit=audit,
    )
    return _written(files, contents, manifest, output=output, choices=choices, findings=findings)


def report_of(bundle: Bundle, reward: Path) -> PackageReport:
    """What is shown of a bundle."""
    manifest, place = bundle.manifest, bundle.path or bundle.container
    return PackageReport(
        verdict="refused" if bundle.blocked else "packaged",
        reward=str(reward),
        entry=manifest.entry,
        kind=manifest.kind,
        platform=manifest.platform,
        python=manifest.python,
        architecture=manifest.architecture,
        path=None if place is None else str(place),
        sha256=bundle.sha256,
        size=bundle.size,
        layer=None if bundle.layer is None else str(bundle.layer),
        unpacked_size=bundle.unpacked_size,
        contributors=tuple(Contributor(name=name, bytes=size) for name, size in bundle.unpacked.items()),
        requirements=manifest.requirements,
        audit=manifest.audit.model_dump() if manifest.audit else None,
        findings=tuple(FindingPart.of(one) for one in bundle.findings),
    )


def _written(
    files: Mapping[str, bytes],
    contents: _Contents,
    manifest: PackageManifest,
    *,
    output: Path,
    choices: Choices,
    findings: Sequence[Finding],
) -> Bundle:
    """The package on disk, if nothing blocks."""
    layer = None
    if choices.layer:
        layer = archive({LAYER + name: body for name, body in contents.dependencies.items()})
        files = {
            name: body for name, body in files.items() if name not in contents.dependencies or name in contents.own
        }
        kept = {name: manifest.files[name] for name in files}
        split = Layer(name=choices.layer.name, sha256=digest(layer))
        manifest = manifest.model_copy(update={"files": kept, "layer": split})
    body = manifest.to_json().encode()
    contents.owners["rewardlab"] += len(body)
    everything = {**files, NAME: body}
    blocked = [*findings]
    zipped = b""
    if not choices.container:
        zipped = archive(everything)
        sizes = {output.name: len(zipped)} | ({choices.layer.name: len(layer)} if choices.layer and layer else {})
        blocked += size_findings(sizes, sum(contents.owners.values()), contents.owners)
    ordered = tuple(sorted(blocked, key=lambda one: (RANK[one.severity], str(one.evidence["cause"]))))
    bundle = Bundle(None, None, None, dict(contents.owners.most_common()), manifest, ordered)
    if bundle.blocked:
        return bundle
    if choices.container:
        write_container(choices.container, everything, manifest)
        return replace(bundle, container=choices.container)
    if choices.layer and layer is not None:
        _save(choices.layer, layer)
    _save(output, zipped)
    return Bundle(output, digest(zipped), len(zipped), bundle.unpacked, manifest, ordered, choices.layer)


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


def _find_entry(reward: Path, choices: Choices) -> tuple[EntryFound | None, list[Finding]]:
    """The entry, found where the audit finds it: in a worker of its own.

    A file that does not load here may do so on Lambda, where its dependencies are; one without an entry never does.
    """
    with tempfile.TemporaryDirectory(prefix="rewardlab-") as folder:
        source = RewardSource(reward, choices.entry, LOAD_SECONDS, LOAD_MB, choices.environment)
        worker = WorkerProcess(source, log=Path(folder) / "reward.log")
        try:
            return worker.start(), []
        except RewardError as error:
            if error.what.startswith(("does not import", "importing it")):
                remedy = "Run rewardlab prove on the zip: it loads the package with its own dependencies."
                return None, [finding("not_loaded_here", remedy, "warning", detail=error.what)]
            return None, [
                finding("missing_handler", error.expected or "Name the entry with --entry.", detail=error.what)
            ]
        finally:
            worker.close()


def _audit_findings(audit: Audited | None, platform: Platform, entry: EntryFound | None) -> Iterator[Finding]:
    """Where the audit was of something else than what is packaged, or did not say GO."""
    if audit is None:
        return
    if audit.platform != platform.name:
        remedy = f"Audit with --platform {platform.name}, or package for {audit.platform}."
        yield finding("other_platform", remedy, "warning", audited=audit.platform, packaged=platform.name)
    if entry and audit.entry != entry.name:
        remedy = f"Package the audited function with --entry {audit.entry}, or audit this one."
        yield finding("other_entry", remedy, "blocker", audited=audit.entry, packaged=entry.name)
    if audit.verdict != "go":
        yield finding("verdict", "Read the report before you deploy it.", "warning", verdict=audit.verdict)


def _gather(asked: Asked, target: Target, contents: _Contents) -> tuple[tuple[Wheel, ...], list[Finding]]:
    """Fetch the dependencies and add their files to the contents."""
    if asked.python is not None and not asked.python.contains(f"{target.python}.0"):
        remedy = "Choose another --python, or change `requires-python` in the file's inline metadata."
        return (), [finding("python", remedy, requires=str(asked.python), python=target.python)]
    with tempfile.TemporaryDirectory(prefix="rewardlab-") as folder:
        try:
            wheels = fetch(asked, target, Path(folder))
        except NoWheelError as error:
            remedy = "Choose a version that has a wheel for it, or build one (pip wheel) and name its file."
            return (), [finding("no_wheel", remedy, requirement=error.requirement, detail=error.reason)]
        clashes = []
        for wheel in wheels:
            for name, body in files_of(wheel):
                contents.owners[wheel.pin] += len(body)
                if name in contents.own and contents.own[name] != body:
                    clashes.append(f"{name} ({wheel.pin})")
                contents.dependencies[name] = body
    exact = [f"{root.name}{root.specifier}".lower() for root in asked.roots]
    found = [*pin_findings(exact, [wheel.pin for wheel in wheels])]
    if clashes:
        remedy = "Rename your file: a dependency installs another one in its place."
        found.append(finding("name_taken", remedy, files=clashes))
    return wheels, found


def _modules(files: Mapping[str, bytes]) -> set[str]:
    """The top-level names that the files of the dependencies can be imported by."""
    return {name.split("/")[0].split(".")[0] for name in files if ".dist-info/" not in name}
