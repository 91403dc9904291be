"""The version of rewardlab, which every report and run names."""

from __future__ import annotations

__version__ = "0.1.0"

#: The address of the folder docs/ where the public can read it; None while there is none.
DOCUMENTATION: str | None = None
