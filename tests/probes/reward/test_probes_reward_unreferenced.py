"""Rows without a reference are told, for little can be asked about them."""

from __future__ import annotations

import pytest

from rewardlab.probes.reward import unreferenced
from rewardlab.probes.reward.trials.subject import Subject
from tests.probes.reward.answers_subject import prompt


def told(rows):
    subject = Subject.__new__(Subject)  # the probe asks the reward nothing
    subject.every_prompt = rows
    return list(unreferenced.ask(subject))


def test_rows_with_references_are_fine():
    assert told([prompt(1, "6*7", "42"), prompt(2, "6*8", "48")]) == []


def test_copies_and_contradictions_are_told():
    (finding,) = told([prompt(1, "6*7", "42"), prompt(2, "6*7 ", "42"), prompt(3, "6*7", "43")])
    assert finding.evidence["copies"] == finding.evidence["prompts_with_two_references"] == 1


@pytest.mark.parametrize(("missing", "said"), [(1, False), (2, True)])
def test_missing_ones_are_counted_and_a_file_without_any_says_what_was_not_asked(missing, said):
    rows = [prompt(n, f"6*{n}", None if n < missing else "1") for n in range(2)]
    (finding,) = told(rows)
    assert (finding.code, finding.severity) == ("RL701", "warning")
    assert finding.evidence == {"without_reference": missing, "rows": 2}
    assert ("not asked" in finding.remedy) is said
