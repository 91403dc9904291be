"""Lays out AWS's runtime client as Lambda's Python runtimes have it, without anything else installed here."""

from __future__ import annotations

import importlib.util
from importlib import metadata
from pathlib import Path

from rewardlab.errors import UsageError

CLIENT = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")
#: Packages that Lambda's Python runtimes have installed; they are provided if they are installed here.
OFFERED = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3")
PACKAGE, BOOTSTRAP = "awslambdaric", "bootstrap.py"


def client_version() -> str:
    """The version of the client.

    Raises: UsageError when it is not installed.
    """
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        raise UsageError(
            "AWS's runtime client is not installed",
            expected=f"the package {PACKAGE}",
            do="install it: pip install 'rewardlab[aws]'",
        ) from None


def provide_client(folder: Path) -> None:
    """Make the folder that is /var/runtime on Lambda: the client, what it needs, and boto3 if it is installed.

    Raises: UsageError when the client, or what it needs, is not installed.
    """
    client_version()
    folder.mkdir()
    (folder / BOOTSTRAP).write_bytes(Path(__file__).with_name(BOOTSTRAP).read_bytes())
    for name in (*CLIENT, *OFFERED):
        found = importlib.util.find_spec(name)
        if found is None and name in OFFERED:
            continue
        place = None if found is None else next(iter(found.submodule_search_locations or ()), found.origin)
        if place is None:
            raise UsageError(f"awslambdaric lacks {name}", do="install it again: pip install 'rewardlab[aws]'")
        (folder / Path(place).name).symlink_to(Path(place).resolve())
