"""The sizes of a package in words."""

from __future__ import annotations

from rewardlab.reports.packaging import PackageReport

#: The contributors to the size that are shown, and the bytes of a MB.
SHOWN, MB = 5, 1 << 20


def sizes(report: PackageReport) -> str:
    """`1.2 MB zipped, 3.4 MB unpacked`."""
    zipped = f"{megabytes(report.size)} zipped, " if report.size is not None else ""
    return f"{zipped}{megabytes(report.unpacked_size)} unpacked"


def megabytes(size: int) -> str:
    """A size in MB, or in KB below one."""
    return f"{size / MB:.1f} MB" if size >= MB else f"{size / 1024:.1f} KB"
