"""Runs pip in a process that builds nothing and sees no credentials but those of the indexes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence

#: The environment variables that pip gets: where its configuration and its cache lie, which index, which proxy, which
#: certificates. It gets its own variables (PIP_*) too.
KEPT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "VIRTUAL_ENV", "NETRC", "XDG_CONFIG_HOME"),
    *("XDG_CONFIG_DIRS", "XDG_CACHE_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)
PROXY = re.compile(r"(?:https?|all|no|ftp)_proxy", re.IGNORECASE)
#: What pip prints when a build is refused, with the program that it was about to run.
REFUSED = "rewardlab: nothing is built"
#: Lets pip start no program but keyring, which gives it a password. Any other might run code that a package brings: its
#: setup.py, its build system, a repository's hooks. Pip works without the programs that describe the machine.
GUARD = f"""
import os, runpy, sys

def refuse(event, arguments):
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "os.fork", "os.forkpty"):
        words = arguments[1] if event == "subprocess.Popen" else arguments[0]
        words = [words] if isinstance(words, (str, bytes)) else list(words or ())
        program = os.path.basename(os.fsdecode(words[0])) if words else ""
        if program != "keyring":
            raise PermissionError(1, {REFUSED!r}, program)

sys.addaudithook(refuse)
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def run_pip(arguments: Sequence[str], *, seconds: float) -> subprocess.CompletedProcess[str]:
    """Run this interpreter's pip to its end.

    Raises: subprocess.TimeoutExpired.
    """
    return subprocess.run(  # noqa: S603 - our own interpreter's pip; no shell
        [sys.executable, "-P", "-c", GUARD, *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
        env=environment_of_pip(os.environ),
    )


def environment_of_pip(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment variables that pip needs."""
    return {
        name: value
        for name, value in environment.items()
        if name in KEPT or name.startswith("PIP_") or PROXY.fullmatch(name)
    }
