"""One code's page in the catalogue of findings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One code's page: what went wrong in a few words, why that matters for training, and the usual remedy."""

    title: str
    why: str
    remedy: str
