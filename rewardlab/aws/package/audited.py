"""Reads an audit's verdict on the source that is packaged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rewardlab.auditing.unfinished import unfinished_run
from rewardlab.aws.package.deployable import finding
from rewardlab.errors import RunError, UnfinishedError
from rewardlab.findings import Finding
from rewardlab.packages.manifest import Audited
from rewardlab.platforms import Platform
from rewardlab.rewards.isolation.reply import EntryFound
from rewardlab.runs.directory import Run
from rewardlab.runs.manifest import read_manifest


def read_audit(run: Path, source_sha256: str) -> Audited:
    """The verdict in a run directory on the reward with that digest.

    Raises: RunError when the run has no report, or its report is on other code; UnfinishedError for a run that lacks
    something that a verdict rests on.
    """
    manifest, report = read_manifest(run), _report(run)
    key = _inner(report, "provenance", "reward", "key")
    record = next((one for one in manifest.rewards if one.key == key), None)
    if record is None:
        raise RunError("its report is on no reward of the run", where=str(run / "report.json"), do=_again(run))
    if record.sha256 != source_sha256:
        digests = f"{record.path} had {record.sha256[:12]}, the file here has {source_sha256[:12]}"
        what = f"the run audited other code: {digests}"
        raise RunError(what, where=str(run), do=f"audit this file (rewardlab score {run} REWARD), or package that one")
    with Run.open(run) as held:
        lacks = unfinished_run(held, record)
    if lacks is not None:
        what = f"unfinished, and no verdict on this reward yet: {'; '.join(lacks.missing)}"
        raise UnfinishedError(what, where=str(run), do=f"resume it: {lacks.command}")
    try:
        return Audited(
            verdict=report["verdict"],
            accuracy=_inner(report, "baseline", "accuracy", "estimate"),
            platform=record.platform,
            entry=record.entry,
            created=manifest.created,
        )
    except (ValidationError, KeyError):
        raise RunError("cannot be read as a report", where=str(run / "report.json"), do=_again(run)) from None


def audit_findings(audit: Audited, platform: Platform, entry: EntryFound | None) -> Iterator[Finding]:
    """Findings if the audit was of another platform or entry than the package, or did not say GO."""
    if audit.platform != platform.name:
        remedy = f"Audit with --platform {platform.name}, or package for {audit.platform}."
        yield finding("other_platform", remedy, "warning", audited=audit.platform, packaged=platform.name)
    if entry and audit.entry != entry.name:
        remedy = f"Package the audited function with --entry {audit.entry}, or audit this one."
        yield finding("other_entry", remedy, audited=audit.entry, packaged=entry.name)
    if audit.verdict != "go":
        yield finding("verdict", "Read the report before you deploy it.", "warning", verdict=audit.verdict)


def _report(run: Path) -> dict[str, Any]:
    path = run / "report.json"
    try:
        report = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise RunError("no report.json", where=str(run), do=_again(run)) from None
    except (OSError, ValueError) as error:
        raise RunError(f"cannot be read ({error})", where=str(path), do=_again(run)) from None
    if not isinstance(report, dict):
        raise RunError("cannot be read as a report", where=str(path), do=_again(run))
    return report


def _inner(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _again(run: Path) -> str:
    return f"write it with rewardlab report {run}"
