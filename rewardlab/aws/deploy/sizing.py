"""Reads the timeout and the memory that a proof recommends."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rewardlab.errors import InputError, UsageError
from rewardlab.platforms import LAMBDA

SCHEMA = "rewardlab.proof/1"


@dataclass(frozen=True, slots=True)
class Sizing:
    """A function's timeout in seconds and memory in MB; None if the proof recommends none."""

    timeout: int | None = None
    memory_mb: int | None = None


def read_sizing(path: Path, package_sha256: str) -> Sizing:
    """The sizing that the proof in this file recommends for the package with this hexadecimal SHA-256.

    Raises: InputError for a file that is no proof; UsageError for a proof of another package, or one that did not hold.
    """
    try:
        proof = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path)) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"is no JSON ({error})", where=str(path), expected=SCHEMA) from None
    if not isinstance(proof, dict) or proof.get("schema") != SCHEMA:
        found = proof.get("schema") if isinstance(proof, dict) else type(proof).__name__
        raise InputError(
            f"its schema is {found!r}", where=str(path), expected=f"{SCHEMA}: rewardlab prove --format json"
        )
    _check_package(proof, package_sha256, path)
    if proof.get("verdict", "proven") != "proven":
        raise UsageError(
            f"its verdict is {proof['verdict']!r}: the zip does not do what was audited",
            where=str(path),
            do="see what rewardlab prove says of it; or give --timeout and --memory and no --proof",
        )
    recommended = _mapping(proof.get("recommended"))
    return Sizing(
        timeout=_number(recommended, "timeout_s", 1, LAMBDA.most_seconds, path),
        memory_mb=_number(recommended, "memory_mb", LAMBDA.least_memory_mb, LAMBDA.most_memory_mb, path),
    )


def _check_package(proof: Mapping[str, Any], package_sha256: str, path: Path) -> None:
    proven = _mapping(proof.get("package")).get("sha256")
    if proven is not None and proven != package_sha256:
        raise UsageError(
            f"it proves another zip (sha256 {str(proven)[:12]}..., not {package_sha256[:12]}...)",
            where=str(path),
            do="run rewardlab prove on this one",
        )


def _number(recommended: Mapping[str, Any], key: str, least: int, most: int, path: Path) -> int | None:
    value = recommended.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"recommended.{key} is {value!r}", where=str(path), expected="a number")
    if not least <= math.ceil(value) <= most:
        raise InputError(f"recommended.{key} is {value:g}", where=str(path), expected=f"{least} to {most}")
    return math.ceil(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
