"""What to do about failures of reward code whose words tell what is behind them."""

from __future__ import annotations

import re

#: How trainers.py says that a reward read what only the trainer has.
TOKENS = re.compile(r"TRL passes completion_ids; rewardlab has none")
#: What looking up a variable that the reward was not handed says.
VARIABLE = re.compile(r"KeyError: '([A-Z][A-Z0-9_]*)'")
RELATIVE = "attempted relative import with no known parent package"


def remedy_of(detail: str) -> str:
    """What to do about a reward that raised so; empty where only its author can tell."""
    if TOKENS.search(detail):
        return (
            "The audit keeps texts, not tokens: this is no fault of the reward, and it cannot be audited as it is. "
            "Measure the text (len(completion) or its words) where the reward measures tokens, or split off the part "
            "that reads completion_ids and name the other with --entry."
        )
    return ""


def remedy_of_import(text: str) -> str | None:
    """What to do about code that cannot be loaded; None where its words do not tell."""
    if "of one kind" in text:
        return "name the one to audit with --entry"
    if RELATIVE in text:
        return (
            "a reward is loaded as a file, as on Lambda, with its folder on the path: write `from sibling import x` "
            "for `from .sibling import x`"
        )
    if missing := VARIABLE.search(text):
        return f"if it is a variable of the environment, set it and hand it over with --reward-env {missing[1]}"
    return None
