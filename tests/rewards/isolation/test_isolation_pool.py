"""What a hostile reward costs: the guilty sample, and no other."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from rewardlab.errors import RewardError
from rewardlab.outcome import Scored, Unscored
from rewardlab.platforms import PLATFORMS
from rewardlab.rewards.isolation.pool import PATIENCE, TIMED_OUT, ScoringPool, ScoringState
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.task import Generation
from tests.rewards.conftest import prompt

pytestmark = pytest.mark.process

HANDLER = """
    import ctypes, json, math, os, re, sys, time

    def lambda_handler(event, context):
        return [{{"id": s["id"], "aggregate_reward_score": one(s["messages"][-1]["content"])}} for s in event]

    def one(text):
        if text == "bad":
            {deed}
        return 1.0 if text == "42" else 0.0
"""
TEXTS = ["42", "bad", "7", "42"]


def kinds(outcomes):
    return [outcome.score if isinstance(outcome, Scored) else outcome.reason for outcome in outcomes]


def test_a_good_batch_is_scored_in_one_invocation(score):
    outcomes = score(HANDLER.format(deed="pass"), TEXTS)
    assert kinds(outcomes) == [1.0, 0.0, 0.0, 1.0]
    assert len({outcome.seconds for outcome in outcomes}) == 1


@pytest.mark.parametrize(
    ("deed", "reason", "detail"),
    [
        ("raise ValueError('no number')", "raised", "ValueError: no number (reward.py:9)"),
        ("return one(text)", "raised", "RecursionError"),
        ("os._exit(7)", "crashed", "the process exited with 7"),
        ("sys.exit()", "crashed", "the process exited with 0"),
        ("ctypes.string_at(0)", "crashed", "killed by SIGSEGV"),
        ("os.kill(os.getpid(), 9)", "crashed", "killed by SIGKILL"),
        ("return float('nan')", "invalid", "nan; expected a finite number"),
        ("return math.inf", "invalid", "inf; expected a finite number"),
        ("return 10**400", "invalid", "expected a number up to 3.4e38"),
        ("return True", "invalid", "True; expected a finite number"),
        ("return '0.5'", "invalid", "'0.5'; expected a finite number"),
        ("return None", "invalid", "None; expected a finite number"),
        ("return {1, 2}", "invalid", "RL104 the return value is not JSON: [0].aggregate_reward_score is a set"),
        (
            "sys.setrecursionlimit(9999); return json.loads('[' * 2000 + ']' * 2000)",
            "invalid",
            # From 3.12 on the depth that json reads is no longer the recursion limit's.
            "RL101 the return value" if sys.version_info < (3, 12) else "expected a finite number",
        ),
        ("sys.set_int_max_str_digits(0); return 10**5000", "invalid", "RL101 the return value cannot be read"),
        ("return 'x' * 20_000_000", "invalid", "expected a finite number"),
    ],
)
def test_only_the_guilty_sample_is_unscored(score, deed, reason, detail):
    outcomes = score(HANDLER.format(deed=deed), TEXTS)
    assert kinds(outcomes) == [1.0, reason, 0.0, 1.0]
    assert detail in outcomes[1].detail


@pytest.mark.parametrize(
    ("deed", "detail"),
    [
        ("time.sleep(60)", "no answer within 1 s"),
        ("re.match(r'(a+)+$', 'a' * 40 + '!')", "no answer within 1 s"),
    ],
)
def test_an_endless_sample_is_killed_at_the_timeout(score, deed, detail):
    outcomes = score(HANDLER.format(deed=deed), TEXTS, timeout=1)
    assert kinds(outcomes) == [1.0, "timed_out", 0.0, 1.0]
    assert detail in outcomes[1].detail


@pytest.mark.parametrize(
    "deed",
    [
        "hold = [b'x' * (1 << 20) + b'y' for _ in range(600)]; time.sleep(30)",  # grows past the limit and stays
        "hold = bytearray(300 << 20); hold[::4096] = b'x' * len(hold[::4096])",  # outgrows it and returns at once
        "bytes(1 << 50)",  # more than any machine has
    ],
)
def test_a_sample_that_outgrows_its_memory_crashes(score, deed):
    outcomes = score(HANDLER.format(deed=deed), TEXTS, memory=200)
    assert kinds(outcomes) == [1.0, "crashed", 0.0, 1.0]
    assert "memory" in outcomes[1].detail


def test_endless_printing_is_killed_and_leaves_a_short_log(score, tmp_path):
    deed = "\n            while True: print('x' * 100_000)"
    outcomes = score(HANDLER.format(deed=deed), TEXTS)
    assert kinds(outcomes) == [1.0, "crashed", 0.0, 1.0]
    assert outcomes[1].detail == "printed more than 64 MB"
    assert (tmp_path / "reward.log").stat().st_size < 4 << 20


def test_what_the_audit_itself_holds_does_not_count(score):
    """getrusage begins with the memory of the process that started the worker: a loaded model, say."""
    held = b"x" * (400 << 20)
    assert kinds(score(HANDLER.format(deed="pass"), TEXTS, memory=200)) == [1.0, 0.0, 0.0, 1.0]
    assert len(held) == 400 << 20


def test_a_reward_that_closes_standard_output_is_heard_all_the_same(score):
    assert kinds(score(HANDLER.format(deed="os.close(1); os.close(2)"), TEXTS)) == [1.0, 0.0, 0.0, 1.0]


def test_a_child_that_outlives_the_call_holds_nothing_up(score):
    deed = "\n            if os.fork() == 0: time.sleep(600)\n            os._exit(3)"
    assert kinds(score(HANDLER.format(deed=deed), TEXTS)) == [1.0, "crashed", 0.0, 1.0]
    time.sleep(0.2)
    me = psutil.Process()
    assert not [
        child for child in me.children(recursive=True) if "rewardlab.rewards.isolation.worker" in child.cmdline()
    ]


@pytest.mark.parametrize(("late", "kind", "calls"), [(2, 0.0, 3), (99, "timed_out", 4)])
def test_a_sample_that_ran_out_of_time_once_is_asked_again_before_that_is_said(score, tmp_path, late, kind, calls):
    """In its batch, alone, and alone again once or twice: a pause of the machine is no fault of the sample."""
    deed = (
        "calls = __import__('pathlib').Path('calls'); calls.open('a').write('x')\n"
        f"            if len(calls.read_text()) <= {late}: time.sleep(60)"
    )
    outcomes = score(HANDLER.format(deed="\n            " + deed), TEXTS, timeout=0.5)
    assert kinds(outcomes) == [1.0, kind, 0.0, 1.0]
    assert len((tmp_path / "calls").read_text()) == calls


def test_samples_are_asked_again_twice_in_all():
    state = ScoringState()
    assert [state.may_repeat() for _ in range(4)] == [True, True, False, False]


def test_a_reward_that_never_answers_is_given_up(score):
    outcomes = score(
        HANDLER.format(deed="pass").replace("return [", "time.sleep(99)\n        return ["), ["x"] * 40, timeout=0.5
    )
    assert {outcome.reason for outcome in outcomes} == {"timed_out"}
    assert sum("not tried" in outcome.detail for outcome in outcomes) == 40 - PATIENCE


def test_a_reward_that_hangs_too_often_is_not_waited_for_on_every_sample(score):
    texts = ["bad" if number % 10 == 0 else "x" for number in range(200)]
    outcomes = score(HANDLER.format(deed="time.sleep(99)"), texts, timeout=0.1)
    late = [outcome for outcome in outcomes if isinstance(outcome, Unscored)]
    assert {outcome.reason for outcome in late} == {"timed_out"}
    assert sum(outcome.detail.startswith("no answer") for outcome in late) == TIMED_OUT
    assert "8 of 71 samples ran out of time" in outcomes[-1].detail


def test_a_reward_that_hangs_rarely_is_waited_for_on_every_sample(score):
    texts = ["bad" if number % 64 == 0 else "x" for number in range(64 * 10)]
    outcomes = score(HANDLER.format(deed="time.sleep(99)"), texts, timeout=0.1)
    assert sum(isinstance(outcome, Unscored) for outcome in outcomes) == 10


def test_prints_go_to_the_log_and_nowhere_else(score, tmp_path, capfd):
    score(HANDLER.format(deed="print('seen'); print('heard', file=sys.stderr)"), TEXTS)
    log = (tmp_path / "reward.log").read_text()
    assert "seen" in log
    assert "heard" in log
    assert capfd.readouterr() == ("", "")


def test_credentials_do_not_reach_the_reward(score, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    code = HANDLER.format(deed="return float('secret' in str(dict(os.environ)))")
    assert kinds(score(code, ["bad"])) == [0.0]


def test_a_handler_can_ask_how_much_time_is_left(score):
    code = """
        def lambda_handler(event, context):
            left = context.get_remaining_time_in_millis()
            return [{"id": s["id"], "aggregate_reward_score": left / 20_000} for s in event]
    """
    (outcome,) = score(code, ["x"], timeout=20)
    assert 0.9 < outcome.score <= 1


def test_metrics_become_components(score):
    code = """
        def lambda_handler(event, context):
            metrics = [{"name": "right", "value": 1, "type": "Reward"}, {"name": "bad", "value": "x"}, 3]
            return [{"id": s["id"], "aggregate_reward_score": 1, "metrics_list": metrics} for s in event]
    """
    (outcome,) = score(code, ["x"])
    assert (outcome.score, outcome.components) == (1.0, (("right", 1.0),))


@pytest.mark.parametrize(
    ("returned", "detail"),
    [
        ("{'statusCode': 200}", "RL101 returned an object; expected a list"),
        ("None", "RL101 returned null; expected a list"),
        ("[1.0 for s in event]", "RL101 returned a list with a number in it"),
        ("[]", "RL102 no result carries the sample's id"),
        (
            "[{'id': id, 'aggregate_reward_score': 1.0} for s in event]",
            "RL102 the return value is not JSON: [0].id is a",
        ),
        ("[{'id': None, 'aggregate_reward_score': 1.0} for s in event]", "RL102 no result carries the sample's id"),
        (
            "[{'id': s['id'], 'aggregate_reward_score': 1.0} for s in event] * 2",
            "RL102 2 results carry the sample's id",
        ),
        ("[{'id': s['id'], 'score': 1.0} for s in event]", "RL104 aggregate_reward_score is missing"),
    ],
)
def test_an_unusable_return_is_invalid_and_says_why(score, returned, detail):
    outcomes = score(f"def lambda_handler(event, context):\n    return {returned}\n", ["42", "7"])
    assert kinds(outcomes) == ["invalid", "invalid"]
    assert detail in outcomes[0].detail


def test_results_in_another_order_reach_their_samples(score):
    code = """
        def lambda_handler(event, context):
            return [{"id": s["id"], "aggregate_reward_score": float(s["messages"][-1]["content"])} for s in event[::-1]]
    """
    assert kinds(score(code, ["1", "2", "3"])) == [1.0, 2.0, 3.0]


def test_a_worker_dies_with_its_audit(tmp_path, write_reward):
    """A kill -9 of the audit leaves no reward in an endless loop behind."""
    import subprocess
    import sys

    path = write_reward("import time\ndef lambda_handler(event, context):\n    time.sleep(600)\n")
    code = f"""
import pathlib, time
from rewardlab.rewards.isolation.pool import ScoringPool, ScoringState
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.platforms import PLATFORMS
from rewardlab.task import Generation
from rewardlab.task import Generation
from tests.rewards.conftest import prompt
pool = ScoringPool(RewardSource(pathlib.Path({str(path)!r}), None, 600, 512), PLATFORMS["smtj"],
                   log=pathlib.Path({str(tmp_path / "log")!r}))
pool.submit(prompt(), Generation("p", 0, "x")); pool.flush()
print("up", flush=True); time.sleep(600)
"""
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root) as audit:
        assert audit.stdout is not None
        assert audit.stdout.readline() == "up\n"
        workers = psutil.Process(audit.pid).children()
        assert workers
        audit.kill()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []


def pool_of(path, tmp_path, entry=None):
    return ScoringPool(RewardSource(path, entry, 20, 512), PLATFORMS["smtj"], log=tmp_path / "log", workers=1)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = 1 +", "reward.py:1: does not import: SyntaxError: invalid syntax"),
        ("import nowhere_to_be_found", "reward.py:1: does not import: ModuleNotFoundError"),
        ("1 / 0", "reward.py:1: does not import: ZeroDivisionError"),
        (
            "import os\nkey = os.environ['JUDGE_KEY']",
            "if it is a variable of the environment, set it and hand it over with --reward-env JUDGE_KEY",
        ),
        ("x = 1", "expected one of: lambda_handler(event, context)"),
        ("def _score(c, r): return 1", "or name a private one (--entry _score)"),
        (
            "def a(completions, **kw): return [1]\ndef b(completions, **kw): return [1]",
            "name the one to audit (--entry a); or audit their weighted sum",
        ),
        ("import os; os._exit(4)", "importing it did not end well (the process exited with 4)"),
        ("import os; print('no licence', flush=True); os._exit(4)", "(the process exited with 4: no licence)"),
    ],
)
def test_code_that_cannot_be_loaded_is_one_clear_error(write_reward, tmp_path, code, message):
    with pytest.raises(RewardError, match=r"reward\.py") as caught:
        pool_of(write_reward(code), tmp_path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_entry_that_is_not_there_is_named(write_reward, tmp_path):
    with pytest.raises(RewardError, match=r"defines no function 'b'; it defines a"):
        pool_of(write_reward("def a(completions): return []"), tmp_path, entry="b")


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("def lambda_handler(event, context): ...\ndef score(c, r): ...", "lambda_handler", "lambda"),
        ("def compute_score(data_source, solution_str, ground_truth, extra_info=None): ...", "compute_score", "verl"),
        ("def grade(sample, item): ...", "grade", "openai"),
        ("def anything(completions, answer, **kwargs): ...", "anything", "trl"),
        ("def score(completion, reference): ...", "score", "plain"),
        ("from json import dumps\ndef score(completion, reference): ...", "score", "plain"),
    ],
)
def test_the_entry_is_found_by_what_the_file_defines(write_reward, tmp_path, code, name, kind):
    with pool_of(write_reward(code), tmp_path) as pool:
        assert (pool.entry.name, pool.entry.kind, pool.entry.others) == (name, kind, ())


def test_the_first_kind_wins_and_the_others_are_told(write_reward, tmp_path):
    code = "def grade(sample, item): ...\ndef lambda_handler(event, context): ...\ndef f(completions): ..."
    with pool_of(write_reward(code), tmp_path) as pool:
        assert (pool.entry.name, pool.entry.others) == ("lambda_handler", ("grade", "f"))


VERL = "def compute_score(data_source, solution_str, ground_truth, extra_info=None):\n    return "
TRL = "def f(completions, reference_answer, **kwargs):\n    return [{} for c, r in zip(completions, reference_answer)]"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (VERL + "solution_str == ground_truth", [1.0, 0.0]),
        (VERL + "{'score': 0.5, 'fmt': 1}", [0.5, 0.5]),
        ("def grade(sample, item):\n    return float(sample['output_text'] == item['reference_answer'])", [1.0, 0.0]),
        (TRL.format("float(c[0]['content'] == r)"), [1.0, 0.0]),
        ("async " + TRL.format("None if c[0]['content'] == r else 0.25"), ["abstained", 0.25]),
        ("async def score(completion, reference):\n    return completion == reference", [1.0, 0.0]),
        ("def score(completion, reference):\n    return 1 / (completion == reference)", [1.0, "raised"]),
    ],
)
def test_every_signature_scores_like_a_lambda(score, code, expected):
    assert kinds(score(code, ["42", "7"])) == expected


def test_a_trl_function_that_returns_too_few_loses_its_batch_and_not_the_samples(score):
    assert kinds(score("def f(completions, **kwargs):\n    return [1.0]", ["42", "7"])) == [1.0, 1.0]


def test_a_local_module_beside_the_reward_is_imported_as_on_lambda(write_reward, score):
    write_reward("def right(text): return text == '42'", name="contract.py")
    code = "from contract import right\ndef score(completion, reference):\n    return right(completion)"
    assert kinds(score(code, ["42", "7"])) == [1.0, 0.0]


def test_platforms_place_the_reference_where_they_do(score):
    code = """
        def lambda_handler(event, context):
            return [{"id": s["id"], "aggregate_reward_score": float(s.get("reference_answer") == "42") + 2 * float(
                s.get("metadata", {}).get("reference_answer") == "42") + 4 * float(s["topic"] == "t")} for s in event]
    """
    assert kinds(score(code, ["x"], topic="t")) == [5.0]
    assert kinds(score(code, ["x"], topic="t", platform="hyperpod")) == [6.0]


def test_batches_are_as_large_as_the_platform_sends(score):
    code = """
        def lambda_handler(event, context):
            return [{"id": s["id"], "aggregate_reward_score": float(len(event))} for s in event]
    """
    assert kinds(score(code, ["x"] * 70)) == [64.0] * 64 + [6.0] * 6


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_plain_function_scores_on_every_platform(score, platform):
    code = "def score(completion, reference):\n    return completion == reference"
    assert kinds(score(code, ["42", "7"], platform=platform)) == [1.0, 0.0]


@pytest.mark.parametrize(
    ("platform", "body"), [("serverless-oss", "json.dumps({})"), ("scorer", "{}"), ("scorer-oss", "json.dumps({})")]
)
def test_a_handler_returns_the_envelope_of_its_platform(score, platform, body):
    results = "[{'id': s['id'], 'aggregate_reward_score': float(len(event))} for s in event]"
    code = f"""
        import json
        def lambda_handler(event, context):
            return {{"statusCode": 200, "body": {body.format(results)}}}
    """
    size = min(2, PLATFORMS[platform].batch_size)
    assert kinds(score(code, ["42", "7"], platform=platform)) == [float(size)] * 2
    (bare,) = score(f"def lambda_handler(event, context):\n    return {results}", ["42"], platform=platform)
    assert bare.detail.startswith("RL101 returned a list; expected {")


def test_a_reward_that_never_answers_is_given_up_where_samples_come_one_by_one(score):
    code = "import time\ndef score(completion, reference):\n    time.sleep(99)"
    outcomes = score(code, ["x"] * 10, timeout=0.2, platform="scorer-oss")
    assert {outcome.reason for outcome in outcomes} == {"timed_out"}
    assert sum("not tried" in outcome.detail for outcome in outcomes) == 10 - PATIENCE


def test_a_pool_of_several_workers_loses_and_doubles_nothing(write_reward, tmp_path):
    path = write_reward("import time\ndef score(c, r):\n    time.sleep(0.0005)\n    return float(c)")
    source = RewardSource(path, None, 20, 512)
    with ScoringPool(source, PLATFORMS["smtj"], log=tmp_path / "log", workers=3) as pool:
        seen = []
        for index in range(1000):
            pool.submit(prompt(), Generation("p", index, str(index)))
            seen += pool.drain()
        pool.flush()
        while outcomes := pool.wait():
            seen += outcomes
    assert sorted((key[1], outcome.score) for key, outcome in seen) == [(i, float(i)) for i in range(1000)]


def test_an_unscored_says_which_sample_and_why(score):
    outcome = score(HANDLER.format(deed="raise KeyError('x')"), TEXTS)[1]
    assert outcome == Unscored("raised", "KeyError: 'x' (reward.py:9)", outcome.seconds)


@pytest.mark.parametrize(("fast", "waiting"), [(True, 3), (False, 0)])
def test_a_fast_rewards_batches_leave_together_and_a_slow_ones_at_once(
    write_reward, tmp_path, monkeypatch, fast, waiting
):
    monkeypatch.setattr("rewardlab.rewards.isolation.pool.LINGER_SECONDS", 3600)
    with pool_of(write_reward("def lambda_handler(event, context):\n    return []\n"), tmp_path) as pool:
        pool._state.fast = fast
        monkeypatch.setattr(pool._state, "see", lambda seconds: None)  # its answers come while others are submitted
        for index in range(3 * 64):
            pool.submit(prompt(), Generation("p", index, "x"))
        assert len(pool._held) == waiting
        assert sum(len(outcomes) for outcomes in iter(pool.wait, [])) == 3 * 64


def test_the_speed_of_a_reward_is_known_from_its_last_answer(write_reward, tmp_path, monkeypatch):
    path = write_reward("import time\ndef lambda_handler(event, context):\n    time.sleep(0.05)\n    return []\n")
    for limit, fast in ((0.04, False), (60, True)):
        monkeypatch.setattr("rewardlab.rewards.isolation.pool.FAST_SECONDS", limit)
        with pool_of(path, tmp_path) as pool:
            pool.submit(prompt(), Generation("p", 0, "x"))
            pool.flush()
            assert pool.wait()
            assert pool._state.fast is fast


def test_leaving_a_pool_does_not_wait_for_a_stuck_reward(write_reward, tmp_path):
    path = write_reward("import time\ndef score(c, r):\n    print('in', flush=True)\n    time.sleep(300)")
    with ScoringPool(RewardSource(path, None, 300, 512), PLATFORMS["smtj"], log=tmp_path / "log") as pool:
        pool.submit(prompt(), Generation("p", 0, "x"))
        pool.flush()
        while "in" not in (tmp_path / "log").read_text():
            time.sleep(0.01)
        left = time.monotonic()
    assert time.monotonic() - left < 30, "it took as long as the call"


def test_a_variable_that_was_asked_for_reaches_the_reward(write_reward, tmp_path, monkeypatch):
    monkeypatch.setenv("JUDGE_KEY", "0.25")
    monkeypatch.setenv("OTHER_KEY", "0.5")
    path = write_reward(
        "import os\ndef lambda_handler(event, context):\n    return [os.getenv('JUDGE_KEY'), os.getenv('OTHER_KEY')]"
    )
    worker = WorkerProcess(RewardSource(path, None, 20, 512, ("JUDGE_KEY",)), log=tmp_path / "log")
    reply = worker.invoke(b"[]")
    worker.close()
    assert reply.results == ["0.25", None]


def test_processor_time_is_bounded_beside_wall_time(write_reward, tmp_path):
    path = write_reward(
        """
        import resource

        def lambda_handler(event, context):
            return resource.getrlimit(resource.RLIMIT_CPU)[0]
        """
    )
    worker = WorkerProcess(RewardSource(path, None, 20, 512), log=tmp_path / "log")
    reply = worker.invoke(b"[]")
    worker.close()
    assert 20 < reply.results < 20 * (os.cpu_count() or 1) + 10


@pytest.mark.parametrize(
    ("line", "mutated"),
    [("pass", False), ("event[0]['id'] = 'other'", True), ("event.pop()", True), ("event[0]['x'] = {1}", True)],
)
def test_a_watched_call_tells_whether_the_event_was_changed(write_reward, tmp_path, line, mutated):
    path = write_reward(f"def lambda_handler(event, context):\n    {line}\n    return []\n")
    worker = WorkerProcess(RewardSource(path, None, 20, 512), log=tmp_path / "log")
    reply = worker.invoke(b'[{"id": "a", "score": NaN}]', watch=True)
    worker.close()
    assert (reply.mutated, reply.results) == (mutated, [])


@pytest.mark.parametrize(("seconds", "workers"), [(0.02, 2), (0.0, 1)])
def test_a_slow_reward_gets_a_worker_for_each_core_and_a_fast_one_does_not(
    write_reward, tmp_path, monkeypatch, seconds, workers
):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    code = (
        "import time\ndef score(c, r):\n    end = time.process_time() + {}\n    while time.process_time() < end: pass"
    )
    path = write_reward(f"{code.format(seconds)}\n    return 1.0")
    with ScoringPool(RewardSource(path, None, 60, 512), PLATFORMS["scorer-oss"], log=tmp_path / "log") as pool:
        pool.submit(prompt(), Generation("p", 0, "x"))
        pool.wait()
        for index in range(1, 30):
            pool.submit(prompt(), Generation("p", index, "x"))
        pool.flush()
        while pool.wait():
            pass
        assert pool.size == workers


@pytest.mark.parametrize("identifier", [3, "3", "a:7"])
def test_the_row_s_own_id_is_a_column_for_trl(write_reward, tmp_path, identifier):
    path = write_reward(f"def f(completions, id, **kw): return [float(one == {identifier!r}) for one in id]")
    one = replace(prompt(str(identifier)), row={"id": identifier, "prompt": "6*7"})
    with pool_of(path, tmp_path) as pool:
        pool.submit(one, Generation(one.id, 0, "42", "stop"))
        pool.flush()
        ((_, outcome),) = pool.wait()
    assert outcome == replace(outcome, score=1.0)


def test_a_call_that_begins_while_its_time_is_read_lasts_no_less_than_nothing(tmp_path):
    class Begins:
        """Another thread begins a call just as the time of the last one is asked for."""

        @property
        def began(self):
            return time.monotonic()

    worker = WorkerProcess(RewardSource(tmp_path / "reward.py", None, 5, 512), log=tmp_path / "log")
    worker._effort = Begins()
    assert all(worker.lasting >= 0 for _ in range(100))
