"""The names that the user gave for the columns of a file of ratings, and commands that give such names."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Layout: TypeAlias = Literal["long", "wide", "counts"]


@dataclass(frozen=True, slots=True)
class Naming:
    """The columns as the user named them; None or empty where they are to be found in the file.

    `rater` and `rating` have one name each in a long file. Several names mean slots: the first rating belongs to the
    first rater, the second to the second.
    """

    unit: tuple[str, ...] = ()
    rater: tuple[str, ...] = ()
    rating: tuple[str, ...] = ()
    raters: tuple[str, ...] = ()
    by: str | None = None
    cluster: str | None = None
    layout: Layout | None = None


def command_for(files: Sequence[str], *options: tuple[str, Sequence[str]]) -> str:
    """The command line that reads the files with these options, ready to paste into a shell."""
    said = [f"{option} {shlex.quote(','.join(map(listed, names)))}" for option, names in options]
    return " ".join(["rewardlab agree", *(shlex.quote("-" if file == "<stdin>" else file) for file in files), *said])


def listed(name: str) -> str:
    """A name as an item of a comma-separated list, in quotes if it contains a comma or a quote."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"' if {",", '"'} & set(name) or name != name.strip() or not name else name
