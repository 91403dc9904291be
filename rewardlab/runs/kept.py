"""Saves and reads the JSON files of a run directory, with a digest by which a changed or damaged file is noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rewardlab.errors import RunError
from rewardlab.runs.parts import write_atomically

#: The key of the digest, which is computed from all other keys.
DIGEST = "digest"


def save_kept(path: Path, values: Mapping[str, Any]) -> None:
    """Write `values`, which JSON can hold, atomically; the folder is made if it is missing."""
    path.parent.mkdir(exist_ok=True)
    plain = json.loads(json.dumps(values))
    write_atomically(path, json.dumps({DIGEST: _digest(plain), **plain}, indent=2).encode())


@contextmanager
def read_kept(path: Path, *, do: str) -> Iterator[Any]:
    """What `save_kept` wrote into `path`, without the digest; if the body cannot read it, that is an error too.

    Raises: RunError, which says `do`, for a file that cannot be read or is not as it was written.
    """
    try:
        values = json.loads(path.read_bytes())
        if not isinstance(values, dict) or values.pop(DIGEST, None) != _digest(values):
            raise RunError("is not as rewardlab wrote it", where=str(path), do=do)
        yield values
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise RunError(f"cannot be read ({error})", where=str(path), do=do) from None


def _digest(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:16]
