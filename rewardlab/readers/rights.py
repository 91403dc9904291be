"""Examples of right answers: the reader of `--right FILE.jsonl`, and what it does to the prompts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rewardlab.errors import InputError
from rewardlab.readers.conversation import kind_of_json
from rewardlab.readers.rows import Rows
from rewardlab.task import RIGHT, Prompt

EXPECTED = '{"prompt_id": ..., "text": ...} on each line: the whole text of a response that is right'


def with_rights(prompts: Sequence[Prompt], path: Path | None) -> tuple[Prompt, ...]:
    """The prompts with the examples that the file gives, which go into the column `right` of their rows.

    Not every prompt needs one. Without a file, the prompts as they are.
    Raises: InputError with file:line for a row that cannot be used, a prompt that is not there, or one named twice.
    """
    if path is None:
        return tuple(prompts)
    known = {prompt.id for prompt in prompts}
    texts: dict[str, str] = {}
    for line, row in Rows(path, EXPECTED):
        where = f"{path}:{line}"
        prompt_id, text = row.get("prompt_id"), row.get("text")
        if str(prompt_id) not in known or isinstance(prompt_id, bool):
            shown = json.dumps(prompt_id)[:60]
            raise InputError(f"prompt_id is {shown}", where=where, expected=f"an id such as {prompts[0].id!r}")
        if not isinstance(text, str) or not text.strip():
            what = "blank" if isinstance(text, str) else f"a {kind_of_json(text)}"
            raise InputError(f"text is {what}", where=where, expected=EXPECTED)
        if str(prompt_id) in texts:
            what = f"prompt {prompt_id!r} was given a right answer before"
            raise InputError(what, where=where, expected="one for each prompt", do="delete one of the two lines")
        texts[str(prompt_id)] = text
    if not texts:
        raise InputError("empty", where=str(path), expected=EXPECTED)
    return tuple(
        replace(one, right=texts[one.id], row={**one.row, RIGHT: texts[one.id]}) if one.id in texts else one
        for one in prompts
    )


def digest_of_rights(prompts: Sequence[Prompt]) -> str | None:
    """A hash of the examples that prompts carry; None where they carry none."""
    given = [(prompt.id, prompt.right) for prompt in prompts if prompt.right is not None]
    return hashlib.sha256(json.dumps(given).encode()).hexdigest()[:16] if given else None
