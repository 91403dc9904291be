"""The judges in the text report: a snapshot of the section, and each sentence that it may hold."""

from __future__ import annotations

import pytest

import rewardlab
from rewardlab.formats.audit import FORMATS
from rewardlab.formats.audit.judges import number, parting, sentences, why
from rewardlab.formats.display import Display
from rewardlab.reports.judges import Calibration, Judges
from rewardlab.reports.section import Interval
from tests.conftest import groups_of

pytestmark = pytest.mark.process

#: 100 prompts: 20 all wrong, 60 half right, 20 all right.
GROUPS = groups_of({0: 20, 4: 60, 8: 20})
SOUND = 'def judge(response, reference):\n    return "yes" if response == reference else "no"\n'
#: Calls every answer to each tenth question wrong.
SEVERE = (
    "def judge(response, reference, row):\n"
    '    return "yes" if response == reference and not row["id"].endswith("9") else "no"\n'
)


@pytest.fixture
def report_of(task_of, tmp_path, monkeypatch):
    """An audit of GROUPS with judges of this code, by name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rewardlab.probes.reward.PROBES", ())
    monkeypatch.setattr("rewardlab.auditing.panel.questions", lambda *_, **__: ())

    def build(labels=None, groups=GROUPS, **codes):
        for name, code in codes.items():
            (tmp_path / f"{name}.py").write_text(code)
            model = f'model = "python:{name}.py:judge"'
            (tmp_path / f"{name}.toml").write_text(f'kind = "boolean"\n{model}\n')
        task = task_of(groups)
        return rewardlab.audit(
            task["reward"],
            task["prompts"],
            model=f"recorded:{task['recorded']}",
            judge=[f"{name}.toml" for name in codes],
            labels=labels,
            out="run",
        )

    return build


def shown(report):
    return FORMATS["text"](report, Display(width=100))


def test_the_section_on_a_panel(report_of):
    """SEVERE calls 40 right answers wrong: 8 each of prompts 89 and 99, 4 each of 29 to 79; 9 and 19 have none.

    So it is as the reward in 760 of 800. By chance they differ in 2 * 0.475 * 0.525 * 1600 / 1599 = 0.49906; alpha =
    1 - 0.05 / 0.49906 = 0.8998.
    """
    text = shown(report_of(sound=SOUND, severe=SEVERE))
    head, rest = text.split("\nbaseline", 1)
    lines = head.splitlines()
    assert lines[5] == "      the judges' alpha 0.90 (0.79 to 0.97) is sufficient agreement (target: at least 0.667)"
    assert lines[lines.index(next(line for line in lines if line.startswith("next"))) :] == [
        "next  run_rft: Train, with groups of at least 2 generations; of 8, 60 % carry a gradient.",
        "read  p29 [0]: score 1; sound yes, severe no; response '1'",
        "      p39 [0]: score 1; sound yes, severe no; response '1'",
        "      p49 [0]: score 1; sound yes, severe no; response '1'",
    ]
    section = rest.split("again: every score the same\n", 1)[1].split("\nrun run")[0]
    assert section.split("\n\nRL407  note")[0].strip("\n").splitlines() == [
        "judges    verdicts  calls right  flips        as the reward",
        "  sound        800         50 %    0 %  100 % (96.4 to 100)",
        "  severe       800         45 %    0 %  95 % (90.1 to 97.6)",
        "",
        "  agreement on verdicts: alpha 0.90 (0.79 to 0.97), nominal, over 800 generations. The judges show",
        "  10 % of the disagreement that verdicts handed out at random would show.",
        "  how many independent judges the panel is worth is undefined (sound makes no error that varies)",
        "  the reward against sound and severe where they do not part: Youden's J 1.00 (0.92 to 1.00), AUC",
        "  within prompts 1.00 (0.93 to 1.00)",
    ]


PLEASED_BY_TENS = (
    "def judge(response, reference, row):\n"
    '    return "yes" if response == reference or row["id"].endswith("0") else "no"\n'
)


def at_80(report):
    """The numbers of a report, in 80 columns."""
    _, text = FORMATS["text"](report, Display(width=80)).split("\nbaseline", 1)
    assert max(map(len, text.splitlines())) <= 80
    return text


def test_three_judges_are_shown_two_by_two_and_by_themselves_within_80_columns(report_of):
    """Every tenth prompt's answers are all right to the third judge: 2 of 20, 6 of 60, 2 of 20 prompts."""
    report = report_of(sound=SOUND, severe=SEVERE, tens=PLEASED_BY_TENS)
    text = at_80(report)
    pairs = {(pair.first, pair.second): f"{pair.alpha:.2f}" for pair in report.judges.agreements[0].pairs}
    lines = [line.split() for line in text.splitlines()]
    assert ["alpha", "of", "two", "severe", "tens"] in lines
    assert ["sound", pairs["sound", "severe"], pairs["sound", "tens"]] in lines
    assert ["severe", pairs["severe", "tens"]] in lines
    assert ["judges", "alone", "right:", "as", "right", "as", "wrong", "wrong:", "as", "right", "as", "wrong"] in lines
    for one in report.judges.dawid_skene.judges:
        row = next(
            line for line in lines[1 + lines.index(["severe", pairs["severe", "tens"]]) :] if line[:1] == [one.judge]
        )
        assert row[1::2] == [
            f"{100 * one.matrix[i][j]:.1f}".removesuffix(".0") for i, j in ((1, 1), (1, 0), (0, 1), (0, 0))
        ]
    assert "by the judges alone (Dawid and Skene)" in " ".join(text.split())


def test_judges_with_long_names_are_numbered_over_the_columns(report_of):
    report = report_of(sound=SOUND, severe=SEVERE, tens=PLEASED_BY_TENS)
    (found,) = report.judges.agreements
    long = {name: f"{name}@bedrock:us.amazon.nova-pro-v1:0" for name in found.judges}
    pairs = [one.model_copy(update={"first": long[one.first], "second": long[one.second]}) for one in found.pairs]
    found = found.model_copy(update={"judges": tuple(long.values()), "pairs": tuple(pairs)})
    judges = report.judges.model_copy(update={"agreements": (found,), "dawid_skene": None})
    text = at_80(report.model_copy(update={"judges": judges}))
    lines = [line.split() for line in text.splitlines()]
    assert ["alpha", "of", "two", "2", "3"] in lines
    assert [line[:2] for line in lines if line[:1] in (["1"], ["2"], ["3"])] == [
        [str(number), name] for number, name in enumerate(long.values(), start=1)
    ]


def test_with_labels_the_share_of_right_answers_is_corrected(report_of, tmp_path):
    """A quarter of the prompts is labelled, each by two people; they part over one answer."""
    right = list(enumerate([0] * 20 + [4] * 60 + [8] * 20))[::4]
    rows = [f"p{p},{g},{who},{int(g < count)}" for p, count in right for g in range(8) for who in "ab"]
    first = rows.index("p20,0,a,1")
    rows[first] = "p20,0,a,0"
    (tmp_path / "labels.csv").write_text("\n".join(["prompt_id,index,annotator,label", *rows]) + "\n")
    report = report_of("labels.csv", sound=SOUND, severe=SEVERE)
    text = at_80(report)
    assert "(1 tie left out)" in text
    found = report.judges.panel[0].validation
    assert found.ties == 1
    shown = " ".join(text.split())
    for one in (found.pass_rate_powered, found.pass_rate_corrected):
        assert f"({100 * one.low:.1f} to " in shown.replace(".0 to", " to") or f"({100 * one.low:.0f} to " in shown
    assert "right in the run, by labels and verdicts (PPI) Rogan-Gladen" in shown


def test_the_calibration_of_expected_verdicts_is_a_line_with_its_bins(report_of):
    report = report_of(sound=SOUND, severe=SEVERE)
    curve = Calibration(
        expected_error=0.031, maximum_error=0.2, brier=0.05, bins="9 filled, 10 of equal width", curve=()
    )
    one, other = report.judges.panel
    held = one.model_copy(update={"validation": one.validation.model_copy(update={"calibration": curve})})
    told = list(sentences(report.judges.model_copy(update={"panel": (held, other)})))
    assert "expected calibration error, by bins: sound 0.03 (9 filled, 10 of equal width)" in told


def test_what_the_judges_cost_is_told_where_tokens_are_known(report_of):
    report = report_of(sound=SOUND, severe=SEVERE)
    assert "prompt tokens" not in at_80(report)
    one, other = report.judges.panel
    usage = one.usage.model_copy(
        update={"questions": 1200, "prompt_tokens": 45000, "completion_tokens": 1200, "cost": 0.125, "currency": "EUR"}
    )
    judges = report.judges.model_copy(update={"panel": (one.model_copy(update={"usage": usage}), other)})
    lines = [line.split() for line in at_80(report.model_copy(update={"judges": judges})).splitlines()]
    assert ["sound", "1,200", "45,000", "1,200", "0.12", "EUR"] in lines
    assert not [line for line in lines if line[:1] == ["severe"] and "EUR" in line]


def test_a_response_is_one_line_and_no_longer_than_that(report_of):
    panel = report_of(sound=SOUND, severe=SEVERE).judges
    (one, *_) = panel.parting
    long = panel.model_copy(update={"parting": ({**one, "text": "a\x1b[1m\n" + "b " * 99},)})
    (line,) = parting(long)
    assert "\n" not in line
    assert "\x1b" not in line
    assert len(line) < 130


def test_one_judge_alone_is_told(report_of):
    panel = report_of(sound=SOUND).judges
    assert why(panel) == "one judge alone: nothing says whether another would agree"
    assert [line.partition(":")[0] for line in sentences(panel)] == ["the reward against sound"]


def test_labels_name_what_the_verdicts_are_held_against(report_of, tmp_path):
    right = enumerate([0] * 20 + [4] * 60)
    rows = [f"p{p},{g},{who},{int(g < count)}" for p, count in right for g in range(8) for who in "ab"]
    (tmp_path / "labels.csv").write_text("\n".join(["prompt_id,index,annotator,label", *rows]) + "\n")
    text = shown(report_of("labels.csv", sound=SOUND, severe=SEVERE))
    assert "as the labels" in text
    told = " ".join(text.split())
    assert (
        "in place of a person who labels (alternative annotator test): sound may stand (winning rate 1.00), severe may "
        "stand (winning rate 1.00)"
    ) in told


def test_a_judge_of_pairs_flips_where_the_other_order_names_the_other_place(report_of, tmp_path):
    (tmp_path / "place.py").write_text("def judge(response):\n    return 'A'\n")
    (tmp_path / "place.toml").write_text('kind = "pairwise"\nmodel = "python:place.py:judge"\n')
    report_of(sound=SOUND)
    text = shown(rewardlab.judge("run", "place.toml"))
    assert ["place", "60", "-", "100", "%", "-"] in [line.split() for line in text.splitlines()]


def test_judges_that_cannot_be_read_are_named(report_of):
    silent = "def judge(response):\n    return None\n"
    report = report_of(sound=SOUND, silent=silent)
    assert "verdicts that cannot be read: silent 100 %" in shown(report)
    assert list(sentences(report.judges))[-1] == "verdicts that cannot be read: silent 100 %"
    assert report.judges.panel[1].pass_rate.estimate is None


def test_a_panel_of_one_mind_on_everything_has_no_alpha(report_of):
    pleased = "def judge(response):\n    return 'yes'\n"
    report = report_of(groups=groups_of({0: 20, 4: 100}), one=pleased, two=pleased + "\n")
    assert "alpha undefined (" in why(report.judges)
    assert why(report.judges).endswith("does not decide (target: at least 0.667)")


@pytest.mark.parametrize(
    ("low", "high", "verdict", "said"),
    [
        (0.82, 0.9, "sufficient", "0.85 (0.82 to 0.90) is strong agreement"),
        (0.7, 0.9, "sufficient", "0.85 (0.70 to 0.90) is sufficient agreement"),
        (0.5, 0.9, "undecided", "0.85 (0.50 to 0.90) does not decide"),
        (0.1, 0.3, "insufficient", "0.85 (0.10 to 0.30) is too little agreement"),
    ],
)
def test_what_alpha_decides_is_said(report_of, low, high, verdict, said):
    panel = report_of(sound=SOUND, severe=SEVERE).judges
    alpha = panel.alpha.model_copy(update={"estimate": 0.85, "low": low, "high": high})
    told = why(Judges.model_copy(panel, update={"alpha": alpha, "agreement": verdict}))
    assert told == f"the judges' alpha {said} (target: at least 0.667)"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(-0.04, -0.004, "-0.02 (-0.04 to 0.00)"), (None, None, "-0.02"), (-1, 1, "-0.02 (-1.00 to 1.00)")],
)
def test_a_number_has_two_places_and_no_minus_before_zero(low, high, text):
    assert number(Interval(estimate=-0.02, low=low, high=high)) == text
    assert number(Interval(estimate=None, low=None, high=None, undefined="no pair")) == "undefined (no pair)"
