"""Score the samples of event.json, one at a time, and say what each earned, was seen to earn and should earn.

Usage: python run.py [reward.py]. Standard library only: it is copied into a reproduction, beside the folder `calling`.
Exit codes: 0 everything as wanted, 1 something is not, 2 the reward cannot be loaded.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    """Ask about every sample."""
    expected = json.loads((HERE / "expected.json").read_text(encoding="utf-8"))
    event = json.loads((HERE / "event.json").read_text(encoding="utf-8"))
    reward = Path(arguments[0]).resolve() if arguments else HERE / expected["reward"]
    sys.path[:0] = [str(reward.parent), str(HERE)]
    handler_of = importlib.import_module("calling.code.handler").handler_of
    try:
        handler = handler_of(
            str(reward),
            reward.name,
            entry=expected["entry"],
            returns="list",
            weights=expected["weights"],
            arguments=expected["arguments"],
        )
    except Exception as error:  # noqa: BLE001 - whatever importing the user's code raises
        print(f"{reward}: {type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - a script
        return 2
    samples, wrong = {sample["id"]: sample for sample in event}, 0
    for one in expected["samples"]:
        earned = ask(handler, samples[one["id"]])
        again = ask(handler, samples[one["id"]]) if one["want"] == "repeats" else earned
        held = holds(one["want"], earned, again, expected)
        wrong += not held
        mark = "ok   " if held else "WRONG"
        line = f"{mark} {one['id']}: earns {earned}, was seen to earn {one['observed']}; wanted: {one['want']}"
        print(f"{line} ({one['why']})")  # noqa: T201 - a script
    return 1 if wrong else 0


def ask(handler: Any, sample: dict[str, Any]) -> float | str:
    """The score of one sample, or the error in its place."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the handler's log
            returned = handler([json.loads(json.dumps(sample))])
        if isinstance(returned, dict):
            body = returned.get("body")
            returned = json.loads(body) if isinstance(body, str) else body
        (result,) = returned
        return float(result["aggregate_reward_score"])
    except Exception as error:  # noqa: BLE001 - whatever the user's code raises
        return f"{type(error).__name__}: {error}"


def holds(want: str, earned: float | str, again: float | str, expected: dict[str, Any]) -> bool:
    """Whether what was earned is as wanted."""
    if want == "seen":
        return True
    if isinstance(earned, str):
        return False
    if want == "repeats":
        return earned == again
    at, apart = expected["success_at"], 1e-9
    succeeds = earned > at + apart if expected["success_above"] else earned >= at - apart
    return bool({"succeeds": succeeds, "fails": not succeeds}.get(want, True))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
