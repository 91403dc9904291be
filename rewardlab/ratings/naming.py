"""What the user said about the columns of a file of ratings."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Layout: TypeAlias = Literal["long", "wide", "counts"]


@dataclass(frozen=True, slots=True)
class Naming:
    """The columns as the user named them; None or empty where that is left to the file.

    `rater` and `rating` have one name each in a long file. Several mean slots: the first rating is of the first rater's
    column, the second of the second's.
    """

    unit: tuple[str, ...] = ()
    rater: tuple[str, ...] = ()
    rating: tuple[str, ...] = ()
    raters: tuple[str, ...] = ()
    by: str | None = None
    cluster: str | None = None
    layout: Layout | None = None


def command_for(files: Sequence[str], *options: tuple[str, Sequence[str]]) -> str:
    """The command line that reads files with these options, ready to be pasted into a shell."""
    said = [f"{option} {shlex.quote(','.join(map(listed, names)))}" for option, names in options]
    return " ".join(["rewardlab agree", *(shlex.quote("-" if file == "<stdin>" else file) for file in files), *said])


def listed(name: str) -> str:
    """A name as it stands in a list of names separated by commas: in quotes where it holds a comma or a quote."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"' if {",", '"'} & set(name) or name != name.strip() or not name else name
