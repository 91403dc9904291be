"""Records which keys of a sample a handler looks up, which shows where it reads the reference.

Standard library only: this file runs in the isolated worker, and in no package.
"""

from __future__ import annotations

from typing import Any


class Watched(dict[str, Any]):
    """An object of an event that records the keys looked up in it, each with the path that leads to it."""

    def __init__(self, held: dict[str, Any] | None = None, before: str = "", seen: set[str] | None = None) -> None:
        self._before, self._seen = before, set() if seen is None else seen
        super().__init__({key: watched(value, self._seen, f"{before}{key}.") for key, value in (held or {}).items()})

    def __getitem__(self, key: str) -> Any:
        self._seen.add(f"{self._before}{key}")
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Like dict.get, but records the key."""
        self._seen.add(f"{self._before}{key}")
        return super().get(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        """Like dict.pop, but records the key."""
        self._seen.add(f"{self._before}{key}")
        return super().pop(key, *default)


def watched(value: Any, seen: set[str], before: str = "") -> Any:
    """The same JSON, whose objects record each lookup in `seen`, in the form "metadata.reference_answer"."""
    if isinstance(value, dict):
        return Watched(value, before, seen)
    return [watched(part, seen, before) for part in value] if isinstance(value, list) else value
