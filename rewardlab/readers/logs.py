"""Logs: the generations that a file of a trainer or an evaluator holds, before they are matched to prompts."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from rewardlab.errors import InputError
from rewardlab.readers import lm_eval
from rewardlab.readers.answer import Answer
from rewardlab.readers.columns import mapping_for, renamed_answers
from rewardlab.readers.conversation import ONE_ROW
from rewardlab.readers.kinds import LOGS, LogFormat, is_recorded, log_format, prompt_format
from rewardlab.readers.logged_prompts import LoggedPrompts
from rewardlab.readers.plain import is_without_text
from rewardlab.readers.reading import Reading, Row
from rewardlab.readers.source import first_row, readable, rows_of

ONE_ANSWER = '{"prompt_id": ..., "index": ..., "text": ...} on each line'


@dataclass(frozen=True, slots=True)
class Log:
    """What a log holds: its format's title, its answers that are texts, and how many others there were, by why."""

    title: str
    answers: tuple[Answer, ...]
    lost: Mapping[str, int] = field(default_factory=dict)
    is_trained: bool = False


def is_ours(path: Path, reading: Reading) -> bool:
    """Whether the log is of our own form: `prompt_id` and `text` on each line. Also where it is empty.

    Raises: InputError where its first row cannot be read.
    """
    first = first_row(path, what=ONE_ANSWER, reading=reading)
    return first is None or is_recorded(first.values, reading)


def holds_no_prompts(row: Row) -> InputError:
    """What is said of a row of our own form where prompts are looked for."""
    return InputError(
        "these are recorded generations, which hold no prompts",
        where=row.where,
        expected=ONE_ROW,
        do="name the prompts file, and this one with --model recorded:FILE",
    )


def read_log(path: Path, reading: Reading, *, asked: LoggedPrompts | None = None) -> Log:
    """Read a log of a format that `kinds` lists; the prompts of all its answers go into `asked`.

    Raises: InputError with file:line for what cannot be read, and where no row holds a text.
    """
    answers: list[Answer] = []
    lost: Counter[str] = Counter()
    with closing(rows_of(path, what=ONE_ANSWER, reading=reading, nan=True)) as source:
        rows = renamed_answers(source, reading, always=asked is not None)
        first = next(rows, None)
        if first is None:
            raise InputError("empty", where=str(path), expected=ONE_ANSWER)
        if asked is not None and is_recorded(first.values, reading):
            raise holds_no_prompts(first)
        found = log_format(first, reading) or (LOGS["plain"] if is_without_text(first.values) else None)
        if found is None:
            raise _refused(first, reading)
        for one in answers_of(itertools.chain([first], rows), found, reading, lost=lost):
            if asked is not None:
                asked.add(one)
            if one.lost is not None or one.text is None:
                lost[one.lost or "no text"] += 1
            elif _has_surrogate(one.text):
                lost["half of a surrogate pair in the text"] += 1
            else:
                answers.append(one)
    if not answers:
        said = "; ".join(f"{count} x {reason}" for reason, count in lost.items())
        raise InputError(
            f"taken for {found.title}, and no generation is in it ({said})", where=str(path), expected=ONE_ANSWER
        )
    return Log(found.title, tuple(answers), dict(lost), found.is_trained)


def answers_of(
    rows: Iterable[Row], log: LogFormat, reading: Reading, *, lost: Counter[str] | None = None
) -> Iterator[Answer]:
    """The answers of a log's rows; those of other steps, and repeats under another filter, are counted in `lost`.

    Raises: InputError with file:line for a row that is of another format.
    """
    counts = Counter[str]() if lost is None else lost
    filters: dict[tuple[object, object], str] = {}
    for row in rows:
        if not log.fits(row.values) and not (log.is_wide and is_without_text(row.values)):
            raise InputError(
                f"taken for {log.title}, but this row is none (columns: {readable(row.values)})",
                where=row.where,
                expected="rows of one format",
            )
        key = lm_eval.key_of(row.values) if log.answers is lm_eval.sampled else None
        if key is not None and filters.setdefault(key[:2], key[2]) != key[2]:
            counts["the same generations under another filter"] += 1
            continue
        for one in log.answers(row):
            if reading.holds(one.step):
                yield one
            else:
                counts["of another step"] += 1


def _refused(row: Row, reading: Reading) -> InputError:
    """What a file is taken for that is no log, and what would make it one."""
    asked = prompt_format(row, reading)
    proposed = mapping_for(row.values, text=True)
    title = (
        f"taken for {asked.title}: prompts, and no generations" if asked is not None else "no column holds generations"
    )
    return InputError(
        f"{title} (columns: {readable(row.values)})",
        where=row.where,
        expected=ONE_ANSWER,
        do=f"{proposed} would do" if proposed else "name the column of texts with --columns text=COLUMN",
    )


def _has_surrogate(text: str) -> bool:
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        return True
    return False
