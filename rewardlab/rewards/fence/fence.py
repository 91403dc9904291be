"""The fence around a worker: what it may reach, closed as far as this machine's kernel lets it be closed.

Standard library only: this file runs in the isolated worker. `python -m rewardlab.rewards.fence.fence FOLDER` raises
one around itself, with an empty folder for its private one, and prints what came of it, as JSON.
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

#: Rights on files as Landlock numbers them.
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REFER, TRUNCATE, DEVICE_CONTROL = 1, 2, 4, 8, 1 << 13, 1 << 14, 1 << 15
READ, ON_A_FILE = EXECUTE | READ_FILE | READ_DIR, EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | DEVICE_CONTROL
#: By the version that brought them: all on files before, then moves between folders, truncation, control of devices.
FILE_RIGHTS = {1: (1 << 13) - 1, 2: REFER, 3: TRUNCATE, 5: DEVICE_CONTROL}
PORTS, SCOPES = 0b11, 0b11
#: Of root's, what reaches files and other users' numbers only: a reward in a container may be root.
KEPT_CAPABILITIES = (0, 1, 3, 4, 5, 6, 7, 8, 10, 14, 23)


@dataclass(frozen=True)
class Built:
    """What stands of a fence.

    `files` is Landlock's version, 0 where files are not fenced; `own_tmp` tells whether /tmp is the worker's own,
    `no_home` whether the user's home is out of sight where files are not fenced; `network` is what closes it:
    "namespace", "filter", "ports" (TCP only), "" for nothing, "open" where it was asked for; `why` is what the kernel
    said where something is missing.
    """

    files: int = 0
    own_tmp: bool = False
    no_home: bool = False
    network: str = ""
    why: str = ""


@dataclass(frozen=True)
class Plan:
    """What is to be fenced: the worker's folder and private folder, what else it may use, and the user's home."""

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
    """Fence this process in, with all that it will start, as far as it goes; what does not stand is told.

    Only one thread may run yet. There is no way back.
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
    os.chdir(plan.folder)  # by its name again: it may lie in a folder that was covered
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
        except OSError:  # gone since, not this user's anyway, or on a filesystem without rules: then it stays closed
            continue


def main() -> None:
    """Tell what this machine's kernel allows."""
    private = Path(sys.argv[1])
    for name in ("tmp", "beside"):
        (private / name).mkdir()
    _, built = raise_fence(Plan(private / "beside", private))
    sys.stdout.write(json.dumps(asdict(built)))


if __name__ == "__main__":
    main()
