"""Several functions with weights, summed as TRL sums them."""

from __future__ import annotations

import pytest

from rewardlab.rewards.code.shim import Chosen, EntryError, find_entry, invoke
from tests.rewards.code.test_code_shim import module_of, sample

THREE = """
def accuracy(completions, **kwargs): return [float(c[0]["content"] == "42") for c in completions]
def form(completions, **kwargs): return [None if c[0]["content"] == "" else 1.0 for c in completions]
def brevity(completions, **kwargs): return [float("nan") if len(c[0]["content"]) < 2 else 0.5 for c in completions]
"""
LISTED = f"{THREE}\nreward_funcs = [accuracy, form, brevity]\nreward_weights = [1.0, 0.2, 0.1]"

TABLED = f"""{THREE}
reward_funcs = {{"accuracy": accuracy, "form": form, "brevity": brevity}}
weights = {{"brevity": 0.1, "accuracy": 1.0, "form": 0.2}}
"""


def results_of(code, chosen=None, texts=("42", "420", "7", "")):
    entry = find_entry(module_of(code), chosen)
    return entry, invoke(entry, [{**sample(text), "id": str(n)} for n, text in enumerate(texts)], None)


def metrics(result):
    return {one["name"]: one["value"] for one in result["metrics_list"]}


@pytest.mark.parametrize(
    ("code", "chosen"),
    [
        (LISTED, None),
        (LISTED, Chosen("reward_funcs")),
        (THREE, Chosen("accuracy,form,brevity", (1.0, 0.2, 0.1))),
        (LISTED.replace("reward_funcs", "REWARD_FUNCS").replace("reward_weights", "WEIGHTS"), None),
        (f"{THREE}\nrewards = [(accuracy, 1.0), (form, 0.2), (brevity, 0.1)]", None),
        (f"{THREE}\nreward_funcs = ['accuracy', 'form', 'brevity']\nreward_weights = (1.0, 0.2, 0.1)", None),
        (TABLED, None),
    ],
)
def test_the_score_is_the_weighted_sum_of_what_is_a_number_and_each_function_a_metric(code, chosen):
    entry, results = results_of(code, chosen)
    assert entry.kind == "trl"
    assert entry.weights == (("accuracy", 1.0), ("form", 0.2), ("brevity", 0.1))
    scores = [one["aggregate_reward_score"] for one in results]
    assert scores == pytest.approx([1.25, 0.25, 0.2, 0.0])  # 1 + .2 + .05; 0 + .2 + .05; 0 + .2; 0 alone
    assert metrics(results[0]) == {"accuracy": 1.0, "form": 1.0, "brevity": 0.5}
    assert metrics(results[3]) == {"accuracy": 0.0}


def test_a_row_for_which_all_say_none_has_no_score():
    code = "def a(completions, **kw): return [None, 1.0]\ndef b(completions, **kw): return [float('nan'), None]"
    _, results = results_of(f"{code}\nreward_funcs = [a, b]", texts=("x", "y"))
    assert results[0]["unscored"] == ["abstained", "returned None"]
    assert results[1]["aggregate_reward_score"] == 1.0


def test_weights_are_one_unless_given_and_given_ones_go_before_the_file_s():
    assert results_of(f"{THREE}\nreward_funcs = [accuracy, form]")[1][0]["aggregate_reward_score"] == 2.0
    _, results = results_of(LISTED, Chosen(None, (2.0, 0.0, 0.0)))
    assert results[0]["aggregate_reward_score"] == 2.0


def test_functions_of_different_kinds_are_summed_and_a_failure_of_one_leaves_its_sample_without_a_score():
    code = """
def accuracy(completions, **kwargs): return [1.0 for _ in completions]
def exact(completion: str, reference): return {"42": 1.0}[completion]
"""
    entry, results = results_of(code, Chosen("accuracy,exact", (1.0, 0.5)), texts=("42", "7"))
    assert entry.kind == "mixed"
    assert results[0]["aggregate_reward_score"] == 1.5
    assert results[1]["unscored"][0] == "raised"
    assert results[1]["unscored"][1].startswith("exact: KeyError")


def test_functions_of_one_name_are_told_apart():
    code = """
from functools import partial
def within(completions, tolerance, **kw): return [float(tolerance) for _ in completions]
reward_funcs = [partial(within, tolerance=1), partial(within, tolerance=2)]
"""
    entry, results = results_of(code, texts=("42",))
    assert [name for name, _ in entry.weights] == ["within", "within#2"]
    assert metrics(results[0]) == {"within": 1.0, "within#2": 2.0}


def test_several_functions_without_a_word_on_them_are_a_question_that_names_both_ways_out():
    with pytest.raises(EntryError, match="defines 3 reward functions of one kind: accuracy, form, brevity") as caught:
        find_entry(module_of(THREE))
    assert "--entry accuracy,form,brevity --weights 1,1,1" in str(caught.value.do)
    assert "reward_funcs = [accuracy, form, brevity] and reward_weights = [1.0, 1.0, 1.0]" in str(caught.value.do)


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (Chosen(None, (1.0,)), "weights do not match the 3 functions: 1 weights for accuracy, form, brevity"),
        (Chosen("accuracy,absent"), "defines no function 'absent'"),
        (Chosen("accuracy"), None),
    ],
)
def test_weights_and_names_that_do_not_fit_are_told(chosen, message):
    if message is None:
        assert find_entry(module_of(LISTED), chosen).name == "accuracy"
        return
    with pytest.raises(EntryError, match=message):
        find_entry(module_of(LISTED), chosen)


def test_a_handler_is_no_part_of_a_sum():
    with pytest.raises(EntryError, match="a handler cannot be part of a weighted sum"):
        find_entry(module_of(f"{THREE}\ndef lambda_handler(event, context): ..."), "lambda_handler,form")


GROUP = """
class Rubric:
    def __init__(self, funcs, weights): self.funcs, self.weights = funcs, weights
    async def score_rollout(self, state): ...
class RubricGroup:
    def __init__(self, rubrics, weights=None):
        self.rubrics = rubrics
        if weights: self.weights = weights
def right(completion, answer): return float(completion[-1]["content"] == answer)
def brief(completion, **kwargs): return 0.5
first, second = Rubric([right], [1.0]), Rubric([brief, right], [0.2, 0.1])
"""


@pytest.mark.parametrize(
    ("made", "weights"),
    [("RubricGroup([first, second])", (1.0, 0.2, 0.1)), ("RubricGroup([first, second], [1, 2])", (1.0, 0.4, 0.2))],
)
def test_the_weights_of_a_group_of_rubrics_are_multiplied(made, weights):
    entry, results = results_of(f"{GROUP}\nrubric = {made}", texts=("42",))
    assert entry.name == "rubric"
    assert tuple(weight for _, weight in entry.weights) == pytest.approx(weights)
    assert results[0]["aggregate_reward_score"] == pytest.approx(weights[0] + 0.5 * weights[1] + weights[2])


def test_arguments_are_added_to_the_calls_that_take_them():
    code = "def compute_score(solution_str, ground_truth, bonus=0.0, **kw): return bonus"
    assert results_of(code, Chosen(None, None, {"bonus": 0.5}), texts=("x",))[1][0]["aggregate_reward_score"] == 0.5
    with pytest.raises(EntryError, match="score does not take 'bonus', which --reward-kwargs names"):
        find_entry(module_of("def score(completion, reference): ..."), Chosen(None, None, {"bonus": 1}))


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (
            "reward_funcs = {'accuracy': accuracy, 'form': form}\nweights = {'form': 1}",
            "the weights have no 'accuracy'",
        ),
        ("reward_funcs = [accuracy, 'nothing']", "reward functions of one kind"),
        ("reward_funcs = []", "reward functions of one kind"),
        (
            "reward_funcs = [accuracy, form]\nreward_weights = 'ab'",
            "reward_weights is a str; expected a list of numbers",
        ),
        ("import numpy as np\nreward_funcs = [accuracy, form]\nweights = np.ones(3)", "do not match the 2 functions"),
    ],
)
def test_lists_that_are_none_are_passed_over_and_broken_ones_told(listed, message):
    with pytest.raises(EntryError, match=message):
        find_entry(module_of(f"{THREE}\n{listed}"))


def test_a_cached_function_is_one_candidate():
    code = "import functools\n@functools.lru_cache\ndef score(completion, reference): return 1.0\nsame = score"
    assert find_entry(module_of(code)).name == "score"


def test_a_list_of_helpers_is_no_reward():
    code = "def lower(text): return text\nfunctions = [lower, str.strip]\ndef score(completion, reference): return 1.0"
    assert find_entry(module_of(code)).name == "score"


def test_a_class_counts_by_the_parameters_of_its_call():
    code = "class Exact:\n    def __call__(self, response, gold): return 1.0\n"
    code += "class Tidy:\n    def __call__(self, text): ..."
    assert find_entry(module_of(code)).name == "Exact"
