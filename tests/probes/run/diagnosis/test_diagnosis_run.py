"""The diagnosis through the library: what stands first in `why`, which step comes next, and how long it takes."""

from __future__ import annotations

import textwrap
import time

import pytest

import rewardlab
from rewardlab.auditing.decision import decide
from rewardlab.auditing.pipeline import run_score
from rewardlab.findings import Finding
from rewardlab.formats.audit import FORMATS
from rewardlab.formats.display import Display
from rewardlab.probes.run import ask_all
from rewardlab.probes.run.diagnosis import acquit, causes_first
from tests.probes.run.diagnosis.conftest import drawn, found, question_of

CAUSE = Finding("RL411", "blocker", {"summary": "many right ones lose"})
BELOW, RARE = Finding("RL601", "blocker", {}), Finding("RL303", "warning", {})
FLAT = Finding("RL304", "blocker", {})


def test_a_cause_comes_before_what_it_explains_and_takes_the_blame_off_the_model():
    assert [one.code for one in causes_first([BELOW, CAUSE])] == ["RL411", "RL601"]
    told = {one.code: one.remedy for one in acquit([BELOW, RARE, FLAT, CAUSE])}
    first = "First see RL411: until that is mended, this says nothing about the model."
    assert told["RL601"] == told["RL303"] == told["RL304"] == first
    assert list(acquit([BELOW, RARE, FLAT])) == [BELOW, RARE, FLAT]


def test_what_made_up_answers_say_is_no_cause():
    made_up = Finding("RL408", "blocker", {"ways": []})
    assert [one.code for one in causes_first([BELOW, made_up])] == ["RL601", "RL408"]


def test_the_sampler_comes_before_the_reward():
    question = question_of(lambda *_: 0.0, [("q", "1", ["a", "b"])] * 20)
    alike = Finding("RL702", "blocker", {"summary": "the same text"})
    decision = decide(question, [CAUSE, BELOW, alike])
    assert (decision.action, decision.reasons) == ("sample_more", ("RL702", "RL411", "RL601"))


@pytest.fixture
def audited(tmp_path, write_lines):
    def build(reward, rows, **options):
        (tmp_path / "reward.py").write_text(textwrap.dedent(reward))
        prompts = [
            {"id": f"p{i}", "messages": [{"role": "user", "content": ask}], "reference_answer": gold}
            for i, (ask, gold, _) in enumerate(rows)
        ]
        recorded = [
            {"prompt_id": f"p{i}", "index": j, "text": text, "finish_reason": "stop"}
            for i, (*_, texts) in enumerate(rows)
            for j, text in enumerate(texts)
        ]
        model = f"recorded:{write_lines('recorded.jsonl', recorded)}"
        options = {"model": model, "out": str(tmp_path / "run")} | options
        return rewardlab.audit(tmp_path / "reward.py", write_lines("prompts.jsonl", prompts), **options)

    return build


EXACT = "def score(completion, reference):\n    return float(completion.strip() == reference)\n"
CITIES = [
    f"{one}{two}{three}"
    for one in ("Bel", "Kor", "Mar", "Tul", "Ven")
    for two in "aeiou"
    for three in ("da", "go", "lin", "mos", "ria")
]


@pytest.mark.process
def test_the_capital_of_x_is_y_is_told_both_ways_out(audited):
    rows = drawn(
        lambda k, _: f"What is the capital of region {k}?",
        CITIES,
        lambda a, k: f"The capital of region {k // 8} is {a}.",
    )
    report = audited(EXACT, rows)
    assert (report.verdict, report.next_step.action, report.reasons[0]) == ("no_go", "fix_reward", "RL411")
    text = " ".join(FORMATS["text"](report, Display(width=200)).split())
    assert "why RL411 " in text
    assert "failing answers (" in text.partition("next fix_reward: Right answers lose")[0]
    assert "let the reward find the answer in what the model writes" in text
    assert "or ask in the prompt for the one format that the reward reads" in text
    assert "Fine-tune on examples first" not in text
    assert "Train with SFT first" not in text
    assert "that the reward reads (it pays a text that is just " in text


FAILS = """
    def score(completion, reference):
        try:
            return float(completion.strip().answer == reference)
        except Exception as error:
            print("scoring failed:", error)
            return 0.0
"""


@pytest.mark.process
def test_the_first_lines_of_the_log_are_shown(audited):
    rows = drawn(lambda k, _: f"Name town {k}.", CITIES, lambda a, k: f"It could be town number {k} or another.")
    report = audited(FAILS, rows)
    (finding,) = [one for one in report.findings if one.code == "RL209"]
    assert finding.severity == "blocker"
    assert "scoring failed: 'str' object has no attribute 'answer'" in finding.evidence["printed"]
    assert report.next_step.action == "fix_reward"


@pytest.mark.process
def test_what_another_reward_printed_is_not_held_against_this_one(audited, tmp_path):
    rows = drawn(lambda k, _: f"Name town {k}.", CITIES, lambda a, k: f"It could be town number {k} or another.")
    audited(FAILS, rows)
    other = tmp_path / "other.py"
    other.write_text(EXACT)
    report = run_score(tmp_path / "run", other, {})
    assert "RL209" not in {one.code for one in report.findings}


def test_a_large_run_is_read_in_seconds_by_a_seeded_sample():
    golds = [str(1000 + 7 * k) for k in range(6_000)]
    step = "Then I carry the one and write down what is left of it, as before. " * 12
    rows = drawn(lambda k, _: f"Sum {k}", golds, lambda a, k: f"{step}{k}. The sum is {a}.", n=16)
    question = question_of(lambda text, gold: float(text == gold), rows)
    began = time.process_time()
    finding = found(question, "RL411")
    assert time.process_time() - began < 20
    assert finding is not None
    assert finding.evidence["failing"] == finding.evidence["generations_read"] == 8_000
    assert "among 8,000 generations of prompts drawn at random" in finding.evidence["summary"]
    assert finding == found(question, "RL411")
    assert ask_all(question) == ask_all(question)
