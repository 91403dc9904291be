"""Does a judge that is shown the reference compare with it, or does it call right whatever looks right?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from rewardlab.judging.exhibit import Exhibit
from rewardlab.task import Json, Prompt

VARIANT = "other_reference"


def alter(exhibit: Exhibit, reference: Json) -> Exhibit:
    """The exhibit beside the reference of another prompt."""
    return replace(exhibit, reference=reference)


def other_prompt(
    place: int, prompts: Sequence[Prompt], response: str, *, rng: np.random.Generator, tries: int = 32
) -> Prompt | None:
    """A prompt whose reference this response surely does not match, drawn at random; None where none was found.

    Its reference differs from the prompt's own, and neither is its text found in the response nor in the own reference,
    nor theirs in it: a judge that is content with a part of the reference is not at fault here.
    """
    own = text_of(prompts[place].reference)
    for candidate in rng.permutation(len(prompts))[:tries]:
        other = prompts[int(candidate)]
        text = text_of(other.reference)
        if text and not any(text in given or given in text for given in (own, response.strip()) if given):
            return other
    return None


def text_of(reference: Json) -> str:
    """A reference as text: itself, or its JSON; empty where there is none."""
    if reference is None:
        return ""
    return reference.strip() if isinstance(reference, str) else json.dumps(reference, sort_keys=True)
