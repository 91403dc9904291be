"""Converts the values of settings, from texts of the command line and from what a caller passes."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field

from rewardlab.errors import UsageError
from rewardlab.platforms import PLATFORMS


def pair(value: object) -> object:
    """Split `LO,HI` of the command line; any other value passes."""
    if isinstance(value, str):
        parts = value.split(",")
        if len(parts) != 2:
            raise ValueError("expected two numbers, LO,HI")
        return tuple(part.strip() for part in parts)
    return value


def ascending(value: tuple[float, float]) -> tuple[float, float]:
    if value[0] >= value[1]:
        raise ValueError(f"{value[0]:g},{value[1]:g} is upside down; expected LO below HI")
    return value


def within_one(value: tuple[float, float]) -> tuple[float, float]:
    if not (value[0] >= 0 and value[1] <= 1):
        raise ValueError(f"{value[0]:g},{value[1]:g} leaves 0,1; expected shares, such as 0.05,0.95")
    return value


def names(value: object) -> object:
    """Split the names of variables, `A,B`, given once or repeatedly; their values stay in the environment."""
    given = (value,) if isinstance(value, str) else value
    if not (isinstance(given, list | tuple) and all(isinstance(name, str) for name in given)):
        return value
    names = [name.strip() for some in given for name in some.split(",")]
    if any("=" in name for name in names):
        raise ValueError("expected names of variables, not NAME=VALUE")
    return names


def paths(value: object) -> object:
    """Split paths, `A,B`, given once or repeatedly."""
    given = (value,) if isinstance(value, str | os.PathLike) else value
    if not (isinstance(given, list | tuple) and all(isinstance(one, str | os.PathLike) for one in given)):
        return value
    return [one.strip() for some in given for one in os.fspath(some).split(",") if one.strip()]


def absolute(given: Iterable[str], folder: Path | None) -> tuple[str, ...]:
    """Absolute paths with links resolved; relative ones start from the folder, and ~ is the user's home."""
    return tuple(str(((folder or Path()) / Path(one).expanduser()).resolve()) for one in given)


def path(value: object) -> object:
    """A path as its text."""
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def joined(value: object) -> object:
    """Join names, given as a list or with commas, into one text with commas; None if there is no name."""
    given = [value] if isinstance(value, str) else value
    if not (isinstance(given, list | tuple) and all(isinstance(name, str) for name in given)):
        return value
    names = [name.strip() for some in given for name in some.split(",") if name.strip()]
    if doubled := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"{doubled[0]} is named twice")
    return ",".join(names) or None


def numbers(value: object) -> object:
    """Split `W,W` of the command line; turn a single number into a list of one."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else value


def one_or_more(value: object) -> object:
    """Turn a single name into a list of one."""
    return (value,) if isinstance(value, str) else value


def known_platform(value: str) -> str:
    if value not in PLATFORMS:
        raise ValueError(f"no platform {value!r}; expected one of {', '.join(PLATFORMS)}")
    return value


def parse_pairs(pairs: Sequence[str], option: str) -> dict[str, Any]:
    """Read `NAME=VALUE` pairs; a value is a TOML value where it is one (2, true, [1, 2]), else text.

    Raises: UsageError for a pair without a name or an equals sign.
    """
    options: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"{pair!r} is no option", where=option, expected="NAME=VALUE")
        try:
            options[name.strip()] = tomllib.loads(f"value = {value}")["value"]
        except (tomllib.TOMLDecodeError, RecursionError):
            options[name.strip()] = value
    return options


PathText: TypeAlias = Annotated[str, BeforeValidator(path)]
Finite: TypeAlias = Annotated[float, Field(allow_inf_nan=False)]
Pair: TypeAlias = Annotated[tuple[Finite, Finite], BeforeValidator(pair), AfterValidator(ascending)]
