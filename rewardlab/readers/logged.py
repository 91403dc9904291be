"""A log with the prompts that its generations answer, read once."""

from __future__ import annotations

from pathlib import Path

from rewardlab.readers.logged_prompts import LoggedPrompts
from rewardlab.readers.logs import Log, read_log
from rewardlab.readers.prompts import prompts_of
from rewardlab.readers.reading import Reading
from rewardlab.task import Prompt


def read_logged(path: Path, reading: Reading) -> tuple[tuple[Prompt, ...], Log]:
    """The prompts of a log, those without an answer too, and the log.

    All of the reading's columns are the log's.
    Raises: InputError as `read_log`, and where the log holds no prompts; UsageError for a reading that does not fit it.
    """
    asked = LoggedPrompts()
    log = read_log(path, reading, asked=asked)
    asked.check()
    return prompts_of(asked.rows, path), log
