"""The log file of what a worker prints, limited so that endless printing cannot fill the disk."""

from __future__ import annotations

from pathlib import Path

MB = 1 << 20
#: The most that one invocation may print, far more than anybody reads.
MOST_MB = 64
#: How much is kept of an invocation that printed too much, and the size beyond which a log is emptied.
KEPT, WHOLE = 1 * MB, 256 * MB
#: How much is read of all logs together when they are searched for errors.
READ = 2 * MB
#: The logs of a run's workers, one per worker.
LOGS = "reward*.log"


class Printout:
    """The log of one worker. The worker appends to it; the audit watches its size and truncates it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._began = 0

    def _size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def begin(self) -> None:
        """Mark the start of an invocation; a log that has grown too long is emptied."""
        self._began = self._size()
        if self._began > WHOLE:
            self._cut(0)

    @property
    def too_long(self) -> bool:
        """Whether this invocation has printed more than it may."""
        return self._size() - self._began > MOST_MB * MB

    def cut(self) -> None:
        """Keep only the beginning of what this invocation printed; the process must have ended."""
        if self._size() > self._began + KEPT:
            self._cut(self._began + KEPT)

    def _cut(self, size: int) -> None:
        with self.path.open("ab") as log:
            log.truncate(size)
        self._began = size

    def last_line(self) -> str:
        """The last line printed, for an error that nothing else explains; empty when there is none."""
        if not self._size():
            return ""
        with self.path.open("rb") as log:
            log.seek(max(0, self._size() - 4096))
            lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip()[:200] if lines else ""


def read_printouts(folder: Path) -> tuple[str, int]:
    """The beginnings of a run's logs, about READ bytes in all, and the total size of the logs."""
    logs = sorted(folder.glob(LOGS))
    whole, kept = 0, []
    for log in logs:
        whole += log.stat().st_size
        with log.open("rb") as file:
            kept.append(file.read(READ // len(logs)).decode(errors="replace"))
    return "\n".join(kept), whole


def clear_printouts(folder: Path) -> None:
    """Delete a run's logs before another reward is scored."""
    for log in folder.glob(LOGS):
        log.unlink()
