"""What a reward asks of the package index: --requirement, or PEP 723 metadata and the requirements.txt beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from rewardlab.aws.inline import read_inline
from rewardlab.errors import InputError

BESIDE = "requirements.txt"
NESTED = re.compile(r"^(?:-r|--requirement)[ =]?\s*(?P<file>\S+)$")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: `roots` the requirements, `arguments` for pip (files as they are, inline ones one by one)."""

    roots: tuple[Requirement, ...] = ()
    arguments: tuple[str, ...] = ()
    python: SpecifierSet | None = None


def read_requirements(reward: Path, files: Sequence[Path] = ()) -> Asked:
    """What the reward asks for; with `files`, what those ask for and nothing else.

    Without, inline metadata and the requirements.txt beside the reward count together.
    Raises: InputError for a file or a block that cannot be read, and for a requirement that is no wheel.
    """
    inline = read_inline(reward)
    beside = reward.with_name(BESIDE)
    named = list(files) or ([beside] if beside.is_file() else [])
    roots = [root for path in named for root in _from_file(path, set())]
    arguments = [part for path in named for part in ("-r", str(path.resolve()))]
    asked = () if files else inline.dependencies
    roots += [_requirement(text, str(reward)) for text in asked]
    return Asked(tuple(roots), (*arguments, *asked), inline.python)


def _from_file(path: Path, seen: set[Path]) -> Iterator[Requirement]:
    """The requirements of a file and of those it names with -r; pip's other options are left to pip."""
    if path.resolve() in seen:
        return
    seen.add(path.resolve())
    for number, line in _lines(path):
        if nested := NESTED.match(line):
            yield from _from_file(path.parent / nested["file"], seen)
        elif not line.startswith("-") or line.startswith(("-e", "--editable")):
            yield _requirement(re.split(r"\s--?[a-z]", line)[0], f"{path}:{number}")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines as pip joins them: continued after a backslash, without comments."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot be read ({error.strerror})", where=str(path), expected="a requirements file"
        ) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8", where=str(path), expected="a requirements file") from None
    held, start = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        start = start or number
        held += line
        if held.endswith("\\"):
            held = held[:-1]
            continue
        if stripped := re.sub(r"(^|\s+)#.*$", "", held).strip():
            yield start, stripped
        held, start = "", 0
    if stripped := held.strip():
        yield start, stripped


def _requirement(text: str, where: str) -> Requirement:
    """One requirement; a wheel's own path counts as its name and version."""
    try:
        if text.endswith(".whl") and "@" not in text:
            name, version, _, _ = parse_wheel_filename(text.replace("\\", "/").rpartition("/")[2])
            return Requirement(f"{name}=={version}")
        return Requirement(text)
    except InvalidWheelFilename:
        raise InputError(f"{text!r} is no wheel's name", where=where) from None
    except InvalidRequirement:
        do = "build a wheel of it (pip wheel) and name that"
        raise InputError(
            f"{text!r} is no requirement", where=where, expected="NAME==VERSION, or a wheel", do=do
        ) from None
