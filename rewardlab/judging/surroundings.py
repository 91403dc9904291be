"""What a user's file finds around it in this process: its folder on the path, its own modules, its own output."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

#: What is kept of the prints of one file, in characters.
KEPT = 1 << 20
INSTALLED = {"site-packages", "dist-packages"}


class Prints(io.TextIOBase):
    """Standard output while a user's code runs. The beginning is kept, the rest dropped."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._left = KEPT

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if self._left > 0:
            self._parts.append(text[: self._left])
            self._left -= len(text)
        return len(text)

    @property
    def text(self) -> str:
        """What was printed."""
        return "".join(self._parts)


class Surroundings:
    """One file's surroundings, there while inside `entered()` and gone after it.

    A module beside one file is not taken for one of the same name beside another: what a file imports from its own
    folder is out of sys.modules while nobody is inside, and back when somebody is. Calls of one file may overlap; those
    of two files of which each has a module of the same name may not.
    """

    _lock = threading.RLock()
    _entered = 0
    _stdout: Any = None

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder.resolve())
        self._prints = Prints()
        self._inside = 0
        self._modules: dict[str, ModuleType] = {}
        self._before: dict[str, ModuleType] = {}

    @property
    def printed(self) -> str:
        """What was printed to standard output inside, its first megabyte."""
        return self._prints.text

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Set them up for as long as the block runs."""
        with self._lock:
            self._enter()
        try:
            yield
        finally:
            with self._lock:
                self._leave()

    def _enter(self) -> None:
        if Surroundings._entered == 0:
            Surroundings._stdout, sys.stdout = sys.stdout, self._prints
        Surroundings._entered += 1
        self._inside += 1
        if self._inside == 1:
            self._before = dict(sys.modules)
            sys.modules.update(self._modules)
            sys.path.insert(0, self._folder)

    def _leave(self) -> None:
        self._inside -= 1
        if self._inside == 0:
            if self._folder in sys.path:
                sys.path.remove(self._folder)
            self._modules |= {name: module for name, module in list(sys.modules.items()) if self._is_own(name, module)}
            for name in self._modules:
                sys.modules.pop(name, None)
                if name in self._before:
                    sys.modules[name] = self._before[name]
            self._before = {}
        Surroundings._entered -= 1
        if Surroundings._entered == 0:
            sys.stdout = Surroundings._stdout

    def _is_own(self, name: str, module: ModuleType) -> bool:
        """Whether it came in from the file's folder; a part of a package that was there before did not."""
        if name in self._before or name.partition(".")[0] in self._before:
            return False
        file = getattr(module, "__file__", None)
        # A package without __init__.py has no file, only the folders that it spans.
        places = [Path(place) for place in ([file] if isinstance(file, str) else getattr(module, "__path__", ()))]
        return any(place.is_relative_to(self._folder) and not INSTALLED & set(place.parts) for place in places)
