"""Pairs for prompts with an example answer: the example is right as a whole, another prompt's example is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from rewardlab.answers.reference.accepted import plain, rights_of
from rewardlab.task import Prompt


def given_pairs(prompts: Sequence[Prompt]) -> list[tuple[Prompt, str, str | None]]:
    """Each prompt with an example, that example, and the example of a prompt with another reference as a wrong answer.

    The wrong answer is None if no reference is known to differ. Empty if no prompt has an example.
    """
    given = [(prompt, prompt.right) for prompt in prompts if prompt.right is not None]
    keys = [{plain(text) for text in rights_of(prompt)} for prompt, _ in given]
    return [(prompt, right, _wrong(place, given, keys)) for place, (prompt, right) in enumerate(given)]


def _wrong(place: int, given: Sequence[tuple[Prompt, str]], keys: Sequence[set[str]]) -> str | None:
    """The example of the next prompt whose reference differs, so that not all are the same."""
    for step in range(1, len(given)):
        other = (place + step) % len(given)
        apart = keys[place] and keys[other] and not keys[place] & keys[other]
        if apart and given[other][1].strip() != given[place][1].strip():
            return given[other][1]
    return None
