"""Rubrics, with stand-ins that have verifiers' methods: verifiers itself need not be installed."""

from __future__ import annotations

import pytest

from rewardlab.rewards.code.shim import EntryError, find_entry
from tests.rewards.code.test_code_shim import called, module_of, sample

PARTS = """
def right(completion, answer): return float(completion[-1]["content"] == answer)
async def brief(completion, **kwargs): return len(completion[-1]["content"]) < 3
"""
OLDER = """
class Rubric:
    def __init__(self, funcs, weights): self.funcs_, self.weights_ = funcs, weights
    def get_reward_funcs(self): return self.funcs_
    def get_reward_weights(self): return self.weights_
"""
NEWER = """
class Rubric:
    def __init__(self, funcs, weights): self.funcs, self.weights = funcs, weights
    async def score_rollout(self, state): ...
"""
MADE = "rubric = Rubric([right, brief], [1.0, 0.25])"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (PARTS + "funcs = [right, brief]\nweights = [1.0, 0.25]", "funcs"),
        (PARTS + OLDER + MADE, "rubric"),
        (PARTS + NEWER + MADE, "rubric"),
        (PARTS + NEWER + MADE + "\nfuncs = [right, brief]", "rubric"),
    ],
)
def test_a_rubric_is_the_weighted_sum_of_its_functions_which_are_its_metrics(code, name):
    entry = find_entry(module_of(code))
    assert (entry.name, entry.kind) == (name, "verifiers")
    first, second = called(code, sample(), sample("420"))
    assert (first["aggregate_reward_score"], second["aggregate_reward_score"]) == (1.25, 0.0)
    assert first["metrics_list"] == [
        {"name": "right", "value": 1.0, "type": "Metric"},
        {"name": "brief", "value": 1.0, "type": "Metric"},
    ]


def test_weights_are_one_unless_given():
    assert called(PARTS + "funcs = [right, brief]")[0]["aggregate_reward_score"] == 2.0


def test_a_single_function_is_its_own_reward():
    (result,) = called("def f(completion, answer): return completion[-1]['content'] == answer")
    assert (result["aggregate_reward_score"], result["metrics_list"]) == (1.0, [])


def test_a_function_gets_what_it_names():
    code = """
def f(prompt, completion, answer, state, task, info, parser, topic):
    assert prompt == [{"role": "user", "content": "6*7"}]
    assert completion == [{"role": "assistant", "content": "42"}]
    assert (answer, task, info, topic) == ("42", "sums", {"level": 2}, "s")
    assert state["completion"] == completion and state["answer"] == answer
    return float(parser.parse_answer(completion) == answer)
"""
    (result,) = called(code, sample(topic="s", task="sums", info='{"level": 2}'))
    assert result["aggregate_reward_score"] == 1.0


def test_texts_where_the_prompt_was_a_text():
    code = (
        "def f(prompt, completion, answer, parser): return (prompt, parser.parse_answer(completion)) == ('6*7', answer)"
    )
    assert called(code, sample(prompt="6*7"))[0]["aggregate_reward_score"] == 1.0


def test_the_file_s_own_parser_is_handed_over():
    code = """
class Parser:
    def parse_answer(self, completion): return "42"
parser = Parser()
def f(completion, answer, parser): return parser.parse_answer(completion) == answer
"""
    assert called(code, sample("no"))[0]["aggregate_reward_score"] == 1.0


@pytest.mark.parametrize("broken", ["1 / 0", "None", "'0.5'"])
def test_a_part_without_a_number_leaves_its_sample_unscored(broken):
    """verifiers gives 0.0 here, which training cannot tell from a wrong answer."""
    code = PARTS + f"def bad(completion, answer): return {broken} if completion[-1]['content'] == '7' else 1\n"
    results = called(code + "funcs = [right, bad]", sample(), sample("7"))
    assert results[0]["aggregate_reward_score"] == 2.0
    assert results[1]["unscored"][0] == "raised"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (PARTS + "funcs = [right, brief]\nweights = [1.0]", "weights do not match the 2 functions"),
        (PARTS + "funcs = [right]\nweights = ['x']", "a weight is 'x'; expected a number"),
        (
            OLDER + "def best(completions): ...\nrubric = Rubric([best], [1.0])\ndef other(completion, answer): ...",
            "its rubric rubric cannot be used: best scores a whole group",
        ),
        (NEWER + PARTS + "a = Rubric([right], [1])\nb = Rubric([brief], [1])", "2 reward functions of one kind: a, b"),
        (PARTS + "def also(completion, answer): ...", "2 reward functions of one kind: right, also"),
    ],
)
def test_a_rubric_that_cannot_be_used_says_why(code, message):
    with pytest.raises(EntryError, match=message):
        find_entry(module_of(code), "rubric" if "rubric =" in code else None)


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("def f(completions): ...\ndef g(completion, answer): ...", "f", "trl"),
        ("def g(completion, answer): ...\ndef score(c, r): ...", "g", "verifiers"),
        ("def lambda_handler(event, context): ...\ndef g(completion, answer): ...", "lambda_handler", "lambda"),
        ("def score(completion, answer): ...", "score", "plain"),
        ("def f(completions, **kw): ...\nfuncs = [f]", "f", "trl"),
        ("def score(c, r): ...\nfuncs = [max]\nfuncs.clear()", "score", "plain"),
    ],
)
def test_verifiers_functions_come_after_trl_s_and_before_a_plain_one(code, name, kind):
    entry = find_entry(module_of(code))
    assert (entry.name, entry.kind) == (name, kind)


def test_an_entry_name_settles_a_tie_and_may_be_a_rubric_s():
    code = PARTS + "def also(completion, answer): ...\nfuncs = [right, brief]"
    assert find_entry(module_of(code), "also").kind == "verifiers"
    assert len(find_entry(module_of(code), "funcs").call.parts) == 2
