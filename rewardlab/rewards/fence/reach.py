"""The files that fenced code may reach: its folder, its Python, system files, and paths that the user allowed.

Standard library only: this file runs in the isolated worker.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

#: The system files that programs need: libraries, programs and their data, but no user's files.
SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/opt/rocm"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/loadavg", "/proc/uptime", "/proc/version"),
    *("/proc/filesystems", "/proc/sys/kernel", "/proc/sys/vm", "/proc/sys/net", "/proc/driver"),
    *("/sys/devices/system", "/sys/fs/cgroup", "/sys/kernel/mm"),
)
#: The allowed part of /etc, which also holds passwords.
SETTINGS = (
    *("alternatives", "bash.bashrc", "ca-certificates", "ca-certificates.conf", "crypto-policies", "debian_version"),
    *("fonts", "gai.conf", "gitconfig", "group", "host.conf", "hosts", "inputrc", "java", "ld.so.cache", "ld.so.conf"),
    *("ld.so.conf.d", "ld.so.preload", "locale.alias", "locale.conf", "localtime", "lsb-release", "magic"),
    *("mime.types", "nsswitch.conf", "OpenCL", "os-release", "passwd", "pki", "profile", "protocols", "python3"),
    *("resolv.conf", "services", "ssl", "terminfo", "timezone"),
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm")  # noqa: S108 - no temp file
#: Folders from which version control systems and editors run code.
REPOSITORIES = (".git", ".hg", ".svn", ".vscode", ".idea", ".venv", "venv")
#: Endings of the files that an import reads in a folder of modules; the folder's other files stay closed.
IMPORTED = (".py", ".pyc", ".pyd", ".so", ".zip", ".pth", ".egg-link", ".dist-info", ".egg-info", ".libs", ".data")


@dataclass(frozen=True)
class Reach:
    """Files and folders that may be read, or also written; `listed` folders may only be listed."""

    read: tuple[str, ...]
    written: tuple[str, ...]
    listed: tuple[str, ...]

    def allows(self, path: str, *, writing: bool) -> bool:
        """Whether a path, absolute and without links, may be read or written."""
        return _lies_in(path, self.written if writing else self.read + self.written)

    def lists(self, path: str) -> bool:
        """Whether a folder may be listed."""
        return self.allows(path, writing=False) or _lies_in(path, self.listed)


def reach_of(folder: Path, private: Path, allowed: Sequence[str], *, home: Path | None) -> Reach:
    """What the reward in `folder` may reach, including its `private` folder and the `allowed` paths.

    `home` is the user's home. If `folder` is the home or a folder above it, it is not the reward's own: the reward may
    then read the files and packages in it but write nothing there.
    """
    own = not _is_home(folder, home)
    read = [*SYSTEM, *(f"/etc/{name}" for name in SETTINGS), *_python(home), f"/proc/{os.getpid()}"]
    read += [] if own else [str(one) for one in _entries(folder) if _is_beside(one)]
    written = [str(private), *DEVICES, *([str(folder)] if own else [])]
    listed = [str(place) for place in _modules()] + ([] if own else [str(folder)])
    return Reach(_real(read), _real(written) + tuple(map(os.path.realpath, allowed)), _real(listed))


def run_by_others(folder: Path) -> list[str]:
    """Folders within the reward's folder whose code others will run later: this Python, a repository's hooks."""
    every = [sys.prefix, sys.base_prefix, *sys.path, *(str(folder / name) for name in REPOSITORIES)]
    found = {os.path.realpath(one) for one in every if os.path.isdir(one)}
    return sorted(one for one in found if one != str(folder) and _lies_in(one, [str(folder)]))


def _python(home: Path | None) -> Iterator[str]:
    """This Python's paths: its installation, its import folders, its loaded libraries, and the programs on PATH."""
    yield from {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix, str(Path(sys.executable).parent)}
    yield str(Path(sys.executable).resolve().parent)
    for place in _modules():
        yield from (str(one) for one in _entries(place) if _is_imported(one))
    yield from _editable()
    yield from {str(Path(library).parent) for library in _loaded() if "/lib" in library}
    for name in ("PATH", "LD_LIBRARY_PATH"):
        named = os.environ.get(name, "").split(os.pathsep)
        yield from (one for one in named if one.startswith("/") and not _is_home(Path(one), home))


def _modules() -> Iterator[Path]:
    """The folders of sys.path outside this Python's installation, such as a project installed in place."""
    prefixes = tuple(os.path.realpath(one) for one in (sys.prefix, sys.base_prefix))
    for text in sys.path:
        if text and os.path.isdir(text) and not _lies_in(os.path.realpath(text), prefixes):
            yield Path(text)


def _is_imported(path: Path) -> bool:
    return path.suffix in IMPORTED or (path.name.isidentifier() and os.path.isdir(path))


def _is_beside(path: Path) -> bool:
    """Whether it is a plain file or a package that is not hidden."""
    return not path.name.startswith(".") and (os.path.isfile(path) or os.path.isfile(path / "__init__.py"))


def _editable() -> Iterator[str]:
    """The folders of setuptools' editable installs."""
    for name, module in list(sys.modules.items()):
        if name.startswith("__editable__"):
            mapping = getattr(module, "MAPPING", {})
            yield from (str(place) for place in mapping.values()) if isinstance(mapping, dict) else ()


def _loaded() -> Iterator[str]:
    try:
        lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    yield from {line[line.index("/") :] for line in lines if "/" in line and ".so" in line}


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _is_home(path: Path, home: Path | None) -> bool:
    return home is not None and _lies_in(os.path.realpath(home), [os.path.realpath(path)])


def _real(paths: Sequence[str]) -> tuple[str, ...]:
    """The paths that exist, with links resolved, each once, without the root folder."""
    found = {os.path.realpath(one) for one in paths}
    return tuple(sorted(one for one in found if one != "/" and os.path.exists(one)))


def _lies_in(path: str, roots: Sequence[str]) -> bool:
    return any(path == root or path.startswith(f"{root.rstrip('/')}/") for root in roots)
