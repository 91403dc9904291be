"""Reads a reward file's inline metadata (PEP 723): its dependencies, its Python, the data files packaged with it.

# /// script
# requires-python = ">=3.11"
# dependencies = ["jsonschema==4.26.0"]
# [tool.rewardlab]
# include = ["rubric.txt"]
# ///
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from rewardlab.errors import InputError

#: PEP 723's own regular expression for a block.
BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
KNOWN = ("include",)


@dataclass(frozen=True, slots=True)
class Inline:
    """The metadata: requirements, the Pythons allowed (None for any), globs of data files."""

    dependencies: tuple[str, ...] = ()
    python: SpecifierSet | None = None
    include: tuple[str, ...] = ()


def read_inline(reward: Path) -> Inline:
    """The metadata of a file; empty where it has none.

    Raises: InputError for a block that cannot be read, and for an unknown key of rewardlab's own table.
    """
    block = _block(reward)
    tool = block.get("tool", {})
    own = tool.get("rewardlab", {}) if isinstance(tool, dict) else {}
    if not isinstance(own, dict) or set(own) - set(KNOWN):
        known = ", ".join(KNOWN)
        raise InputError(
            "its inline [tool.rewardlab] has an unknown key", where=str(reward), expected=f"one of {known}"
        )
    return Inline(
        _strings(block, "dependencies", reward),
        _python(block.get("requires-python"), reward),
        _strings(own, "include", reward),
    )


def _block(reward: Path) -> dict[str, Any]:
    try:
        text = reward.read_text(encoding="utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return {}  # in another declared encoding: such a file can hold no block of PEP 723
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(reward)) from None
    blocks = [match for match in BLOCK.finditer(text) if match["type"] == "script"]
    if len(blocks) > 1:
        raise InputError("has several blocks of inline metadata", where=str(reward), expected="one `# /// script`")
    if not blocks:
        return {}
    lines = blocks[0]["content"].splitlines(keepends=True)
    try:
        return tomllib.loads("".join(line[2:] if line.startswith("# ") else line[1:] for line in lines))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"its inline metadata is no TOML ({error})", where=str(reward)) from None


def _strings(table: Mapping[str, Any], key: str, reward: Path) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f"its inline `{key}` is no list of texts", where=str(reward))
    return tuple(value)


def _python(value: Any, reward: Path) -> SpecifierSet | None:
    if value is None:
        return None
    try:
        return SpecifierSet(value)
    except (InvalidSpecifier, TypeError, AttributeError):
        raise InputError(f"its inline `requires-python` is {value!r}", where=str(reward), expected='">=3.11"') from None
