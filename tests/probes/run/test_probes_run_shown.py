"""Which forms of an answer the samples show."""

from __future__ import annotations

import pytest

from rewardlab.probes.run.shown import SHOWN_BY


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        ("It is 42.", True),
        ("<answer>42.</answer>", True),
        ("So \\boxed{42.}", True),
        ("That settles it.\n<answer>42</answer>", False),
        ("<think>\nThat settles it.\n</think>\n<answer>42</answer>", False),
        ("<reasoning>Done.</reasoning> 42", False),
    ],
)
def test_a_full_stop_is_the_answers_own(text, is_shown):
    assert bool(SHOWN_BY["a full stop after it"].search(text)) == is_shown
