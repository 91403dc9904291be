"""The table of what trainers take: one line a form, and the page of the documentation shows it."""

from __future__ import annotations

import runpy
from pathlib import Path

from rewardlab.rewards.trainers.table import TABLE, TRAINERS, line, refusal

DOCS = Path(__file__).parents[3] / "docs"


def test_each_form_has_one_line_for_each_trainer_that_is_a_kind_s():
    assert len({(one.trainer, one.form) for one in TABLE}) == len(TABLE)
    assert {one.trainer for one in TABLE} == set(TRAINERS.values())


def test_a_refusal_is_a_sentence_and_what_is_taken_is_none():
    told = "f returns None, which verl 0.9.1 refuses: a batch with a None in it has no rm_scores: KeyError"
    assert refusal("verl", "none", "f returns None") == told
    assert refusal("trl", "none", "f returns None") is None
    assert line("plain", "tuple") is None


def test_the_page_shows_the_table():
    script = runpy.run_path(str(DOCS / "write_rewards.py"))
    text = (DOCS / "rewards.md").read_text()
    assert script["page"](text) == text
