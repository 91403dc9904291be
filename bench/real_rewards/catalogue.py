"""The public rewards that are audited: where each is from, the task that fits it, and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bench.real_rewards import questions as ask
from bench.real_rewards import shapes
from bench.real_rewards.environments import EVAL_PROTOCOL, TRAINERS, Environment
from bench.real_rewards.questions import Ask
from bench.real_rewards.rows import Rows, plain, trl, verl
from bench.real_rewards.shapes import Shape

#: What is true of a reward; the page (table.py) says what each word means and what follows from it.
Reads: TypeAlias = Literal["answer", "form", "part", "loose", "narrow", "hangs"]


@dataclass(frozen=True, slots=True)
class Real:
    """One public reward. `task` is a maker of questions or the name of one of reasoning-gym's tasks.

    `truth` says what is true of it; `tokens` tells that it reads token ids; `known`
    why rewardlab is wrong on it, where that is known and not mended.
    """

    name: str
    package: str
    adapter: str
    signature: str
    task: Ask | str
    shape: Shape
    rows: Rows
    reads: Reads
    truth: str
    arguments: tuple[str, ...] = ()
    environment: Environment = TRAINERS
    ability: float = 0.45
    tokens: bool = False
    known: str = ""

    @property
    def version(self) -> str:
        return self.environment.version(self.package)


GRADED_TEXTS = (
    "INCONCLUSIVE (RL603): wrong grids earn up to 0.79 and cannot be read as wrong, so that thresholds stay open; "
    "--success-at 1 gives the accuracy"
)


def _trl(
    name: str, adapter: str, shape: Shape, reads: Reads, truth: str, *, task: Ask = ask.shopping, tokens: bool = False
) -> Real:
    taken = (
        "completions" if not tokens or reads == "answer" else "",
        "solution" if reads == "answer" else "",
        "completion_ids" if tokens else "",
    )
    signature = f"f({', '.join(one for one in (*taken, '**kwargs') if one)})"
    return Real(name, "trl", adapter, signature, task, shape, trl("solution"), reads, truth, tokens=tokens)


def _verl(
    name: str,
    adapter: str,
    task: Ask,
    shape: Shape,
    source: str,
    truth: str,
    *,
    reads: Reads = "answer",
    arguments: tuple[str, ...] = (),
    ability: float = 0.45,
    known: str = "",
) -> Real:
    signature = "compute_score(solution_str, ground_truth)"
    rows = verl(source)
    return Real(
        name, "verl", adapter, signature, task, shape, rows, reads, truth, arguments, ability=ability, known=known
    )


def _gym(task: str, truth: str, *, reads: Reads = "answer", ability: float = 0.45, known: str = "") -> Real:
    signature = "score_answer(answer, entry), in a TRL function"
    name = f"{task}.score_answer"
    return Real(
        name,
        "reasoning-gym",
        "reasoning_gym",
        signature,
        task,
        shapes.TAGS,
        trl("answer"),
        reads,
        truth,
        ability=ability,
        known=known,
    )


def _protocol(name: str, adapter: str, task: Ask, shape: Shape, reads: Reads, truth: str, *, known: str = "") -> Real:
    signature = "f(messages, ground_truth, **kwargs), in score(completion, reference)"
    return Real(
        name,
        "eval-protocol",
        adapter,
        signature,
        task,
        shape,
        plain,
        reads,
        truth,
        environment=EVAL_PROTOCOL,
        known=known,
    )


def _swift(name: str, adapter: str, shape: Shape, reads: Reads, truth: str, *, tokens: bool = False) -> Real:
    signature = "object with __call__(completions, solution, **kwargs); texts"
    rows = trl("solution", texts=True)
    return Real(name, "ms-swift", adapter, signature, ask.shopping, shape, rows, reads, truth, tokens=tokens)


def _plain(
    name: str, package: str, adapter: str, task: Ask, shape: Shape, truth: str, *, reads: Reads = "answer"
) -> Real:
    return Real(
        name, package, adapter, "two arguments, in score(completion, reference)", task, shape, plain, reads, truth
    )


def _skyrl(name: str, adapter: str, task: Ask, shape: Shape, truth: str, *, reads: Reads = "answer") -> Real:
    signature = "compute_score(solution_str, ground_truth)"
    return Real(name, "skyrl-gym", adapter, signature, task, shape, verl("own"), reads, truth)


REWARDS: tuple[Real, ...] = (
    _trl("accuracy_reward", "trl_accuracy", shapes.BOXED, "answer", "0 or 1; first box against the parsed solution"),
    _trl(
        "accuracy_reward, LaTeX fractions",
        "trl_accuracy",
        shapes.BOXED,
        "answer",
        "0 or 1; None where the solution is not parsed",
        task=ask.fractions,
    ),
    _trl(
        "reasoning_accuracy_reward",
        "trl_reasoning_accuracy",
        shapes.THINK_BOXED,
        "answer",
        "0 or 1; reads what follows the last </think>",
    ),
    _trl(
        "get_cosine_scaled_reward(200)",
        "trl_cosine",
        shapes.BOXED,
        "answer",
        "wrong -1 to -0.5, right 0.5 to 1, by length",
        tokens=True,
    ),
    _trl("think_format_reward", "trl_think_format", shapes.THINK_TAGS, "form", "0 or 1 for the tags alone"),
    _trl(
        "get_repetition_penalty_reward()",
        "trl_repetition",
        shapes.THINK_TAGS,
        "form",
        "0 to -1 for repeated tokens",
        tokens=True,
    ),
    _trl(
        "get_soft_overlong_punishment(60, 30)",
        "trl_overlong",
        shapes.THINK_TAGS,
        "form",
        "0 to -1 for length",
        tokens=True,
    ),
    _trl(
        "accuracy 1.0 + think_format 0.2 + overlong 0.1",
        "trl_sum",
        shapes.THINK_BOXED,
        "answer",
        "right adds 1; the form adds 0.2 to right and wrong alike",
        tokens=True,
    ),
    _verl(
        "gsm8k.compute_score", "verl_gsm8k", ask.shopping, shapes.HASHES, "openai/gsm8k", "0 or 1; the last #### number"
    ),
    _verl(
        "gsm8k.compute_score, method=flexible",
        "verl_gsm8k",
        ask.shopping,
        shapes.LAST_LINE,
        "openai/gsm8k",
        "0 or 1; the last number wherever it stands",
        arguments=("--reward-kwargs", "method=flexible"),
    ),
    _verl(
        "gsm8k.compute_score, method=flexible, full stop",
        "verl_gsm8k",
        ask.shopping,
        shapes.STEPS,
        "openai/gsm8k",
        "takes the full stop after the last number for a part of it: '97.' is not 97",
        reads="narrow",
        arguments=("--reward-kwargs", "method=flexible"),
    ),
    _verl(
        "gsm8k.compute_score, format_score=0.1",
        "verl_gsm8k",
        ask.shopping,
        shapes.HASHES,
        "openai/gsm8k",
        "1 for right, 0.1 for a wrong number in the format",
        arguments=("--reward-kwargs", "format_score=0.1"),
        ability=0.25,
    ),
    _verl(
        "math_reward.compute_score",
        "verl_math_reward",
        ask.fractions,
        shapes.BOXED,
        "lighteval/MATH",
        "0 or 1; the last box, compared as a normalised text",
    ),
    _verl("math_dapo.compute_score", "verl_math_dapo", ask.shopping, shapes.LAST_LINE, "math_dapo", "-1 or 1, a dict"),
    _verl(
        "math_verify.compute_score",
        "verl_math_verify",
        ask.fractions,
        shapes.BOXED,
        "math",
        "0 or 1, in a process pool",
    ),
    _verl(
        "prime_math.compute_score",
        "verl_prime_math",
        ask.fractions,
        shapes.BOXED,
        "numina_olympiads",
        "a tuple (right, format, answer): verl reads the first of its own files alone",
    ),
    _verl(
        "geo3k.compute_score",
        "verl_geo3k",
        ask.shopping,
        shapes.THINK_BOXED,
        "hiyouga/geometry3k",
        "0.9 for right and 0.1 for the form",
    ),
    _verl(
        "search_r1_like_qa_em.compute_score",
        "verl_search_r1_like_qa_em",
        ask.elements,
        shapes.TAGS,
        "searchR1_nq",
        "0 or 1; exact match with any of the targets",
    ),
    _verl(
        "search_r1_like_qa_em.compute_score_subem",
        "verl_subem",
        ask.elements,
        shapes.TAGS,
        "searchR1_nq",
        "0 or 1; pays whatever holds a target: a list of every element wins",
        reads="loose",
    ),
    _verl(
        "default_compute_score",
        "verl_default",
        ask.shopping,
        shapes.HASHES,
        "openai/gsm8k",
        "picks its reward by data_source",
    ),
    _swift("MathAccuracy", "swift_accuracy", shapes.TAGS, "answer", "0 or 1; <answer>, else a box"),
    _swift("Format", "swift_format", shapes.THINK_TAGS, "form", "0 or 1 for the tags alone"),
    _swift("ReActFormat", "swift_react_format", shapes.REACT, "form", "0 or 1 for the Action lines alone"),
    _swift("MathAccuracy + Format", "swift_registry", shapes.THINK_TAGS, "answer", "right adds 1, the form adds 1"),
    _swift(
        "CosineReward",
        "swift_cosine",
        shapes.BOXED,
        "answer",
        "wrong -0.5 to 0, right 0.5 to 1, by length",
        tokens=True,
    ),
    _swift("RepetitionPenalty", "swift_repetition", shapes.TAGS, "form", "0 to -1 for repeated words"),
    _skyrl("gsm8k.utils.compute_score", "skyrl_gsm8k", ask.shopping, shapes.HASHES, "0 or 1; the first #### number"),
    _skyrl("aime.utils.compute_score", "skyrl_aime", ask.shopping, shapes.LAST_LINE, "-1 or 1, a dict; 'Answer:' only"),
    _skyrl(
        "search.utils.compute_score", "skyrl_search", ask.elements, shapes.TAGS, "0 or 1; exact match with a target"
    ),
    _skyrl(
        "search.utils.compute_score_subem",
        "skyrl_subem",
        ask.elements,
        shapes.TAGS,
        "0 or 1; pays whatever holds a target",
        reads="loose",
    ),
    _plain(
        "math_grading.grade_answer",
        "tinker-cookbook",
        "tinker_sympy",
        ask.fractions,
        shapes.BOXED,
        "0 or 1 by sympy; a text that a model can write never ends (its recipes bound it by a timeout)",
        reads="hangs",
    ),
    _plain(
        "math_grading.grade_answer_math_verify",
        "tinker-cookbook",
        "tinker_math_verify",
        ask.fractions,
        shapes.BOXED,
        "0 or 1 by math-verify",
    ),
    _plain("verify(parse, parse)", "math-verify", "math_verify", ask.fractions, shapes.BOXED, "0 or 1"),
    _plain(
        "RougeScorer rougeL f-measure",
        "rouge-score",
        "rouge",
        ask.sentences,
        shapes.BARE,
        "graded overlap: wrong answers earn most of what right ones do",
        reads="part",
    ),
    _gym("basic_arithmetic", "1, or the share of the text that the answer is"),
    _gym("chain_sum", "decimals compared; a longer text that holds the answer earns its share"),
    _gym("countdown", "checks the expression itself; a text that a model can write never ends", reads="hangs"),
    _gym("word_sorting", "the share of places that are right; words after the right list cost nothing", reads="loose"),
    _gym("syllogism", "Yes or No"),
    _gym("number_sorting", "0 or 1; each number may be off by 1", reads="loose"),
    _gym("spell_backward", "1, or graded by letters in place"),
    _gym("calendar_arithmetic", "weekdays, numbers and yes or no in one task"),
    _gym("knights_knaves", "1, or 0.3 and more for half of the roles"),
    _gym("mini_sudoku", "graded by cells; many grids differ in two cells", known=GRADED_TEXTS),
    _gym("fraction_simplification", "1, or 0.01 to 0.5"),
    _gym("complex_arithmetic", "graded by distance"),
    _gym("letter_counting", "one number", ability=0.2),
    _protocol(
        "math_reward",
        "ep_math",
        ask.shopping,
        shapes.BOXED,
        "answer",
        "0 or 1; refuses texts with other numbers",
    ),
    _protocol("multiple_choice_math_reward", "ep_choice", ask.choices, shapes.LETTER, "answer", "0 or 1; a letter"),
    _protocol(
        "list_comparison_math_reward", "ep_list", ask.divisors, shapes.BOXED, "answer", "0 or 1; sets of numbers"
    ),
    _protocol(
        "accuracy_reward", "ep_accuracy", ask.shopping, shapes.BOXED, "part", "1, or 0.3 to 0.8 for a near number"
    ),
    _protocol("format_reward", "ep_format", ask.shopping, shapes.THINK_TAGS, "form", "0 or 1 for the tags alone"),
    _protocol("tag_count_reward", "ep_tags", ask.shopping, shapes.THINK_TAGS, "form", "0, 0.5 or 1 for tags"),
    _protocol(
        "reasoning_steps_reward", "ep_steps", ask.shopping, shapes.STEPS, "form", "0 to 1 for words such as First"
    ),
    _protocol("repetition_penalty_reward", "ep_repetition", ask.shopping, shapes.STEPS, "form", "0 to 1 by repetition"),
)
