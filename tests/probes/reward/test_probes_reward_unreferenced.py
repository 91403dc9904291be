"""Rows without a reference are told, for little can be asked about them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rewardlab.probes.reward import unreferenced
from rewardlab.probes.reward.subject import Subject
from tests.rewards.conftest import prompt


def told(rows):
    subject = Subject.__new__(Subject)  # the probe asks the reward nothing
    subject.every_prompt = rows
    return list(unreferenced.ask(subject))


def test_rows_with_references_are_fine():
    assert told([prompt("a"), prompt("b")]) == []


@pytest.mark.parametrize(("missing", "said"), [(1, False), (2, True)])
def test_missing_ones_are_counted_and_a_file_without_any_says_what_was_not_asked(missing, said):
    rows = [replace(prompt(f"{n}"), reference=None if n < missing else "1") for n in range(2)]
    (finding,) = told(rows)
    assert (finding.code, finding.severity) == ("RL701", "warning")
    assert finding.evidence == {"without_reference": missing, "rows": 2}
    assert ("not asked" in finding.remedy) is said
