"""How a command reads the prompts that a run holds: `--from` and `--columns` of score and judge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rewardlab.errors import UsageError
from rewardlab.readers.columns import PROMPT_NAMES
from rewardlab.readers.kinds import PROMPTS
from rewardlab.readers.reading import Reading
from rewardlab.runs.manifest import RewardRecord

#: What of a run's prompts may be named anew: the rest was sampled.
NAMED_ANEW = ("reference", "right")


def asked_reading(options: Mapping[str, Any]) -> Reading:
    """The reading of a run's prompts that the options ask for; plain where they ask for none.

    Raises: UsageError for what concerns generations, which the run holds in its own form.
    """
    formats, columns = tuple(options.get("from_format", ())), dict(options.get("columns", {}))
    expected = "a format of prompts: " + ", ".join(PROMPTS)
    if logs := [name for name in formats if name not in PROMPTS]:
        raise UsageError(f"{logs[0]} is a format of generations", where="--from", expected=expected)
    if others := [name for name in columns if name not in PROMPT_NAMES]:
        raise UsageError(
            f"{others[0]} is of generations, which the run holds in its own form",
            where="--columns",
            expected=" or ".join(f"{name}=COLUMN" for name in NAMED_ANEW),
        )
    return Reading(formats, columns)


def read_otherwise(record: RewardRecord, reading: Reading) -> RewardRecord:
    """The record of a reward that reads the prompts in this way; its scores are kept apart from others of the code."""
    if not reading.identity:
        return record
    called = f"{record.key}:{json.dumps(reading.identity, sort_keys=True)}"
    key = hashlib.sha256(called.encode()).hexdigest()[:12]
    return replace(record, key=key, from_format=reading.formats, columns=dict(reading.columns))
