"""The signs of code and formulas tell two texts of the same letters apart."""

from __future__ import annotations

import pytest

from rewardlab.answers.reading.reader import Reader
from rewardlab.answers.values.signs import same_signs
from tests.probes.reward.answers_subject import prompt

QUERY = "SELECT name FROM staff WHERE town='Graz' AND pay>1100"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (QUERY, QUERY.replace(">", "<"), False),
        (QUERY, QUERY.lower(), True),
        ("a + b", "a - b", False),
        ("f(x) * 2", "f(x) / 2", False),
        ("co-op", "coop", True),
        ("St. Gallen", "St Gallen", True),
    ],
)
def test_signs_tell_apart_what_letters_do_not(one, other, same):
    assert same_signs(one, other) is same


def test_a_query_with_another_sign_does_not_read_as_right():
    prompts = [prompt(k, "Write the query.", QUERY.replace("1100", str(1100 + k))) for k in range(12)]
    reader = Reader(prompts, ("```sql\n", "\n```"))
    assert reader.side(prompts[0], f"```sql\n{QUERY}\n```") == "right"
    assert reader.side(prompts[0], f"```sql\n{QUERY.replace('>', '<')}\n```") is None
