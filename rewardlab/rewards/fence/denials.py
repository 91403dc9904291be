"""Records what the fence denied the reward, so that the audit can report it, whether the reward failed or not.

Standard library only: this file runs in the isolated worker. The kernel does the refusing; this file watches what
Python code asks for, so that a denial is seen even if an `except` hides it. Requests of other programs are not seen.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

from rewardlab.rewards.fence.calls_filter import AF_UNIX
from rewardlab.rewards.fence.fence import Built
from rewardlab.rewards.fence.namespaces import TEMPORARY
from rewardlab.rewards.fence.reach import Reach

#: The beginning of the note that is appended to a failure's message.
DENIED = " [the fence denied "
#: At most this many denials are reported for one call.
MOST = 3
HERE = ("localhost", "ip6-localhost", "127.0.0.1", "::1", "0.0.0.0", "")  # noqa: S104 - compared with, not bound to
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Matches error messages about a file that could not be opened or a connection that failed.
TROUBLE = re.compile(r"ermission denied|not permitted|No such file|[Cc]onnection|unreachable|refused|[Tt]imed? ?out")
#: A path in an error message.
PATH = re.compile(r"""['"](/[^'"\n]+)['"]""")
#: Python's audit events for opening a file, listing a folder, and changing a folder.
OPENED, LISTED = "open", {"os.listdir", "os.scandir"}
CHANGED = {"os.mkdir", "os.remove", "os.rmdir", "os.rename", "os.truncate", "os.chmod", "os.symlink", "os.link"}


class Denials:
    """Collects denied requests. Created once, after the fence has been raised.

    `who` is in the fence, "reward" or "judge"; `home` is the user's home folder.
    """

    def __init__(self, reach: Reach, built: Built, who: str = "reward", home: Path | None = None) -> None:
        self._reach, self._built, self._who, self._home = reach, built, who, home
        self._roots = tuple(f"{root.rstrip('/')}/" for root in reach.read + reach.written)
        self._written = tuple(f"{root.rstrip('/')}/" for root in reach.written)
        self._found: dict[str, None] = {}
        self._perhaps: dict[str, None] = {}  # may have succeeded, so reported only with a failure
        if built.files or built.network not in {"", "open"}:
            sys.addaudithook(self._see)

    def taken(self) -> list[str]:
        """Return and clear the requests denied since the last call, each with the option that would allow it."""
        found, self._found, self._perhaps = list(self._found), {}, {}
        return found[:MOST]

    def explain(self, text: str) -> str:
        """A failure's message, with a note about what the fence denied."""
        return self.explain_all([text])[0]

    def explain_all(self, texts: list[str]) -> list[str]:
        """The messages of a call's failures, with a note about denials on those that mention files or connections.

        If none does, all get the note, since the reward may raise an error of its own about what it could not read.
        """
        likely = [text for text in texts if TROUBLE.search(text)]
        for text in likely:
            self._read(text)
        for text in texts:
            self._at_home(text)
        if likely and not self._found:
            self._found = self._perhaps
        found = self.taken() if texts else []
        behind = f"{DENIED}{'; '.join(found)}]" if found else ""
        return [text + behind if text in likely or not likely else text for text in texts]

    def _read(self, text: str) -> None:
        """Record the paths named in an error message, including those that were not requested by Python code."""
        for path in PATH.findall(text):
            if self._built.own_tmp and "No such file" in text and path.startswith(f"{TEMPORARY}/"):
                self._found[self._allowing("files", f"the machine's {path}", path)] = None
            if self._built.files and ("ermission denied" in text or "not permitted" in text):
                self._file(path, writing=False)

    def _at_home(self, text: str) -> None:
        """Record files that the message looks for in the worker's own home and that are in the user's home."""
        own, users = f"{os.environ.get('HOME', '')}/", self._home
        if users is None or own == "/" or own not in text:
            return
        for place in re.findall(re.escape(own) + r"""([^'"\s]+)""", text):
            real = os.path.join(users, place)
            if os.path.exists(real):
                self._found[self._allowing("files", f"{real}, for its home is its own", real)] = None

    def _allowing(self, option: str, what: str, value: str = "") -> str:
        return f"{what} (--{self._who}-{option}{' ' if value else ''}{value} allows it)"

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        try:
            if event == OPENED:
                path, _, flags = arguments
                if type(path) is str and not (
                    ".." not in path and path.startswith(self._written if flags & WRITING else self._roots)
                ):
                    self._open(path, writing=bool(flags & WRITING))
            elif event in LISTED or event in CHANGED:
                self._list(os.fspath(arguments[0]), changing=event in CHANGED)
            elif event.startswith("socket.") and self._built.network not in {"", "open"}:
                self._socket(event, arguments)
        except Exception:  # noqa: BLE001 - an error in this hook must not reach the reward
            return

    def _open(self, path: str, *, writing: bool) -> None:
        if self._built.files:
            self._file(path, writing=writing)

    def _list(self, path: Any, *, changing: bool) -> None:
        if not self._built.files or not isinstance(path, str):
            return
        real = os.path.realpath(path)
        if changing:
            real = os.path.join(os.path.realpath(os.path.dirname(os.path.abspath(path))), os.path.basename(real))
            if not self._reach.allows(os.path.dirname(real), writing=True):
                self._file(path, writing=True)
        elif os.path.isdir(real) and not self._reach.lists(real):
            self._found[self._allowing("files", f"listing {path}", path)] = None

    def _file(self, path: str, *, writing: bool) -> None:
        """Record a path that the fence denies, if it exists or could be created."""
        real = os.path.realpath(path)
        if self._reach.allows(real, writing=writing) or real.startswith(("/proc/", "/sys/", "/dev/")):
            return
        if os.path.exists(real) if not writing else os.path.isdir(os.path.dirname(real)):
            place = os.path.dirname(real) if writing else real
            self._found[self._allowing("files", f"{'writing' if writing else 'reading'} {path}", place)] = None

    def _socket(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.__new__":
            if self._built.network == "filter" and arguments[1] != AF_UNIX:
                self._perhaps[self._allowing("network", "opening a socket")] = None
        elif event == "socket.connect" and isinstance(arguments[1], tuple):
            host, port = arguments[1][:2]
            held = self._perhaps if host in HERE else self._found
            held[self._allowing("network", f"reaching {host}:{port}")] = None
        elif event == "socket.getaddrinfo":
            host = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
            if host is not None and host not in HERE:
                self._found[self._allowing("network", f"reaching {host}:{arguments[1]}")] = None
