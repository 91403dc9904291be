"""What a Lambda function runs on: its Python, its processor, its C library."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from rewardlab.errors import UsageError

Architecture: TypeAlias = Literal["x86_64", "arm64"]
ARCHITECTURES: tuple[Architecture, ...] = get_args(Architecture)

#: Lambda's Python runtimes, each with the minor version of the glibc 2 of its system: Amazon Linux 2 has 2.26, Amazon
#: Linux 2023 has 2.34 (docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html).
GLIBC: Mapping[str, int] = {"3.10": 26, "3.11": 26, "3.12": 34, "3.13": 34, "3.14": 34}
NEWEST = max(GLIBC, key=lambda version: int(version.partition(".")[2]))
#: Versions newer than the list are assumed to run on the newest listed system.
LATER = re.compile(r"3\.[1-9][0-9]")
#: The wheel tags' name of a processor, and ELF's number for it (e_machine).
MACHINES: Mapping[Architecture, str] = {"x86_64": "x86_64", "arm64": "aarch64"}
ELF_MACHINES: Mapping[Architecture, int] = {"x86_64": 62, "arm64": 183}
#: manylinux begins at these glibc versions: 2.5 (manylinux1) for x86_64, 2.17 (manylinux2014) for aarch64.
OLDEST: Mapping[Architecture, int] = {"x86_64": 5, "arm64": 17}


DEFAULT_PYTHON = "3.12"


@dataclass(frozen=True, slots=True)
class Target:
    """The Python version ("3.12") and the processor that a package is for."""

    python: str
    architecture: Architecture

    @property
    def is_listed(self) -> bool:
        """Whether GLIBC lists a Lambda runtime of this version."""
        return self.python in GLIBC

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platform tags of the wheels that run there, the newest glibc first."""
        machine, oldest = MACHINES[self.architecture], OLDEST[self.architecture]
        newest = GLIBC.get(self.python, GLIBC[NEWEST])
        tags = [f"manylinux_2_{minor}_{machine}" for minor in range(newest, oldest - 1, -1)]
        return (*tags, f"manylinux2014_{machine}")

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment markers (PEP 508) of that system; "extra" is left to the caller."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": "posix",
            "platform_machine": MACHINES[self.architecture],
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": "linux",
        }

    @property
    def image(self) -> str:
        """The processor as container images name it."""
        return {"x86_64": "linux/amd64", "arm64": "linux/arm64"}[self.architecture]


def find_target(python: str = DEFAULT_PYTHON, architecture: str = "x86_64") -> Target:
    """The target of these names. The defaults do not depend on this machine: a package is the same wherever it is made.

    A version newer than all listed ones is accepted; a finding of the package then says that it is not listed.
    Raises: UsageError for a version or a processor that Lambda does not have.
    """
    if python not in GLIBC and not (LATER.fullmatch(python) and _minor(python) > _minor(NEWEST)):
        expected = f"one of {', '.join(GLIBC)}, or a later one"
        raise UsageError(f"Lambda has no Python {python!r}", where="--python", expected=expected)
    for known in ARCHITECTURES:
        if known == architecture:
            return Target(python, known)
    expected = " or ".join(ARCHITECTURES)
    raise UsageError(f"Lambda has no processor {architecture!r}", where="--architecture", expected=expected)


def _minor(python: str) -> int:
    return int(python.partition(".")[2])


def python_here() -> str:
    """This interpreter's version, as 3.12."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def is_this_machine(target: Target) -> bool:
    """Whether compiled code for the target runs in this interpreter."""
    return target.python == python_here() and _is_this_processor(target.architecture)


def _is_this_processor(architecture: Architecture) -> bool:
    return sys.platform == "linux" and platform.machine() == MACHINES[architecture]


def way_to(target: Target) -> str:
    """An instruction for running compiled code of a target that is not this machine."""
    if not _is_this_processor(target.architecture):
        return f"run rewardlab in Python {target.python} on {target.architecture} Linux"
    name = f"python{target.python}"
    make = f"{name} -m venv proving"
    if shutil.which(name) is None and shutil.which("uv"):
        make = f"uv venv --seed --python {target.python} proving"
    way = (
        f"run it in Python {target.python} ({make} && proving/bin/pip install 'rewardlab[aws]', then "
        "proving/bin/rewardlab with the same arguments)"
    )
    if _minor(python_here()) >= _minor(next(iter(GLIBC))):
        way += f", or package for this one: rewardlab package --python {python_here()}"
    return way
