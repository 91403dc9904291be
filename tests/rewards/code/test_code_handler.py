"""The handler that a package ships: what the trainer gets, what is logged, what raises."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import types
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rewardlab
from rewardlab.platforms import PLATFORMS
from rewardlab.rewards.code.handler import EventError, Handler, ReturnError, UnscoredError, checked, handler_of
from rewardlab.rewards.code.shim import find_entry, is_number
from rewardlab.rewards.events.event import encode_event, sample_parts
from rewardlab.task import Generation, Prompt

PLAIN = "def score(completion, reference): return float(completion == reference)"
SIGNATURES = {
    "plain": PLAIN,
    "verl": "def compute_score(data_source, solution_str, ground_truth, extra_info=None):\n"
    "    return {'score': float(solution_str == ground_truth), 'length': 2}",
    "openai": "def grade(sample, item): return float(sample['output_text'] == item['reference_answer'])",
    "trl": "def right(completions, reference_answer, **columns):\n"
    "    return [float(c[0]['content'] == r) for c, r in zip(completions, reference_answer)]",
    "verifiers": "async def right(completion, answer): return float(completion[-1]['content'] == answer)",
}


def handler(code, *, returns="list", on_failure=None):
    module = types.ModuleType("reward")
    exec(code, module.__dict__)
    return Handler(find_entry(module), returns, on_failure)


def sample(identifier="a", text="42", reference="42"):
    turns = [{"role": "user", "content": "6*7"}, {"role": "assistant", "content": text}]
    return {"id": identifier, "messages": turns, "reference_answer": reference}


def lambda_returning(expression):
    return handler(f"def lambda_handler(event, context): return {expression}")


def result(identifier="a", score=1.0):
    return {"id": identifier, "aggregate_reward_score": score}


def logged(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def opened(returned, returns):
    """The list in a return, by the platform's documentation."""
    if returns == "list":
        return returned
    assert returned["statusCode"] == 200
    return json.loads(returned["body"]) if returns == "body_text" else returned["body"]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("kind", SIGNATURES)
def test_every_signature_answers_every_platform_in_its_form(kind, platform):
    profile = PLATFORMS[platform]
    row = {"id": "p", "messages": [{"role": "user", "content": "6*7"}], "reference_answer": "42"}
    prompt = Prompt("p", ({"role": "user", "content": "6*7"},), "42", row, 1)
    texts = ["42", "41"][: profile.batch_size]
    for shape in profile.shapes:
        parts = sample_parts(prompt, profile, shape=shape)
        event = json.loads(encode_event((parts, Generation("p", i, text, "stop")) for i, text in enumerate(texts)))
        returned = handler(SIGNATURES[kind], returns=profile.returns)(event, None)
        found = [(one["id"], one["aggregate_reward_score"]) for one in opened(returned, profile.returns)]
        assert found == [("p:0", 1.0), ("p:1", 0.0)][: len(texts)]


def test_a_lambda_is_handed_the_event_itself_and_its_return_is_passed_on():
    seen = []
    module = types.ModuleType("reward")
    module.lambda_handler = lambda event, context: seen.append((event, context)) or [result()]
    module.lambda_handler.__module__ = "reward"
    event = [sample()]
    assert Handler(find_entry(module), "list")(event, "context") == [result()]
    assert seen[0][0] is event
    assert seen[0][1] == "context"


def test_one_bad_sample_is_named_and_the_batch_raises():
    code = "def score(c, r):\n    if c == 'bad': raise KeyError('x')\n    return 1"
    with pytest.raises(
        UnscoredError, match=r"1 of 2 samples have no score: b \(raised: KeyError: 'x' \(<string>:2\)\)"
    ):
        handler(code)([sample("a"), sample("b", "bad")], None)


def test_with_a_score_for_failures_the_others_keep_theirs_and_the_failed_one_is_marked():
    code = "def score(c, r):\n    if c == 'bad': raise KeyError('x')\n    return 0.5"
    assert handler(code, on_failure=-1)([sample("a"), sample("b", "bad")], None) == [
        {"id": "a", "aggregate_reward_score": 0.5, "metrics_list": []},
        {
            "id": "b",
            "aggregate_reward_score": -1.0,
            "metrics_list": [{"name": "rewardlab_unscored", "value": 1.0, "type": "Metric"}],
        },
    ]


def test_a_batch_without_any_score_raises_whatever_was_chosen():
    with pytest.raises(UnscoredError, match="2 of 2"):
        handler("def score(c, r): return None", on_failure=0)([sample("a"), sample("b")], None)


def test_a_sample_alone_in_its_event_gets_the_chosen_score():
    returned = handler("def score(c, r): return None", returns="body_text", on_failure=0)([sample()], None)
    assert json.loads(returned["body"])[0]["aggregate_reward_score"] == 0.0


@pytest.mark.parametrize(
    ("score", "code"),
    [
        ("float('nan')", "RL103"),
        ("float('inf')", "RL103"),
        ("10**400", "OverflowError"),
        ("'0.5'", "RL104"),
        ("[1]", "RL104"),
    ],
)
def test_a_score_that_is_no_finite_number_is_refused(score, code):
    with pytest.raises((UnscoredError, ReturnError), match=code):
        handler(f"def score(c, r): return {score}")([sample()], None)


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ("{'statusCode': 200, 'body': []}", "RL101 returned an envelope"),
        ("None", "RL101"),
        ("[1]", "RL101"),
        ("[]", "RL102 0 results for 1 samples of this id"),
        ("[{'id': 'a', 'aggregate_reward_score': 1}] * 2", "RL102 2 results"),
        ("[{'id': 'z', 'aggregate_reward_score': 1}]", "which no sample has"),
        ("[{'id': 'a', 'aggregate_reward_score': True}]", "RL104"),
        ("[{'id': 'a', 'aggregate_reward_score': '1'}]", "RL104"),
        ("[{'id': 'a', 'aggregate_reward_score': float('nan')}]", "RL103"),
        ("[{'id': 'a'}]", "RL104"),
        ("[{'id': 'a', 'aggregate_reward_score': {1}}]", "RL104 the return value is not JSON"),
    ],
)
def test_a_lambdas_own_defects_are_refused_with_the_audits_code(returned, told):
    with pytest.raises((UnscoredError, ReturnError), match=told):
        lambda_returning(returned)([sample()], None)


@pytest.mark.parametrize(
    ("returns", "good", "bad"),
    [
        ("body_text", {"statusCode": 200, "body": json.dumps([result()])}, {"statusCode": 200, "body": [result()]}),
        ("body_list", {"statusCode": 200, "body": [result()]}, {"statusCode": 200, "body": json.dumps([result()])}),
        ("body_text", {"statusCode": 200, "body": json.dumps([result()])}, {"statusCode": 500, "body": "[]"}),
        ("body_text", {"statusCode": 200, "body": json.dumps([result()])}, {"statusCode": 200, "body": "no json"}),
    ],
)
def test_a_lambdas_envelope_must_be_the_platforms(returns, good, bad):
    def answer(value):
        return handler(f"def lambda_handler(event, context): return {value!r}", returns=returns)([sample()], None)

    assert answer(good) == good
    with pytest.raises(ReturnError, match="RL101"):
        answer(bad)


def test_results_in_another_order_reach_their_samples():
    results, failures = checked([result("b", 0.2), result("a", 0.1)], ["a", "b"], "list")
    assert [one["aggregate_reward_score"] for one in results] == [0.1, 0.2]
    assert failures == []


def test_samples_of_one_id_take_their_results_in_order():
    event = [sample("a", "42"), sample("a", "41")]
    scores = [one["aggregate_reward_score"] for one in handler(PLAIN)(event, None)]
    assert scores == [1.0, 0.0]


def test_one_sample_without_a_list_is_a_batch_of_one():
    assert handler(PLAIN)(sample(), None) == [{**result(), "metrics_list": []}]


@pytest.mark.parametrize("event", [None, "x", {}, [1], [{"messages": []}], {"body": "[]"}])
def test_an_event_that_no_result_could_answer_raises(event):
    with pytest.raises(EventError, match="expected"):
        handler(PLAIN)(event, None)


def test_a_batch_logs_one_line_and_only_the_first_is_cold(capsys):
    shipped = handler(PLAIN)
    context = types.SimpleNamespace(aws_request_id="r-1")
    shipped([sample(), sample("b", "0")], context)
    shipped([sample()], None)
    first, second = logged(capsys)
    assert first.pop("seconds") >= 0
    assert first == {"rewardlab": "batch", "request_id": "r-1", "cold": True, "samples": 2, "scored": 2, "failed": 0}
    assert (second["cold"], second["samples"]) == (False, 1)


def test_a_batch_that_raises_logs_who_failed_and_why(capsys):
    code = "def score(c, r):\n    if c == 'bad': raise KeyError('x')\n    return 1"
    with pytest.raises(UnscoredError):
        handler(code)([sample("a"), sample("b", "bad")], None)
    (line,) = logged(capsys)
    assert (line["scored"], line["failed"]) == (1, 1)
    assert line["failures"] == [{"id": "b", "reason": "raised", "detail": "KeyError: 'x' (<string>:2)"}]
    assert line["error"].startswith("UnscoredError: 1 of 2")


def test_a_trl_function_that_raises_takes_its_batch_and_keeps_its_own_error(capsys):
    with pytest.raises(ZeroDivisionError):
        handler("def right(completions, **columns): return 1 / 0")([sample()], None)
    assert logged(capsys)[0]["error"].startswith("ZeroDivisionError")


def test_a_score_for_failures_must_be_finite():
    with pytest.raises(ValueError, match="on_failure is nan"):
        handler(PLAIN, on_failure=float("nan"))


def test_the_handler_finds_the_file_beside_its_own(write_reward):
    path = write_reward(PLAIN)
    found = handler_of(str(path.with_name("lambda_function.py")), "reward.py", entry="score", returns="list")
    assert found([sample()], None)[0]["aggregate_reward_score"] == 1.0


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=25), inner, max_size=3),
    max_leaves=8,
)


@given(event=json_values)
def test_any_event_is_answered_or_refused_with_a_reason(event):
    with contextlib.suppress(EventError, UnscoredError):
        assert all(is_number(one["aggregate_reward_score"]) for one in handler(PLAIN, on_failure=0)(event, None))


@given(returned=json_values)
def test_any_return_is_read_or_refused_with_a_reason(returned):
    try:
        results, failures = checked(returned, ["a"], "list")
    except ReturnError:
        return
    assert len(results) == 1
    assert failures or is_number(results[0]["aggregate_reward_score"])


def test_what_is_shipped_needs_the_standard_library_only():
    folder = Path(rewardlab.__file__).parent
    code = "import sys; import rewardlab.rewards.code.handler; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=folder.parent, capture_output=True, text=True, check=True
    ).stdout.split()
    tops = {name.split(".")[0] for name in loaded} - {"rewardlab", "__main__"}
    assert tops <= set(sys.stdlib_module_names) | {"_distutils_hack"}
