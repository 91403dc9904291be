"""Reads a reward's requirements: from --requirement, else from PEP 723 metadata and the requirements.txt beside it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from rewardlab.aws.package.inline import read_inline
from rewardlab.errors import InputError

BESIDE = "requirements.txt"
#: The options of a requirements file that pip is given, with the value that each must have; None for any, "" for none.
#: Other options would build code, or name a file that is not read here: pip takes shortened names too.
OPTIONS: Mapping[str, str | None] = {
    **dict.fromkeys(("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--trusted-host", "--hash")),
    **dict.fromkeys(("--no-index", "--pre", "--prefer-binary", "--require-hashes"), ""),
    "--only-binary": ":all:",
}
BUILD = "build a wheel of it (pip wheel) and name that"
FILES = ("-r", "--requirement", "-c", "--constraint")
#: What pip would replace with an environment variable: that could send a secret to an index.
VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: the requirements (`roots`), and pip's arguments (each file, each inline requirement)."""

    roots: tuple[Requirement, ...] = ()
    arguments: tuple[str, ...] = ()
    python: SpecifierSet | None = None


def read_requirements(reward: Path, files: Sequence[Path] = ()) -> Asked:
    """What the reward asks for; with `files`, only what those ask for.

    Without `files`, inline metadata and the requirements.txt beside the reward count together.
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
        where = f"{path}:{number}"
        text, *options = re.split(r"(?:^|\s+)(?=-)", line, maxsplit=1)
        for option, nested in _options(" ".join(options), where):
            found = _from_file(path.parent / nested, seen)
            if option in FILES[:2]:
                yield from found
            else:
                list(found)  # a file of constraints is checked, but asks for nothing
        if text:
            yield _requirement(text, where)


def _options(text: str, where: str) -> Iterator[tuple[str, str]]:
    """The other files that a line's options name, each with its option.

    Raises: InputError for an option that pip is not given, and for a variable of the environment.
    """
    if found := VARIABLE.search(text):
        raise InputError(f"{found[0]} stands for a variable", where=where, do="set the index by PIP_INDEX_URL")
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise InputError(f"its options cannot be read ({error})", where=where) from None
    while words:
        name, equals, value = words.pop(0).partition("=")
        if not name.startswith("--") and len(name) > 2:  # -rFILE
            name, equals, value = name[:2], "=", name[2:] + equals + value
        wanted = OPTIONS.get(name)
        if name not in FILES and (name not in OPTIONS or (equals and wanted == "")):
            known = ", ".join([*OPTIONS, *FILES])
            raise InputError(f"{name} is not passed on to pip", where=where, expected=f"one of {known}")
        if wanted != "" and not equals:
            value = words.pop(0) if words else ""
        if wanted and value != wanted:
            raise InputError(f"{name} {value} would build what has no wheel", where=where, expected=f"{name} {wanted}")
        if name in FILES:
            yield name, value


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The numbered lines as pip reads them: joined after a backslash, without comments."""
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
    """One requirement; the path of a wheel stands for its name and version."""
    try:
        if text.endswith(".whl") and "@" not in text:
            name, version, _, _ = parse_wheel_filename(text.replace("\\", "/").rpartition("/")[2])
            return Requirement(f"{name}=={version}")
        requirement = Requirement(text)
    except InvalidWheelFilename:
        raise InputError(f"{text!r} is no wheel's name", where=where) from None
    except InvalidRequirement:
        raise InputError(
            f"{text!r} is no requirement", where=where, expected="NAME==VERSION, or a wheel", do=BUILD
        ) from None
    if requirement.url and not _is_wheel(requirement.url):
        raise InputError(f"{text!r} is no wheel: pip would run its code", where=where, do=BUILD)
    return requirement


def _is_wheel(url: str) -> bool:
    """Whether a direct reference is to a wheel; one to version control (git+https) is not, whatever its name."""
    parts = urlsplit(url)
    return "+" not in parts.scheme and parts.path.lower().endswith(".whl")
