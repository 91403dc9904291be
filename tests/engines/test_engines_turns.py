"""The turns of a prompt as a model's chat template knows them."""

from __future__ import annotations

import pytest

from rewardlab.engines.chat import turns_for

OF = {one: {"role": one, "content": one[0]} for one in ("system", "developer", "user", "assistant")}


def turns(*roles):
    return [OF[role] for role in roles]


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (("developer", "user"), [("system", "d"), ("user", "u")]),
        (("system", "developer", "user"), [("system", "s\n\nd"), ("user", "u")]),
        (
            ("user", "assistant", "developer", "user"),
            [("user", "u"), ("assistant", "a"), ("system", "d"), ("user", "u")],
        ),
        (("system", "user"), [("system", "s"), ("user", "u")]),
    ],
)
def test_a_developers_turn_is_the_systems_where_the_template_knows_none(held, expected):
    found = turns_for(turns(*held), "{% if message.role == 'system' %}")
    assert [(turn["role"], turn["content"]) for turn in found] == expected


def test_a_template_that_knows_developers_gets_their_turns():
    assert turns_for(turns("developer", "user"), "{% if role == 'developer' %}") == turns("developer", "user")
