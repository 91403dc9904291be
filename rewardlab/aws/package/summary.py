"""Builds the report on a package."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rewardlab.aws.package.bundle import Bundle
from rewardlab.findings import Finding
from rewardlab.reports.finding import FindingPart
from rewardlab.reports.packaging import Contributor, PackageReport

#: A title for each cause of RL901: the general title would be wrong for a note.
TITLES: Mapping[str, str] = {
    "data_left_out": "data files beside the reward do not travel",
    "function_name": "the function's name is refused",
    "import_not_packaged": "an import is neither in the package nor on Lambda",
    "left_out": "tests and caches were left out",
    "missing_handler": "there is no reward function to call",
    "name_taken": "two files want one place in the package",
    "no_wheel": "a dependency has no wheel for Lambda",
    "not_loaded_here": "the reward does not load on this machine",
    "not_pinned": "dependencies are not pinned",
    "runtime_not_listed": "no known Lambda runtime has this Python",
    "not_provable_here": "it cannot be proven with this Python",
    "other_entry": "the run audited another function of the file",
    "other_platform": "the run audited for another platform",
    "outside_the_folder": "files outside the reward's folder are needed",
    "python": "the reward is not for this Python",
    "secrets": "secrets would travel",
    "token_ids": "the reward asks for token ids, which no platform sends",
    "too_large": "the package is too large",
    "verdict": "the audit did not say GO",
    "wrong_architecture": "compiled code is for another machine",
}


def report_of(bundle: Bundle, reward: Path) -> PackageReport:
    """The report on a bundle."""
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
        findings=tuple(map(_part, bundle.findings)),
    )


def _part(finding: Finding) -> FindingPart:
    return FindingPart.of(finding).model_copy(update={"title": TITLES[finding.evidence["cause"]]})
