"""Collects the user's own files of a package: the reward, the modules beside it that it imports, named data files."""

from __future__ import annotations

import ast
import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rewardlab.errors import InputError, RewardError, UsageError
from rewardlab.rewards.code.imports import Import, imports_of
from rewardlab.rewards.code.sources import files_of, is_local, package_of

#: The most that is held in memory; more fits in no function and in no image.
MOST_BYTES = 4 << 30
#: Not packaged unless imported: tests, caches, what tools leave behind.
LEFT_OUT_FOLDERS = {"__pycache__", "tests", "test", "node_modules", "venv"}
LEFT_OUT_FILES = ("test_*.py", "*_test.py", "conftest.py", "*.pyc", "*.pyo", ".DS_Store", "Thumbs.db")


@dataclass(frozen=True, slots=True)
class Outside:
    """An import of a module that is not beside the reward: its names, its `file:line`, whether it is needed."""

    name: str
    full: str
    where: str
    needed: bool


@dataclass(slots=True)
class Sources:
    """The files that are packaged, by their names relative to the reward's folder, and what is not packaged.

    `left_out` are tests and caches, `beyond` files outside the folder, `outside` imports of other modules,
    `unnamed_data` files beside the reward that the code names but no glob does, `importers` the lines that import the
    reward itself.
    """

    files: dict[str, Path] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    outside: list[Outside] = field(default_factory=list)
    unnamed_data: list[str] = field(default_factory=list)
    importers: list[str] = field(default_factory=list)


def collect_sources(reward: Path, include: Sequence[str] = (), *, without: Iterable[Path] = ()) -> Sources:
    """The reward, the modules and packages beside it that it imports, and the files that match a glob of `include`.

    A Python package is taken with all its Python files except tests; data only if a glob names it. A file outside the
    reward's folder, or a link that leads there, is listed in `beyond` and not taken. No glob takes the files `without`,
    which are about to be written.
    Raises: RewardError when the reward is no Python file; InputError when a module beside it is none; UsageError for a
    glob that matches nothing or climbs out.
    """
    return _Collector(reward, without).collect(include)


class _Collector:
    """Follows imports from the reward, each file once."""

    def __init__(self, reward: Path, without: Iterable[Path]):
        self._reward, self._folder = reward, reward.parent
        self._root = self._folder.resolve()
        self._without = {self._reward.resolve(), *(path.resolve() for path in without)}
        self._found = Sources()
        self._literals: list[tuple[str, str]] = []

    def collect(self, include: Sequence[str]) -> Sources:
        self._follow([self._reward])
        for folder in sorted({name.split("/")[0] for name in self._found.files if "/" in name}):
            self._fill(self._folder / folder)
        for glob in include:
            self._include(glob)
        beside = {
            text: where for text, where in self._literals if text not in self._found.files and self._is_data(text)
        }
        self._found.unnamed_data = [f"{text} ({where})" for text, where in sorted(beside.items())]
        return self._found

    def _follow(self, pending: list[Path]) -> None:
        while pending:
            path = pending.pop()
            name = path.relative_to(self._folder).as_posix()
            if name in self._found.files or not self._take(path, name):
                continue
            imports, texts = self._read(path)
            self._literals += [(text, f"{name}:{line}") for text, line in texts]
            for one in imports:
                pending += self._resolve(one, name)

    def _take(self, path: Path, name: str) -> bool:
        """Take a file unless it lies outside the folder; returns whether it was taken."""
        if not path.resolve().is_relative_to(self._root) and path != self._reward:
            self._found.beyond.append(name)
            return False
        self._found.files[name] = path
        return True

    def _read(self, path: Path) -> tuple[list[Import], list[tuple[str, int]]]:
        """A file's imports, and its string constants with their lines."""
        try:
            tree = ast.parse(path.read_bytes(), filename=str(path))
            return list(imports_of(tree)), list(_texts(tree))
        except OSError as error:
            kind = RewardError if path == self._reward else InputError
            raise kind(f"cannot be read ({error.strerror})", where=str(path), expected="a Python file") from None
        except (SyntaxError, ValueError, RecursionError) as error:
            kind = RewardError if path == self._reward else InputError
            where = f"{path}:{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else str(path)
            text = error.msg if isinstance(error, SyntaxError) else error
            raise kind(f"does not compile: {text}", where=where, expected="a Python file") from None

    def _resolve(self, one: Import, name: str) -> list[Path]:
        """The files beside the reward that an import loads; an import of anything else is noted."""
        if one.level:
            base = package_of(one, name)
            if base is None:
                self._found.beyond.append(f"{name}:{one.line} (a relative import above the reward's folder)")
                return []
            return list(files_of(self._folder, one, base))
        top = one.names[0].split(".")[0]
        if top == self._reward.stem:
            self._found.importers.append(f"{name}:{one.line}")
        if is_local(self._folder, top):
            return list(files_of(self._folder, one, ()))
        self._found.outside.append(Outside(top, one.names[0], f"{name}:{one.line}", one.needed))
        return []

    def _fill(self, package: Path) -> None:
        """Take the rest of a Python package: it may import modules under names that are known only when it runs."""
        for path in sorted(package.rglob("*.py")):
            name = path.relative_to(self._folder).as_posix()
            if name in self._found.files:
                continue
            if is_left_out(name):
                self._found.left_out.append(name)
            else:
                self._take(path, name)

    def _include(self, glob: str) -> None:
        if PurePosixPath(glob).is_absolute() or ".." in PurePosixPath(glob).parts:
            raise UsageError(
                f"{glob!r} climbs out of the reward's folder", where="--include", expected="a glob within it"
            )
        try:
            found = sorted(
                path for path in self._folder.glob(glob) if path.is_file() and path.resolve() not in self._without
            )
        except (ValueError, NotImplementedError) as error:
            raise UsageError(f"{glob!r} is no glob ({error})", where="--include") from None
        if not found:
            raise UsageError(f"{glob!r} matches no file in {self._folder}", where="--include")
        for path in found:
            name = path.relative_to(self._folder).as_posix()
            if is_left_out(name):
                self._found.left_out.append(name)
            elif name not in self._found.files:
                self._take(path, name)

    def _is_data(self, text: str) -> bool:
        """Whether a text in the code names a data file beside the reward."""
        if not text or len(text) > 200 or text.startswith(("/", "~")) or text.endswith(".py") or "\0" in text:
            return False
        return "." in text and (self._folder / text).is_file()


def is_left_out(name: str) -> bool:
    """Whether a file is a test, a cache or a tool's leftover, and so not part of what runs."""
    *folders, last = PurePosixPath(name).parts
    hidden = any(folder.startswith(".") for folder in folders)
    return hidden or bool(LEFT_OUT_FOLDERS & set(folders)) or any(fnmatch.fnmatch(last, one) for one in LEFT_OUT_FILES)


def _texts(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno


def contents_of(files: Mapping[str, Path]) -> dict[str, bytes]:
    """The bytes of each file.

    Raises: InputError when one cannot be read, or all together are more than can be held; nothing is read then.
    """
    try:
        sizes = {name: path.stat().st_size for name, path in files.items()}
        if sum(sizes.values()) > MOST_BYTES:
            largest = max(sizes, key=lambda name: sizes[name])
            what = f"the files that travel are {sum(sizes.values())} bytes together, this one {sizes[largest]}"
            raise InputError(what, where=str(files[largest]), expected=f"at most {MOST_BYTES}", do="name fewer")
        return {name: path.read_bytes() for name, path in files.items()}
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(error.filename)) from None
