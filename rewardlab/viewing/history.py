"""Reads the reports of a folder of runs, for `rewardlab history`."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from rewardlab.errors import RunError
from rewardlab.reports.audit import Report
from rewardlab.reports.history import Audited, HistoryReport, Skipped
from rewardlab.version import __version__

MANIFEST, REPORT = "run.json", "report.json"


def read_history(folder: Path) -> HistoryReport:
    """The runs within the folder, at any depth; a run without a report that can be read is named with the reason.

    Raises: RunError for a folder that is not there or holds no run.
    """
    found = sorted(path.parent for path in folder.rglob(MANIFEST)) if folder.is_dir() else []
    if not found:
        raise RunError(
            "holds no run directory",
            where=str(folder),
            expected="a folder such as runs/, with a folder for each audit",
            do="name the folder that --out was below",
        )
    entries = [_entry(_name(path, folder), path) for path in found]
    runs = sorted((one for one in entries if isinstance(one, Audited)), key=lambda one: (one.created, one.run))
    skipped = tuple(one for one in entries if isinstance(one, Skipped))
    return HistoryReport(folder=str(folder), runs=tuple(runs), skipped=skipped, version=__version__)


def _name(path: Path, folder: Path) -> str:
    """The run directory within the folder; the folder's own name where it is the run."""
    return path.resolve().name if path == folder else str(path.relative_to(folder))


def _entry(name: str, path: Path) -> Audited | Skipped:
    try:
        return Audited.of(name, Report.model_validate_json((path / REPORT).read_bytes()))
    except FileNotFoundError:
        return Skipped(run=name, why="no report yet: rewardlab report writes it, once all is scored")
    except OSError as error:
        return Skipped(run=name, why=f"{REPORT} cannot be read ({error.strerror})")
    except (ValidationError, KeyError, TypeError):
        return Skipped(run=name, why=f"{REPORT} is of another version, or damaged: rewardlab report writes it anew")
