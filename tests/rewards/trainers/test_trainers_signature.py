"""What a function's parameters mean: by their names, their annotations and their places."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.rewards.code.shim import EntryError, find_entry
from rewardlab.rewards.trainers.signature import COMPLETIONS, EITHER, REFERENCES, bind, required
from tests.rewards.code.test_code_shim import called, module_of, sample


def score_of(code, *samples, name=None):
    return [one.get("aggregate_reward_score", one.get("unscored")) for one in called(code, *samples, name=name)]


@pytest.mark.parametrize(
    "parameters",
    [
        "completion, reference",
        "ground_truth, response",
        "reference_answer, completion",
        "solution_str, ground_truth",
        "model_output, ground_truth",
        "predict_str, ground_truth, use_boxed=True, format_score=0.1",
        "answer, output",
        "gold, prediction",
        "label, text",
        "expected, generated_text",
        "prediction, target",
        "question, response, answer",
        "solution, ground_truth",
        "truth, answer",
        "a, b",
        "x, ground_truth",
        "response, thing",
        "*, completion, target",
        "response, /, gold",
        "completion: str, answer: str",
        "Response, Ground_Truth",
    ],
)
def test_known_names_are_passed_in_any_order_and_unknown_ones_by_place(parameters):
    binding = bind(eval(f"lambda {parameters.replace(': str', '')}: 0"))
    by_role = {role: name for name, role in binding.roles.items()}
    body = f"float(({by_role['completion']}, {by_role['reference']}) == ('42', 'gold'))"
    row = {**sample(), "reference_answer": "gold"}
    assert score_of(f"def score({parameters}): return {body}", row) == [1.0]
    assert score_of(f"def compute_score({parameters}): return {body}", row) == [1.0]


@pytest.mark.parametrize("swapped", [False, True])
def test_every_known_pair_is_told_apart_in_both_orders(swapped):
    for completion in COMPLETIONS:
        for reference in REFERENCES | EITHER:
            names = [reference, completion] if swapped else [completion, reference]
            binding = bind(eval(f"lambda {', '.join(names)}: 0"))
            assert dict(binding.roles) == {completion: "completion", reference: "reference"}
            assert binding.swapped == ((reference, completion) if swapped else None)


@given(st.lists(st.from_regex(r"\A[a-z]{1,6}_?[a-z]{0,6}\Z"), min_size=1, max_size=5, unique=True), st.integers(0, 5))
def test_every_parameter_without_a_default_has_a_role(names, count):
    names = [f"p_{name}" if name in {"if", "in", "is", "as", "or", "and", "not", "for"} else name for name in names]
    parameters = [name if place < count else f"{name}=0" for place, name in enumerate(names)]
    try:
        function = eval(f"lambda {', '.join(parameters)}: 0")
    except SyntaxError:  # a keyword of the language
        return
    assert set(required(function)) <= set(bind(function).roles)


def test_defaults_are_left_alone_and_known_names_with_a_default_are_filled():
    code = """
def compute_score(solution_str, ground_truth, method="strict", format_score=0.0, score=1.0, extra_info=None):
    assert (method, format_score, score) == ("strict", 0.0, 1.0) and extra_info["num_turns"] == 2
    return score * (solution_str == ground_truth)
"""
    assert score_of(code, sample(method="loose", score=9)) == [1.0]
    assert score_of("def score(completion, reference=None): return float(completion == reference)") == [1.0]
    assert score_of("def score(completion, tolerance=0.5): return tolerance") == [0.5]


def test_a_column_of_the_row_is_passed_by_its_name_and_one_that_is_not_there_is_told():
    assert score_of("def score(completion, reference, level): return level", sample(level=3)) == [3.0]
    ((reason, detail),) = score_of("def score(completion, reference, level): return level")
    assert reason == "raised"
    assert "takes 'level', which is no column of the row" in detail


def test_spare_keywords_of_verl_s_are_its_four_arguments():
    names = "['data_source', 'extra_info', 'ground_truth']"
    code = f"def compute_score(solution_str, **rest): return float(sorted(rest) == {names})"
    assert score_of(code) == [1.0]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(completion: str, answer: str): return float(completion == answer)", 1.0),
        ("def f(completion: 'str', answer): return float(completion == answer)", 1.0),
        ("def f(completion: list[dict], answer): return float(completion[0]['content'] == answer)", 1.0),
        ("def score(completion: list[dict], reference): return float(completion[0]['content'] == reference)", 1.0),
        ("def score(completion: 'list[dict[str, str]]', r): return float(completion[-1]['content'] == r)", 1.0),
        ("def score(prompt: list[dict], completion, reference): return float(prompt[0]['content'] == '6*7')", 1.0),
        ("def score(prompt, completion, reference): return float(prompt == '6*7')", 1.0),
        ("def f(completions: list[str], answer, **kw): return [float(c == '42') for c in completions]", 1.0),
    ],
)
def test_an_annotation_says_whether_it_is_a_text_or_messages(code, expected):
    assert score_of(code, sample(answer="42")) == [expected]


def test_a_swapped_pair_is_told():
    (note,) = find_entry(module_of("def score(ground_truth, response): ...")).notes
    assert note.startswith("score takes ground_truth before response: both are passed by name")
    assert not find_entry(module_of("def score(completion, reference): ...")).notes


def test_what_verl_passes_and_a_function_lacks_is_told():
    (note,) = find_entry(module_of("def compute_score(solution_str, ground_truth): ...")).notes
    assert "takes solution_str, ground_truth, which verl 0.9.1 refuses" in note
    full = "def compute_score(data_source, solution_str, ground_truth, extra_info=None): ..."
    assert not find_entry(module_of(full)).notes
    assert not find_entry(module_of("def compute_score(**kwargs): ...")).notes


MADE = """
import functools
from collections import namedtuple
def _near(completions, answer, tolerance=9, **kwargs):
    return [float(abs(int(c) - int(a)) <= tolerance) for c, a in zip(completions, answer)]
class _Counts:
    def __init__(self, value=1.0): self.value = value
    def __call__(self, completions, **kwargs): return [self.value for _ in completions]
class _Waits(_Counts):
    async def __call__(self, completions, **kwargs): return [self.value for _ in completions]
def make(value):
    def inner(completions, **kwargs): return [value for _ in completions]
    return inner
async def _later(completions, **kwargs): return [1.0 for _ in completions]
"""


@pytest.mark.parametrize(
    "made",
    [
        "functools.partial(_near, tolerance=0)",
        "_Counts()",
        "_Counts(1.0).__call__",
        "make(1.0)",
        "lambda completions, **kwargs: [1.0] * len(completions)",
        "_later",
        "functools.partial(_later)",
        "_Waits()",
        "functools.partial(_Waits())",
        "_Counts",
        "_Waits",
    ],
)
def test_callables_of_every_make_are_found_and_called(made):
    row = sample(prompt="6*7", answer="42")
    assert score_of(f"{MADE}\nexact = {made}", row, name="exact") == [1.0]
    if not made.startswith(("_Counts(1.0)", "_later", "_Counts", "_Waits")) or made.endswith("()"):
        assert find_entry(module_of(f"{MADE}\nexact = {made}")).name == "exact"


@pytest.mark.parametrize("name", ["_near", "_Counts", "thing.method", "_Thing.method", "os_path.fsdecode"])
def test_private_and_dotted_names_are_entries_where_they_are_named(name):
    code = MADE + "class _Thing:\n    def method(self, completions, **kwargs): return [1.0]\nthing = _Thing()"
    code += "\nimport os as os_path"
    assert find_entry(module_of(code), name).name == name


def test_a_class_of_the_file_counts_and_one_that_needs_arguments_is_told():
    code = "class Exact:\n    def __init__(self{}): ...\n    def __call__(self, completions, **kw): return [1.0]"
    assert score_of(code.format("")) == [1.0]
    with pytest.raises(EntryError, match=r"Exact .a class whose construction needs tolerance"):
        find_entry(module_of(code.format(", tolerance")))
    with pytest.raises(EntryError, match="Exact is a class whose construction needs tolerance") as caught:
        find_entry(module_of(code.format(", tolerance")), "Exact")
    assert "reward = Exact(...)" in str(caught.value.do)


def test_what_another_is_built_of_is_no_candidate_beside_it():
    code = "import functools\ndef near(completions, tol, **kw): return [1.0]\nexact = functools.partial(near, tol=0)"
    assert find_entry(module_of(f"{code}\nsame = exact")).name == "exact"


def test_imported_functions_count_when_nothing_else_does(tmp_path, monkeypatch):
    (tmp_path / "others_rewards.py").write_text(
        "def accuracy(completions, **kw): return [1.0]\ndef same(text): return text\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert find_entry(module_of("from others_rewards import accuracy, same")).name == "accuracy"
    both = "from others_rewards import accuracy\ndef score(completion, reference): return 1"
    assert find_entry(module_of(both)).name == "score"


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("def my_reward(data_source, solution_str, ground_truth, extra_info=None): ...", "my_reward", "verl"),
        ("def reward_fn(response, ground_truth): ...\ndef normalize(text): ...", "reward_fn", "plain"),
        ("def reward(prediction, label): ...\ndef is_equal(prediction, target): ...", "reward", "plain"),
        ("def extract(solution_str): ...\ndef judge(solution_str, ground_truth): ...", "judge", "verl"),
        ("def handler(event, context): ...", "handler", "lambda"),
        ("def my_grader(sample, item): ...", "my_grader", "openai"),
    ],
)
def test_a_function_of_another_name_is_known_by_its_parameters(code, name, kind):
    entry = find_entry(module_of(code))
    assert (entry.name, entry.kind) == (name, kind)


def test_what_was_seen_is_told_with_two_lines_to_copy():
    with pytest.raises(EntryError) as caught:
        find_entry(module_of("from textwrap import dedent\ndef check(x): ...\nclass Data: ..."))
    assert "seen and passed over: check (takes x); Data (a class without __call__)" in str(caught.value)
    assert "def score(completion, reference):\n        return check(completion)" in str(caught.value.lines)


def test_an_unknown_entry_lists_the_known_ones():
    with pytest.raises(EntryError, match="defines no function 'exat'; it defines exact"):
        find_entry(module_of("def exact(completions, **kw): ..."), "exat")


def nothing(*_: Any) -> None:
    """Parameters that are not told are taken by place."""


def test_a_function_that_does_not_tell_its_parameters_is_called_by_place():
    binding = bind(nothing)
    assert [role for _, role in binding.by_place] == ["completion", "reference"]
    assert score_of("import operator\nscore = operator.eq") == [1.0]
