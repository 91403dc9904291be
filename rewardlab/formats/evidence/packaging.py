"""The evidence of RL901 in sentences: its title says the cause, these say which files, modules or sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

SENTENCES: Mapping[str, Sequence[str]] = {
    "RL901": (
        "{what:s} has {mb:g} MB, the limit is {limit_mb:g} MB",
        "the largest: {largest_unpacked:l}",
        "{count:n|file|files}: {files:l}",
        "{files:l}",
        "{modules:l}",
        "{requirement:s}: {detail:s}",
        "{name:s}: {detail:s}",
        "{detail:s}",
        "{requirements:l}",
        "expected {expected:s}",
        "audited {audited:s}, packaged {packaged:s}",
        "the verdict was {verdict:s}",
        "it asks for Python {requires:s}, the package is for {python:s}",
        "Python {python:s}; known are {listed:l}",
        "Python {python:s}",
        "{entry:s} takes completion_ids",
        "{cause:?|}",
    ),
}
