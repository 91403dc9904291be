"""Resolves and fetches a reward's dependencies as wheels for Lambda's Python and processor, never the host's.

pip resolves and downloads, but evaluates environment markers for the interpreter it runs in (pip issue 11664). So the
dependencies are walked again, over the metadata of the wheels and with the target's markers: what only the host needs
is dropped, and what only the target needs is asked for in another round.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from rewardlab.aws.package.pip import REFUSED, run_pip
from rewardlab.aws.package.requirements import Asked
from rewardlab.aws.package.wheel import Wheel, read_wheel
from rewardlab.errors import InputError
from rewardlab.packages.target import Target

#: Rounds after which to give up, if there still are new dependencies; each round adds what the last one's wheels need.
ROUNDS = 8
SECONDS = 900.0
#: What pip prints when no index answers; not when an index has no such wheel.
UNREACHABLE = re.compile(
    r"NewConnectionError|ConnectTimeoutError|ReadTimeoutError|Temporary failure in name resolution|"
    r"ProxyError|SSLError|Connection refused|Network is unreachable"
)
NO_WHEEL = re.compile(r"No matching distribution found for (?P<requirement>.+)")
WRONG = re.compile(r"ERROR: (?P<wheel>\S+\.whl) is not a supported wheel on this platform")


class NoWheelError(Exception):
    """A requirement without a wheel for the target: `requirement`, and `reason` in words."""

    def __init__(self, requirement: str, reason: str):
        super().__init__(f"{requirement}: {reason}")
        self.requirement, self.reason = requirement, reason


def fetch(asked: Asked, target: Target, folder: Path) -> tuple[Wheel, ...]:
    """The wheels of everything asked for and of all that it needs, sorted by name; downloaded into `folder`.

    Raises: NoWheelError when the index has no wheel of a requirement for the target; InputError when pip fails
    otherwise: no index, versions that exclude each other, a damaged wheel.
    """
    environment = target.environment
    roots = [root for root in asked.roots if _applies(root, environment, {""})]
    if not roots:
        return ()
    extra: list[str] = []
    for number in range(ROUNDS):
        place = folder / str(number)
        _download([*asked.arguments, *extra], target, place)
        wheels = {wheel.name: wheel for wheel in map(read_wheel, sorted(place.glob("*.whl")))}
        reached, missing = _closure(roots, wheels, environment)
        if not missing:
            return tuple(wheels[name] for name in sorted(reached))
        extra += sorted(missing)
    raise InputError(f"the dependencies' own dependencies do not end after {ROUNDS} rounds", where="pip download")


def _closure(
    roots: Sequence[Requirement], wheels: Mapping[NormalizedName, Wheel], environment: Mapping[str, str]
) -> tuple[set[NormalizedName], set[str]]:
    """The distributions that the roots need in that environment, and the requirements that still lack a wheel."""
    pending = [(root, frozenset({""})) for root in roots]
    seen: dict[NormalizedName, set[str]] = {}
    missing: set[str] = set()
    while pending:
        requirement, extras = pending.pop()
        if not _applies(requirement, environment, extras):
            continue
        name = canonicalize_name(requirement.name)
        if name not in wheels:
            missing.add(_unmarked(requirement))
            continue
        wanted = {"", *(canonicalize_name(extra) for extra in requirement.extras)}
        if name in seen and wanted <= seen[name]:
            continue
        seen[name] = seen.get(name, set()) | wanted
        pending += [(needed, frozenset(seen[name])) for needed in wheels[name].requires]
    return set(seen), missing


def _applies(requirement: Requirement, environment: Mapping[str, str], extras: set[str] | frozenset[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**environment, "extra": extra}) for extra in extras)


def _unmarked(requirement: Requirement) -> str:
    extras = f"[{','.join(sorted(requirement.extras))}]" if requirement.extras else ""
    place = f" @ {requirement.url}" if requirement.url else str(requirement.specifier)
    return f"{requirement.name}{extras}{place}"


def _download(arguments: Sequence[str], target: Target, place: Path) -> None:
    tags = [part for tag in target.platforms for part in ("--platform", tag)]
    command = [
        *("download", "--only-binary=:all:", "--dest", str(place)),
        *("--python-version", target.python, "--implementation", "cp", *tags),
        *("--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--no-color", *arguments),
    ]
    try:
        done = run_pip(command, seconds=SECONDS)
    except subprocess.TimeoutExpired:
        raise InputError(f"pip did not end within {SECONDS:g} s", where="pip download") from None
    if done.returncode:
        raise _failure(done.stderr + done.stdout, target)


def _failure(text: str, target: Target) -> Exception:
    """The error that pip's output means."""
    if "No module named pip" in text:
        return InputError("this Python has no pip", where=sys.executable, do="python -m ensurepip, or use one that has")
    if REFUSED in text:
        built = re.findall(r"(?:Collecting|Processing|from) (.+)", text)
        what = "one of the dependencies is no wheel, and pip would run its code to build it"
        return InputError(f"{what} (after: {built[-1].strip() if built else 'nothing'})", where="pip download")
    if UNREACHABLE.search(text):
        return InputError("the package index cannot be reached", where="pip download", do="check pip's configuration")
    on = f"Python {target.python} on {target.architecture}"
    if wrong := WRONG.search(text):
        return NoWheelError(wrong["wheel"], f"this wheel does not fit {on}")
    if none := NO_WHEEL.search(text):
        versions = re.findall(r"\(from versions: (.*)\)", text)
        known = versions[-1] if versions else "none"
        there = f"the index has wheels of {_last(known)}" if known != "none" else "the index has no wheel of it at all"
        return NoWheelError(none["requirement"].strip(), f"no wheel for {on} (what is not built is refused); {there}")
    errors = [line.removeprefix("ERROR: ") for line in text.splitlines() if line.startswith("ERROR: ")]
    return InputError(" ".join(errors[:2]) or "pip failed", where="pip download")


def _last(versions: str) -> str:
    return ", ".join(versions.split(", ")[-3:])
