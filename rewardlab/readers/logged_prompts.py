"""The prompts that a log's generations answer, each once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator

from rewardlab.errors import InputError
from rewardlab.readers.answer import Answer
from rewardlab.readers.reading import Row


def prompts_in(answers: Iterable[Answer], *, where: str) -> Iterator[Row]:
    """Rows of ours, in the log's order. An id is the log's; where that means two prompts, or there is none, a hash.

    Raises: InputError where no answer names its prompt.
    """
    taken: dict[str, str] = {}
    known: set[str] = set()
    count, lacking = 0, ""
    for one in answers:
        if one.prompt is None:
            lacking = lacking or one.where
            continue
        content = digest(one.prompt)
        if content in known:
            continue
        known.add(content)
        name = one.id if one.id is not None and taken.get(one.id, content) == content else f"p-{content[:10]}"
        taken[name] = content
        count += 1
        yield Row(one.where, count, {"id": name, **{key: value for key, value in one.prompt.items() if key != "id"}})
    if not count and lacking:
        raise InputError("the log holds no prompts", where=lacking or where, do="name the prompts file")


def digest(prompt: object) -> str:
    """A hash of a prompt's row."""
    return hashlib.sha256(json.dumps(prompt, sort_keys=True, default=str).encode()).hexdigest()
