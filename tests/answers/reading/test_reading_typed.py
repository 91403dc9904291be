"""Lists whose items have a type."""

from __future__ import annotations

import pytest

from rewardlab.answers.reading.typed import typed_of
from rewardlab.task import Prompt


def prompts(*references):
    return [Prompt(f"p{place}", (), one, {}, place) for place, one in enumerate(references, start=1)]


BRACKETS = ["Oslo (PLACE); Mei Tan (PERSON)", "Cork (PLACE); Halden Bank (ORG)", "Ada (PERSON); Vesta (ORG)"]
KEYED = ["PLACE: Oslo\nPERSON: Mei Tan", "PLACE: Cork\nORG: Halden Bank", "PERSON: Ada\nORG: Vesta"]
TAGGED = ["dogs/NOUN run/VERB", "cats/NOUN sleep/VERB", "old/ADJ dogs/NOUN sleep/VERB big/ADJ"]


@pytest.mark.parametrize(
    ("references", "other", "same"),
    [
        (BRACKETS, "oslo (PERSON); Mei Tan (PERSON)", "Mei Tan (PERSON); Oslo (PLACE)."),
        (KEYED, "- PERSON: Oslo\n- PERSON: Mei Tan", "PERSON: Mei Tan\nPLACE: Oslo"),
        (TAGGED, "dogs/VERB run/VERB", "dogs/NOUN run/VERB."),
    ],
)
def test_the_same_names_with_another_type_are_another_answer(references, other, same):
    typed = typed_of(prompts(*references))
    assert typed is not None
    assert typed.is_retyped(references[0], other)
    assert not typed.is_retyped(references[0], same)
    assert not typed.is_retyped(references[0], other.replace("Mei Tan", "Ada").replace("run", "jump"))


def test_a_made_up_answer_has_the_last_type_another():
    typed = typed_of(prompts(*BRACKETS))
    assert typed is not None
    assert typed.retyped(BRACKETS[0]) == "Oslo (PLACE); Mei Tan (PLACE)"


@pytest.mark.parametrize(
    "references",
    [
        ["Oslo; Mei Tan", "Cork; Ada"],
        ["1/2", "3/4", "5/6"],
        ["the sum (see above); the rest (see below)", "all (of it); none (of that)"],
        ["12 km (7 mi)"],
        [],
    ],
)
def test_what_has_no_recurring_types_is_no_typed_list(references):
    assert typed_of(prompts(*references)) is None
