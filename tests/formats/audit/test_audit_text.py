"""The text report: what a person reads first, and that it never shows 0 or 100 % for what is neither."""

from __future__ import annotations

import pytest

import rewardlab
from rewardlab.formats.audit import FORMATS
from rewardlab.formats.display import Display
from rewardlab.formats.evidence.values import percent
from rewardlab.reports.finding import FindingPart
from tests.conftest import groups_of

pytestmark = pytest.mark.process


@pytest.fixture
def report_of(task_of, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def build(groups, **options):
        task = task_of(groups)
        return rewardlab.audit(task["reward"], task["prompts"], model=f"recorded:{task['recorded']}", **options)

    return build


def shown(report, **display):
    return FORMATS["text"](report, Display(**display))


def test_the_verdict_its_reasons_and_the_next_step_come_first(report_of):
    lines = shown(report_of(groups_of({0: 120, 1: 40, 2: 20, 4: 10, 8: 10}))).splitlines()
    assert lines[0].startswith("GO  recorded:")
    assert lines[1] == "200 prompts x 8 generations, smtj"
    assert lines[3] == "why   accuracy 12.5 % (9.5 % to 16.5 %) lies inside the band 5 % to 95 %"
    assert lines[4].startswith("      35 % (28.4 % to 42.2 %) of groups of 8 tell their generations apart (target")
    assert lines[5].startswith(
        "      success: a score of at least 0.5; right answers earn 1, wrong ones at most 0; from"
    )
    after = next(line for line in lines if line.startswith("next"))
    assert after.startswith("next  run_rft: Train, with groups of at least 8 generations")


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (8, "20 prompts x 8 generations (9 asked for)"),
        (9, "20 prompts x 9 generations"),
        (7.95, "159 of 20 prompts x 9 generations"),
    ],
)
def test_the_headline_says_what_was_sampled(task_of, tmp_path, monkeypatch, kept, said):
    monkeypatch.chdir(tmp_path)
    task = task_of([[1, 0, 1, 0, 1, 0, 1, 0, 1]] * 20)
    rows = [row for row in task["recorded"].read_text().splitlines() if f'"index": {int(kept + 0.5)}' not in row]
    task["recorded"].write_text("\n".join(rows[: int(kept * 20)]) + "\n")
    report = rewardlab.audit(
        task["reward"], task["prompts"], model=f"recorded:{task['recorded']}", num_generations=9, out="r"
    )
    assert shown(report).splitlines()[1] == f"{said}, smtj"


def test_an_undecided_baseline_says_why(report_of):
    text = shown(report_of(groups_of({4: 20})), width=160)
    assert text.startswith("INCONCLUSIVE")
    assert "does not decide against the band 5 % to 95 %: 20 prompts; fewer than 100 decide nothing" in text
    assert "next  sample_more: About 80 further prompts" in text


def test_a_share_says_on_how_many_prompts_it_stands_where_it_is_not_on_all(report_of):
    text = shown(report_of([*[[1, 0, 1, 0]] * 120, *[["x"] * 4] * 30]), width=160)
    assert "tell their generations apart, on 120 of the 150 prompts (target" in text
    assert next(line for line in text.splitlines() if line.startswith("  pass@2")).endswith("  120 prompts")


def test_failures_show_their_examples(report_of):
    text = shown(report_of([[1, 0, "x", 0]] * 100))
    assert "RL201" in text
    assert "p0 [2]: ValueError: could not convert string to float: 'x' (reward.py:4)" in text


def test_a_constant_reward_shows_what_is_undefined(report_of):
    text = shown(report_of([[0.3] * 4] * 100))
    assert "variance undefined: all scores are equal" in text
    assert "100 constant reward" in text
    assert "nan" not in text


def test_text_fits_its_width_and_has_no_colour_unless_asked(report_of):
    report = report_of(groups_of({4: 120}), out="r")
    for width in (60, 100):
        assert max(map(len, shown(report, width=width).splitlines()[1:])) <= width
    assert "\x1b" not in shown(report)
    assert "\x1b[1;32mGO" in shown(report, colour=True)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.0001, "<0.1 %"),
        (0.05, "5 %"),
        (0.9996, ">99.9 %"),
        (1.0, "100 %"),
        (0.4825, "48.2 %"),
        (None, "-"),
    ],
)
def test_0_and_100percent_are_said_only_of_0_and_1(share, text):
    assert percent(share) == text


def test_a_narrow_page_shortens_bars_and_no_number(report_of):
    """And a reason that is longer than the page is told under the table, which it would squeeze."""
    page = shown(report_of([[0.3] * 2] * 100, success_at=0.3), width=80)
    assert "…" not in page
    assert "  positive rewards  100 %  96.2 % to 100 %  ██████████\n" in page
    assert "  of 32                 -\n  of 4, of 8, of 16, of 32: undefined, all scores are equal: " in page
    assert all(len(line) <= 80 for line in page.splitlines()[2:])


def test_an_accuracy_inside_the_band_is_no_reason_of_a_no_go(report_of):
    report = report_of(groups_of({0: 20, 1: 20, 2: 40, 4: 40}))
    faulty = FindingPart(code="RL407", severity="blocker", title="it pays", evidence={}, remedy="Read it.")
    step = report.next_step.model_copy(update={"action": "fix_reward"})
    blocked = report.model_copy(
        update={"verdict": "no_go", "reasons": ("RL407",), "findings": (*report.findings, faulty), "next_step": step}
    )
    lines = shown(blocked).splitlines()
    assert lines[3] == "why   RL407 it pays"
    assert ", as the reward counts, lies inside the band" in lines[4]
