"""Describes in words which parts of the fence work on this machine and which are missing."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable

from rewardlab.rewards.fence.fence import Built

SECONDS = 20.0
#: At most this many denials are named.
MOST = 5
NETWORKS = {
    "namespace": "closed (a network namespace)",
    "filter": "closed (a filter of system calls)",
    "ports": "closed for TCP only (Landlock)",
    "open": "open, as asked for",
    "": "NOT closed",
}


def note_of(built: Built, who: str = "reward") -> str | None:
    """One sentence about what the fence does not protect on this machine; None if nothing is missing."""
    but = " but in your home folder" if built.no_home else ""
    lacking = [] if built.files else [f"files are not: it may read what you may{but}"]
    if built.network == "":
        lacking.append("the network is not")
    elif built.network == "ports":
        lacking.append("of the network TCP only")
    if not lacking:
        return None
    return f"the {who} is not fenced in wholly on this machine: {'; '.join(lacking)} ({built.why or 'no reason given'})"


def fence_notes(built: Built | None, denied: Iterable[str], who: str = "reward") -> list[str]:
    """One sentence each about missing parts of the fence, and about what it denied a reward that still answered."""
    missing = note_of(built, who) if built is not None else None
    every = list(dict.fromkeys(denied))
    more = f", and {len(every) - MOST} more" if len(every) > MOST else ""
    kept = f"the {who} answered, but the fence denied it {'; '.join(every[:MOST])}{more}" if every else None
    return [one for one in (missing, kept) if one is not None]


def words_of(built: Built) -> str:
    """The whole fence in one line, for `rewardlab doctor`."""
    files = (
        f"fenced (Landlock {built.files})"
        if built.files
        else "NOT fenced but for your home"
        if built.no_home
        else "NOT fenced"
    )
    own = "its own" if built.own_tmp else "closed to it" if built.files else "everybody's"
    return f"files {files}, /tmp {own}, network {NETWORKS[built.network]}" + (f"; {built.why}" if built.why else "")


def probe() -> Built:
    """Raise a fence around a trial process and return what came of it."""
    with tempfile.TemporaryDirectory(prefix="rewardlab-") as folder:
        command = [sys.executable, "-P", "-m", "rewardlab.rewards.fence.fence", folder]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)  # noqa: S603 - our own module
            return Built(**json.loads(done.stdout))
        except (OSError, subprocess.SubprocessError, ValueError) as error:
            return Built(why=f"the trial failed: {error}")
