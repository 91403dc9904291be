"""The catalogue is the one of the design, and its documentation is its own."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from rewardlab.findings import CATALOGUE, Finding

DOCS = Path(__file__).parent.parent / "docs"


def test_every_family_of_the_design_is_there():
    assert {code[:3] for code in CATALOGUE} == {f"RL{family}" for family in range(1, 10)}
    assert len(CATALOGUE) == 64


def test_the_documentation_is_written_from_the_catalogue():
    assert (DOCS / "findings.md").read_text() == runpy.run_path(str(DOCS / "write_findings.py"))["page"]()


@pytest.mark.parametrize("code", CATALOGUE)
def test_titles_say_what_went_wrong_and_remedies_are_sentences(code):
    entry = CATALOGUE[code]
    assert entry.title[0].islower() or entry.title.startswith("RL")
    assert entry.why.endswith(".")
    assert entry.remedy.endswith(".")


def test_a_finding_takes_its_remedy_from_the_catalogue_unless_it_has_a_better_one():
    assert Finding("RL601", "blocker", {}).remedy == CATALOGUE["RL601"].remedy
    assert Finding("RL601", "blocker", {}, "Do this.").remedy == "Do this."
