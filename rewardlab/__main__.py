"""The entry point of `python -m rewardlab` and of the console script."""

from __future__ import annotations

from rewardlab.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
