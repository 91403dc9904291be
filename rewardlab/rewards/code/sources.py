"""Finds the files of a reward's code without running it: its own file and what it imports from its folder."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from rewardlab.errors import RewardError
from rewardlab.rewards.code.imports import Import, imports_of


def reward_digest(path: Path) -> str:
    """The SHA-256 of a reward's code, in hexadecimal.

    If the file imports no other file of its folder, it is the file's own hash; otherwise the hash of the file's hash
    and of the names and hashes of the imported files. Data that the code reads is not included.
    Raises: RewardError when the reward cannot be read.
    """
    try:
        own = path.read_bytes()
    except OSError as error:
        raise RewardError(
            f"cannot be read ({error.strerror})",
            where=str(path),
            expected="a Python file that defines a reward function",
        ) from None
    digest = hashlib.sha256(own).hexdigest()
    imported = {name: content for name, content in _imported(path, own).items() if name != path.name}
    if not imported:
        return digest
    lines = [digest, *(f"{name}:{hashlib.sha256(imported[name]).hexdigest()}" for name in sorted(imported))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _imported(reward: Path, own: bytes) -> dict[str, bytes]:
    """The contents of the files that the reward imports from its folder, directly or not, by relative name.

    A file that cannot be read or does not compile is not followed; if the reward needs it, loading the reward fails.
    """
    folder, found = reward.parent, {reward.name: own}
    pending = [reward.name]
    while pending:
        name = pending.pop()
        for one in _imports(found[name]):
            for path in local_files(folder, one, name):
                other = path.relative_to(folder).as_posix()
                if other not in found and (content := _content(path)) is not None:
                    found[other] = content
                    pending.append(other)
    return found


def _imports(content: bytes) -> list[Import]:
    try:
        return list(imports_of(ast.parse(content)))
    except (SyntaxError, ValueError, RecursionError):
        return []


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def local_files(folder: Path, one: Import, name: str) -> Iterator[Path]:
    """The files under `folder` that an import in the file `name` loads; none for a module from elsewhere."""
    base = package_of(one, name)
    if base is not None and (one.level or is_local(folder, one.names[0].split(".")[0])):
        yield from files_of(folder, one, base)


def package_of(one: Import, name: str) -> tuple[str, ...] | None:
    """The folder, as parts of its path, to which an import's names are relative: () for an absolute import.

    None for a relative import that leads above the top folder.
    """
    if not one.level:
        return ()
    package = PurePosixPath(name).parent.parts
    return package[: len(package) - one.level + 1] if one.level <= len(package) else None


def is_local(folder: Path, top: str) -> bool:
    """Whether `folder` contains a module or a package of that name."""
    place = folder / top
    return _is_file(place.with_name(f"{top}.py")) or (_is_folder(place) and any(place.rglob("*.py")))


def _is_file(path: Path) -> bool:
    """Whether there is a file; False for a name that the file system refuses, such as one that is too long."""
    try:
        return path.is_file()
    except OSError:
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def files_of(folder: Path, one: Import, base: tuple[str, ...]) -> Iterator[Path]:
    """For each name of an import, the module's file and the __init__ of each package on the way to it."""
    for dotted in one.names or ("",):
        steps = [*base, *(step for step in dotted.split(".") if step)]
        for length in range(1, len(steps) + 1):
            place = folder.joinpath(*steps[:length])
            for path in (place / "__init__.py", place.with_name(f"{place.name}.py")):
                if _is_file(path):
                    yield path
                    break
