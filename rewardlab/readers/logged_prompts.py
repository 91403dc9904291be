"""The prompts that a log's generations answer, each once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator

from rewardlab.errors import InputError
from rewardlab.readers.answer import Answer
from rewardlab.readers.reading import Row


class LoggedPrompts:
    """Collects the prompts of a log's answers, as rows of ours, in the log's order.

    An id is the log's; where that means two prompts, or there is none, a hash.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._taken: dict[str, str] = {}
        self._known: set[str] = set()
        self._lacking = ""

    def add(self, one: Answer) -> None:
        """Note the prompt of an answer, if it was not noted before."""
        if one.prompt is None:
            self._lacking = self._lacking or one.where
            return
        content = digest(one.prompt)
        if content in self._known:
            return
        self._known.add(content)
        is_free = one.id is not None and self._taken.get(one.id, content) == content
        name = one.id if one.id is not None and is_free else f"p-{content[:10]}"
        self._taken[name] = content
        values = {"id": name, **{key: value for key, value in one.prompt.items() if key != "id"}}
        self.rows.append(Row(one.where, len(self.rows) + 1, values))

    def check(self) -> None:
        """Raises: InputError where no answer names its prompt."""
        if not self.rows and self._lacking:
            raise InputError("the log holds no prompts", where=self._lacking, do="name the prompts file")


def prompts_in(answers: Iterable[Answer]) -> Iterator[Row]:
    """The prompts of answers.

    Raises: InputError where no answer names its prompt.
    """
    held = LoggedPrompts()
    for one in answers:
        held.add(one)
    held.check()
    yield from held.rows


def digest(prompt: object) -> str:
    """A hash of a prompt's row."""
    return hashlib.sha256(json.dumps(prompt, sort_keys=True, default=str).encode()).hexdigest()
