"""One bad sample among good ones."""

from __future__ import annotations

import pytest

from rewardlab.findings import Finding
from rewardlab.probes.reward import examine, hostile, unasked_of
from rewardlab.probes.reward.trials.subject import Case, OutOfTimeError, PartlyAskedError
from tests.probes.reward.code_subject import PROMPTS, SOUND, code_subject, codes, examine_code, handler, prompt

pytestmark = pytest.mark.process


@pytest.mark.parametrize("platform", ["smtj", "scorer-oss"])
def test_a_reward_that_bears_everything_gives_nothing(platform):
    code = SOUND
    if platform == "scorer-oss":
        code += """
import json
bare = lambda_handler
def lambda_handler(event, context):
    return {"statusCode": 200, "body": json.dumps(bare(event, context))}
"""
    assert examine_code(hostile.ask, code, platform=platform) == []


def test_a_plain_function_that_bears_everything_gives_nothing():
    assert (
        examine_code(hostile.ask, "def score(completion, reference):\n    return float(reference in completion)") == []
    )


def test_a_text_that_raises_loses_its_batch():
    code = SOUND.replace("return float(", "int(reference) / len(text.split())\n    return float(")
    found = {finding.code: finding for finding in examine_code(hostile.ask, code)}
    assert found["RL201"].severity == found["RL108"].severity == "blocker"
    example = found["RL201"].evidence["examples"][0]
    assert example["said"].startswith("ZeroDivisionError")
    assert found["RL108"].evidence["why"] == "a model can write it"


def test_a_plain_function_that_raises_loses_its_sample_only():
    code = "def score(completion, reference):\n    return float(completion.split()[0] == reference)"
    assert codes(examine_code(hostile.ask, code)) == [("RL201", "blocker")]


def test_broken_data_that_lose_the_batch_are_a_warning():
    code = handler("return float(s['messages'][-1]['content'].strip() == s['reference_answer'])")
    (finding,) = examine_code(hostile.ask, code)
    assert (finding.code, finding.severity) == ("RL108", "warning")
    assert {"content is null", "messages is empty"} <= set(finding.evidence["bad"])


@pytest.mark.parametrize(("last", "severity"), [("7", "warning"), (None, "blocker")])
def test_raising_for_a_row_without_a_reference_blocks_where_the_file_has_one(last, severity):
    code = SOUND.replace("    return float(", "    assert reference\n    return float(")
    found = examine_code(hostile.ask, code, [*PROMPTS, prompt("q", "?", last)])
    assert ("RL108", severity) in codes(found)


def test_a_trl_function_that_reads_all_references_loses_all():
    code = """
        def reward(prompts, completions, reference_answer, **columns):
            return [float(int(one)) / 100 for one in reference_answer]
    """
    assert codes(examine_code(hostile.ask, code)) == [("RL108", "warning")]


@pytest.mark.parametrize("pattern", [r"^(\s+)+$", r"(a+)+$"])
def test_a_pattern_that_backtracks_runs_out_of_time(pattern):
    code = SOUND.replace("    return float(", f"    import re; re.search(r'{pattern}', text)\n    return float(")
    found = examine_code(hostile.ask, code, timeout=0.4)
    assert codes(found)[0] == ("RL202", "warning")  # 30,000 spaces are no answer that a policy is likely to write


def test_an_answer_that_ends_the_process():
    code = SOUND.replace("    return float(", "    if 'exit()' in text: raise SystemExit\n    return float(")
    found = examine_code(hostile.ask, code)
    assert codes(found) == [("RL203", "blocker")]


def test_a_sample_that_is_dropped_is_told_as_its_missing_id():
    code = handler("return 1.0", "").replace("for s in event]", "for s in event if s['messages'][-1]['content']]")
    assert ("RL102", "blocker") in codes(examine_code(hostile.ask, code))


def test_scores_that_follow_the_company_are_no_lost_batch():
    code = (
        SOUND
        + """
alone = lambda_handler
def lambda_handler(event, context):
    return [{**one, "aggregate_reward_score": 1 / len(event)} for one in alone(event, context)]
"""
    )
    assert examine_code(hostile.ask, code) == []


def test_what_the_return_breaks_for_every_sample_is_not_told_again():
    code = handler("return 7.0 if s['messages'] else 0.0")
    assert "RL105" not in {code for code, _ in codes(examine_code(hostile.ask, code))}


def test_texts_that_take_long_are_asked_twice_and_leave_time_for_what_else_can_block(monkeypatch):
    """A comparison with a time limit of its own waits once for each of the many texts that hold a tower of powers."""
    code = SOUND.replace("    return float(", "    if '**' in text:\n        time.sleep(0.5)\n    return float(")
    monkeypatch.setattr(hostile, "SLOW_SECONDS", 0.4)
    (finding,) = examine_code(hostile.ask, "import time\n" + code)
    assert (finding.code, finding.severity) == ("RL202", "warning")
    assert len(finding.evidence["bad"]) == 2


def waiting(when, seconds):
    """A sound reward that takes so many seconds where the text fulfils the condition."""
    wait = f"    if {when}:\n        time.sleep({seconds})\n    return float("
    return "import time\n" + SOUND.replace("    return float(", wait)


def test_awkward_texts_have_a_share_of_the_time_and_what_was_not_asked_of_them_is_a_note():
    """A parser that takes its time for each unreadable text: what decides is asked, and the rest is no verdict."""
    code = waiting("any(part in text for part in ('1.2.3', '1/0', 'nan', '1e999', 'None', '**'))", 0.4)
    with code_subject(code, most_seconds=15) as subject:
        with pytest.raises(PartlyAskedError, match=r"^[1-9]\d* of 1\d\d awkward texts$"):
            list(hostile.ask(subject))
        assert 5 < subject.spent < 10
        subject.invoke([])  # the others' time is what it was


def test_the_report_says_how_much_was_asked_and_rests_nothing_on_it(monkeypatch):
    def partly(_):
        yield Finding("RL201", "warning", {})
        raise PartlyAskedError("3 of 9 awkward texts")

    partly.__module__ = hostile.__name__
    monkeypatch.setattr("rewardlab.probes.reward.PROBES", (partly,))
    with code_subject(SOUND) as subject:
        found = {one.code: one for one in examine(subject)}
    assert set(found) == {"RL201", "RL204"}
    assert found["RL204"].severity == "note"
    assert found["RL204"].evidence["asked_in_part"] == {"hostile": "3 of 9 awkward texts"}
    assert unasked_of(list(found.values())) == ()


def test_time_that_others_used_up_is_not_the_awkward_texts_own():
    code = SOUND.replace("    return float(", "    if 'exit()' in text: raise SystemExit\n    return float(")
    with code_subject("import time\n" + code, most_seconds=3) as subject:
        with subject.further(-1), pytest.raises(OutOfTimeError):
            subject.invoke([])
        assert codes(list(hostile.ask(subject))) == [("RL203", "blocker")]


def test_code_that_is_run_under_a_limit_of_its_own_is_slow_and_does_not_hang():
    """Its limit is as long as ours: whether it ends just in time would decide otherwise."""
    code = waiting("'while True' in text", 3.2)
    (finding,) = examine_code(hostile.ask, code, timeout=2.9, patience=5.0)
    assert (finding.code, finding.severity) == ("RL202", "warning")
    (finding,) = examine_code(hostile.ask, code, timeout=2.9)
    assert (finding.code, finding.severity) == ("RL202", "blocker")


def test_a_text_that_hangs_is_glanced_at_and_waited_for_once():
    """Two such texts: two glances and two waits, and nothing again."""
    code = waiting("'**' in text", 300)
    with code_subject(code, timeout=2.5) as subject:
        (finding,) = hostile.ask(subject)
        assert (finding.code, len(finding.evidence["bad"])) == ("RL202", 2)
        assert subject.spent < 3 * (2 + 2.5)


def test_what_is_asked_after_a_text_that_killed_the_worker_is_answered_by_a_fresh_one():
    code = (
        "import os\nSEEN = []\n"
        + SOUND.replace(
            "    return float(",
            "    if text == 'exit()': os._exit(3)\n    SEEN.append(text)\n    return float(",
        )
        + """
sound = lambda_handler
def lambda_handler(event, context):
    return sound(event, context) if event else [{"id": "seen", "aggregate_reward_score": 1.0, "n": len(SEEN)}]
"""
    )
    with code_subject(code) as subject:
        subject.exchange(subject.samples([Case(PROMPTS[0], "7")]))
        assert subject.invoke([]).results[0]["n"] == 1
        assert codes(list(hostile.ask(subject))) == [("RL203", "blocker")]
        assert subject.invoke([]).results[0]["n"] == 0
