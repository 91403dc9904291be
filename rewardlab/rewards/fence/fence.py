"""Raises the fence around a worker, as far as this machine's kernel allows.

Standard library only: this file runs in the isolated worker. `python -m rewardlab.rewards.fence.fence FOLDER` raises a
fence around itself, with FOLDER, which must be empty, as its private folder, and prints the result as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rewardlab.rewards.fence import calls_filter, namespaces
from rewardlab.rewards.fence.kernel import PR_SET_NO_NEW_PRIVS, Ruleset, keep_capabilities, landlock_version, prctl
from rewardlab.rewards.fence.reach import Reach, reach_of, run_by_others

#: Landlock's numbers for rights on files.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REFER, TRUNCATE, DEVICE_CONTROL = 1, 2, 4, 8, 1 << 13, 1 << 14, 1 << 15
READ, ON_A_FILE = EXECUTE | READ_FILE | READ_DIR, EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE_CONTROL
#: The rights that each version of Landlock added: the basic ones, moves between folders, truncation, device control.
FILE_RIGHTS = {1: (1 << 13) - 1, 2: REFER, 3: TRUNCATE, 5: DEVICE_CONTROL}
PORTS, SCOPES = 0b11, 0b11
#: Root's capabilities that a reward keeps, since it may be root in a container: those for files and other users' ids.
KEPT_CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 14, 23)


@dataclass(frozen=True)
class Built:
    """Which parts of a fence are in force.

    `files` is Landlock's version, 0 if files are not fenced; `own_tmp`: /tmp is the worker's own; `no_home`: the user's
    home is hidden although files are not fenced; `network` is what closes the network: "namespace", "filter", "ports"
    (TCP only), "" for nothing, "open" if the user asked for it open; `why` is the kernel's error where a part is
    missing.
    """

    files: int = 0
    own_tmp: bool = False
    no_home: bool = False
    network: str = ""
    why: str = ""


@dataclass(frozen=True)
class Plan:
    """What to allow: the worker's folder and private folder, and further paths; and the user's home to hide."""

    folder: Path
    private: Path
    allowed: tuple[str, ...] = ()
    network: bool = False
    home: Path | None = None
    memory_mb: int = 512

    @classmethod
    def of(cls, settings: dict[str, object]) -> Plan:
        """The plan in a worker's settings."""
        return cls(**{**settings, **{key: Path(str(settings[key])) for key in ("folder", "private", "home")}})  # type: ignore[arg-type]


def raise_fence(plan: Plan) -> tuple[Reach, Built]:
    """Fence in this process and everything it starts, as far as possible; return also which parts are in force.

    The process must have only one thread at this point. The fence cannot be removed.
    """
    reach, said = reach_of(plan.folder, plan.private, plan.allowed, home=plan.home), []
    try:
        prctl(PR_SET_NO_NEW_PRIVS)
    except OSError as error:
        return reach, Built(network="open" if plan.network else "", why=f"{error.strerror}")
    apart = own_tmp = no_home = False
    try:
        namespaces.leave(network=plan.network)
        apart = True
        namespaces.own_temporary_folders(plan.private, [*reach.read, *reach.written], memory_mb=plan.memory_mb)
        own_tmp = True
        namespaces.write_protect(run_by_others(plan.folder))
        if not _has_landlock() and plan.home is not None:
            (plan.private / "hidden").mkdir()
            namespaces.cover(str(plan.home.resolve()), plan.private / "hidden", [*reach.read, *reach.written])
            no_home = True
        reach = Reach(reach.read, (*reach.written, namespaces.TEMPORARY), reach.listed)
    except OSError as error:
        said.append(f"namespaces: {error.strerror}")
    os.chdir(plan.folder)  # enter it again by name, since it may lie in a folder that was covered
    network = _close_network(plan, apart=apart, said=said)
    files, network = _hold_to_files(reach, network, said)
    return reach, Built(files, own_tmp, no_home, network, "; ".join(said))


def _has_landlock() -> bool:
    try:
        return landlock_version() > 0
    except OSError:
        return False


def _close_network(plan: Plan, *, apart: bool, said: list[str]) -> str:
    network = "open" if plan.network else "namespace" if apart else ""
    try:
        keep_capabilities(KEPT_CAPABILITIES if os.getuid() == 0 else ())
        calls_filter.enter(sockets=bool(network))
    except OSError as error:
        said.append(f"filter of calls: {error.strerror}")
        return network
    return network or "filter"


def _hold_to_files(reach: Reach, network: str, said: list[str]) -> tuple[int, str]:
    try:
        version = landlock_version()
        ports = PORTS if version >= 4 and not network else 0
        files = sum(rights for since, rights in FILE_RIGHTS.items() if since <= version)
        rules = Ruleset(version, files=files, ports=ports, scopes=SCOPES if version >= 6 else 0)
        for paths, rights in ((reach.listed, READ_DIR), (reach.read, READ), (reach.written, files)):
            _allow(rules, paths, rights & files)
        rules.enter()
    except OSError as error:
        said.append(f"Landlock: {error.strerror}")
        return 0, network
    return version, network or ("ports" if ports else "")


def _allow(rules: Ruleset, paths: Sequence[str], rights: int) -> None:
    for path in paths:
        try:
            rules.allow(path, rights if os.path.isdir(path) else rights & ON_A_FILE)
        except OSError:  # deleted, not accessible anyway, or on a filesystem without rules: it stays closed
            continue


def main() -> None:
    """Raise a fence and print which parts this machine's kernel allows."""
    private = Path(sys.argv[1])
    for name in ("tmp", "beside"):
        (private / name).mkdir()
    _, built = raise_fence(Plan(private / "beside", private))
    sys.stdout.write(json.dumps(asdict(built)))


if __name__ == "__main__":
    main()
