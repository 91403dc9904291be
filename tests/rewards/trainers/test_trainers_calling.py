"""Functions of other trainers, called as their trainer calls them, from samples of every shape."""

from __future__ import annotations

import json

import numpy as np
import pytest

from rewardlab.platforms import PLATFORMS
from rewardlab.rewards.code.shim import find_entry, invoke, told, wrap
from rewardlab.rewards.events.event import encode_event, sample_parts
from rewardlab.rewards.trainers.trl import TRAINER_STATE, TokensMissing
from rewardlab.task import Generation
from tests.rewards.code.test_code_shim import called, module_of, sample
from tests.rewards.conftest import prompt

SHAPES = list(dict.fromkeys(shape for platform in PLATFORMS.values() for shape in platform.shapes))
NATIVE = {
    "trl": "def f(completions, reference_answer, **kw): return [c[0]['content'] == r for c, r in "
    "zip(completions, reference_answer)]",
    "verl": "def compute_score(data_source, solution_str, ground_truth, extra_info): "
    "return solution_str == ground_truth",
    "openai": "def grade(sample, item): return sample['output_text'] == item['reference_answer']",
    "verifiers": "def f(completion, answer, **kw): return completion[-1]['content'] == answer",
    "plain": "def score(completion, reference): return completion == reference",
}


@pytest.mark.parametrize("kind", NATIVE)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_signature_reads_every_shape(kind, shape):
    parts = sample_parts(prompt(), PLATFORMS["smtj"], shape=shape)
    event = json.loads(encode_event((parts, Generation("p", i, text)) for i, text in enumerate(["42", "7"])))
    entry = find_entry(module_of(NATIVE[kind]))
    assert entry.kind == kind
    assert [result["aggregate_reward_score"] for result in invoke(entry, event, None)] == [1.0, 0.0]


def test_trl_s_arguments_are_those_of_its_trainer():
    code = """
def f(prompts, completions, completion_ids, topic, answer, trainer_state, log_extra, log_metric):
    log_extra("topic", topic)
    log_metric("mean", 0.5)
    share = trainer_state.global_step / trainer_state.max_steps
    assert prompts == [[{"role": "user", "content": "6*7"}]] * 2
    assert completions == [[{"role": "assistant", "content": text}] for text in ("42", "7")]
    return [share + len(t) for t, _, _ in zip(topic, answer, completion_ids)]
"""
    results = called(code, sample(topic="s", answer="x"), sample("7", topic="su", answer="y"))
    assert [result["aggregate_reward_score"] for result in results] == [1.0, 2.0]


def test_a_column_that_moved_into_metadata_is_found_by_its_name():
    code = "def f(completions, topic, **kw): return [float(t == 's') for t in topic]"
    moved = {**sample(), "metadata": {"topic": "s"}}
    assert called(code, moved)[0]["aggregate_reward_score"] == 1.0


LENGTHS = "def f(completions, completion_ids, **kw): return [float(len(ids)) for ids in completion_ids]"


def test_token_ids_are_lists_as_trl_s_are():
    entry = find_entry(module_of(LENGTHS))
    assert entry.names_tokens
    results = invoke(entry, [sample(), {**sample("7"), "id": "q"}], None, token_ids=[[5, 6, 2], []])
    assert [result["aggregate_reward_score"] for result in results] == [3.0, 0.0]


@pytest.mark.parametrize(
    "body",
    [
        "return [float(len(ids)) for ids in completion_ids]",
        "return [float(bool(ids)) for ids in completion_ids]",
        "return [float(completion_ids[0][-1])]",
        "try:\n        return [float(sum(completion_ids[0]))]\n    except Exception:\n        return [0.0]",
    ],
)
def test_ids_that_are_not_known_are_not_made_up_and_to_read_them_is_told_whatever_is_caught(body):
    with pytest.raises(TokensMissing):
        called(f"def f(completions, completion_ids, **kw):\n    {body}")


def test_a_function_of_token_ids_alone_is_one_of_trl_s_and_ids_among_its_keywords_are_not_asked_for_by_name():
    assert find_entry(module_of("def f(completion_ids, **kw): return [1.0]")).names_tokens
    entry = find_entry(module_of("def f(completions, **kw): return [float(len(kw['completion_ids'][0]))]"))
    assert (entry.kind, entry.names_tokens) == ("trl", False)


def test_columns_that_trl_drops_for_its_own_arguments_are_dropped():
    code = (
        "def f(completions, completion_ids, **kw): return [float('completion' not in kw and completion_ids == [[5]])]"
    )
    row = sample(completion="gold", completion_ids=[9])
    assert invoke(find_entry(module_of(code)), [row], None, token_ids=[[5]])[0]["aggregate_reward_score"] == 1.0


@pytest.mark.parametrize("returned", ["[0.5]", "(0.5,)", "__import__('numpy').array([0.5])"])
def test_what_trl_takes_for_a_list_is_one(returned):
    assert called(f"def f(completions, **kw): return {returned}")[0]["aggregate_reward_score"] == 0.5


@pytest.mark.parametrize("returned", ["0.5", "[0.5, 0.5]", "{'a': 1}"])
def test_anything_else_is_told(returned):
    with pytest.raises((ValueError, TypeError), match=r"returned .* for 1 completions"):
        called(f"def f(completions, **kw): return {returned}")


def test_verl_s_extra_info_is_the_rows_with_what_verl_always_adds():
    code = """
def compute_score(data_source, solution_str, ground_truth, extra_info=None):
    assert extra_info["num_turns"] == 2 and extra_info["rollout_reward_scores"] == {}
    return len(extra_info) - 2
"""
    results = called(code, sample(), sample(extra_info={"index": 1}))
    assert [result["aggregate_reward_score"] for result in results] == [0.0, 1.0]


@pytest.mark.parametrize(("text", "expected"), [('{"n": 2}', 2.0), ("no json", 0.0), ("[" * 100_000, 0.0)])
def test_openai_s_sample_has_the_response_as_text_and_as_json(text, expected):
    code = """
def grade(sample, item):
    assert sample["output_tools"] == []
    assert sample["choices"][0]["message"]["content"] == sample["output_text"]
    return (sample["output_json"] or {"n": 0})["n"]
"""
    assert called(code, sample(text))[0]["aggregate_reward_score"] == expected


@pytest.mark.parametrize(
    ("value", "read"),
    [(True, 1.0), (np.float32(0.5), 0.5), (np.bool_(1), 1.0), (np.array(0.25), 0.25), ("0.5", "0.5"), ([1], [1])],
)
def test_scalars_are_converted_as_trainers_do_and_texts_are_not(value, read):
    entry = find_entry(module_of("def score(completion, reference): return VALUE"))
    entry.call.__globals__["VALUE"] = value
    assert invoke(entry, [sample()], None)[0]["aggregate_reward_score"] == read


def test_a_value_that_cannot_be_converted_costs_its_sample():
    results = called("def score(c, r): return {'42': 1, '7': 10 ** 400}[c]", sample(), sample("7"))
    assert results[1]["unscored"][0] == "raised"
    assert "OverflowError" in results[1]["unscored"][1]


def test_numpy_s_numbers_are_metrics_too():
    code = "import numpy as np\ndef score(c, r): return {'score': 1, 'part': np.float32(0.5), 'flag': np.bool_(1)}"
    assert called(code)[0]["metrics_list"] == [{"name": "part", "value": 0.5, "type": "Metric"}]


def test_a_list_is_wrapped_as_the_platform_wants_it():
    headers = {"Content-Type": "application/json"}
    assert wrap([1], "list") == [1]
    assert wrap([1], "body_list") == {"statusCode": 200, "headers": headers, "body": [1]}
    assert wrap([1], "body_text") == {"statusCode": 200, "headers": headers, "body": "[1]"}
    with pytest.raises(TypeError):
        wrap([{1}], "body_text")


@pytest.mark.parametrize("name", ["solution", "ground_truth", "label"])
def test_a_reference_that_has_another_name_in_the_rows_is_handed_over_and_told(name):
    code = (
        f"def f(completions, {name}, **kw): return [float(c[0]['content'] == r) for c, r in zip(completions, {name})]"
    )
    entry, forms = find_entry(module_of(code)), set()
    assert invoke(entry, [sample()], None, forms=forms)[0]["aggregate_reward_score"] == 1.0
    (told_of,) = told(entry, forms)
    assert f"asks for {name}, a column that the rows lack" in told_of
    row, forms = sample(**{name: "42"}), set()
    assert invoke(entry, [row], None, forms=forms)[0]["aggregate_reward_score"] == 1.0
    assert told(entry, forms) == []


def test_the_trainer_state_has_the_fields_of_transformers():
    from transformers import TrainerState

    code = "def f(completions, trainer_state, **kw): return [float(trainer_state.save_steps)]"
    assert called(code)[0]["aggregate_reward_score"] == 500.0
    state = vars(TrainerState())
    assert set(TRAINER_STATE) | {"log_history", "stateful_callbacks"} == set(state)
    differing = {name for name, value in TRAINER_STATE.items() if state[name] != value}
    assert differing == {"max_steps", "num_train_epochs"}  # else a share of the training done is a division by zero


def test_the_row_s_id_is_a_column():
    code = "def f(completions, id, **kw): return [float(one == 'p') for one in id]"
    assert called(code, {**sample(), "id": "p:3"})[0]["aggregate_reward_score"] == 1.0


@pytest.mark.parametrize(
    ("returned", "read"),
    [
        ("(float(len(c)) for c in completions)", 2.0),
        ("[float('nan')] * len(completions)", None),
        ("[None]", None),
        ("[True]", 1.0),
        ("[__import__('decimal').Decimal('0.5')]", 0.5),
        ("map(len, completions)", 2.0),
    ],
)
def test_what_trl_takes_is_taken(returned, read):
    (result,) = called(f"def f(completions, **kw): return {returned}", sample(prompt="6*7"))
    assert result.get("aggregate_reward_score") == read
    assert ("unscored" in result) == (read is None)


@pytest.mark.parametrize("element", ["(1.0, True)", "{'score': 1.0}", "'1.0'"])
def test_elements_that_trl_refuses_are_no_numbers(element):
    (result,) = called(f"def f(completions, **kw): return [{element}]")
    assert not isinstance(result["aggregate_reward_score"], float)


@pytest.mark.parametrize("returned", ["(0.5, True)", "[0.5, 'why']", "(0.5, {'acc': 1})", "{'score': 0.5, 'acc': 1}"])
@pytest.mark.parametrize(
    "signature", ["compute_score(solution_str, ground_truth)", "score(c, r)", "grade(sample, item)"]
)
def test_the_first_of_a_pair_is_the_score_of_functions_of_one_sample(signature, returned):
    assert called(f"def {signature}: return {returned}")[0]["aggregate_reward_score"] == 0.5
