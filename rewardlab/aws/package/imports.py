"""The modules that Lambda itself provides: its Python's standard library, and what its runtime brings."""

from __future__ import annotations

import sys

#: Modules removed from the standard library, by the version that lacks them first (docs.python.org, "What's New").
REMOVED = {
    "3.12": {"asynchat", "asyncore", "distutils", "imp", "smtpd"},
    "3.13": {
        *("aifc", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "lib2to3", "mailcap", "msilib", "nis"),
        *("nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib"),
    },
}
#: Modules that Lambda's runtime brings beside the standard library.
RUNTIME = {
    "awslambdaric",
    "boto3",
    "botocore",
    "dateutil",
    "jmespath",
    "s3transfer",
    "six",
    "snapshot_restore_py",
    "urllib3",
}


def standard_modules(python: str) -> set[str]:
    """The names of the standard library's modules in that version."""
    version = tuple(map(int, python.split(".")))
    removed = {
        name for since, names in REMOVED.items() if version >= tuple(map(int, since.split("."))) for name in names
    }
    every = {name for names in REMOVED.values() for name in names}
    return (set(sys.stdlib_module_names) | every) - removed
