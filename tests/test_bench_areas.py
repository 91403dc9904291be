"""The table of how the interval of the AUC within prompts covers: where the docs say that it does, it does."""

from __future__ import annotations

from bench.areas import PROMPTS, SETTINGS, rows


def test_it_covers_and_is_no_longer_than_it_need_be_where_prompts_are_not_nearly_all_at_one():
    """Three standard errors of a share of 0.05 in 1,000 are 0.02."""
    table = list(rows(repeats=1000, seed=1))
    assert len(table) == len(SETTINGS) * len(PROMPTS)
    usual = [row for row in table if row.area < 0.96 and "upside" not in row.setting]
    assert min(row.covers for row in usual) >= 0.925
    assert max(row.length for row in usual) <= 1.32
    assert max(row.length for row in usual if row.prompts >= 30) <= 1.22
