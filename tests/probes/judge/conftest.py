"""A judged run in memory: Python judges are asked what a real panel asks, and their answers read the same way."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pyarrow as pa

from rewardlab.judging.definition import Judge
from rewardlab.judging.judgments import JUDGMENT_SCHEMA, KEY
from rewardlab.judging.material import Material, plain_questions
from rewardlab.judging.ratings import Ratings, Usage, ratings_of
from rewardlab.judging.scale import make_scale
from rewardlab.measurement.success import success_rule
from rewardlab.probes.judge.question import Question, annotation_table
from rewardlab.probes.judge.variants import questions
from rewardlab.runs.manifest import JudgeRecord
from rewardlab.runs.tables import Answers
from rewardlab.task import Prompt, Sampling

PROMPTS, WIDTH = 120, 4
BOOLEAN = make_scale("boolean")
SCORE = make_scale("score", labels=["1", "2", "3", "4", "5"])
PAIRWISE = make_scale("pairwise")


def sums(prompts=PROMPTS, width=WIDTH, *, accuracy=0.5, seed=0):
    """Prompts that ask for sums, and responses that are right as often as said."""
    rng = np.random.default_rng(seed)
    rows, texts = [], {}
    for number in range(prompts):
        one, other = (int(part) for part in rng.integers(100, 500, 2))
        turns = ({"role": "user", "content": f"{one}+{other}"},)
        rows.append(
            Prompt(
                f"p{number}",
                turns,
                str(one + other),
                {"messages": list(turns), "reference_answer": str(one + other)},
                number + 1,
            )
        )
        for index in range(width):
            off = 0 if rng.random() < accuracy else int(rng.integers(1, 80))
            texts[f"p{number}", index] = str(one + other + off)
    return rows, texts


def number_in(text):
    """The first number in a text, as a sound judge of sums reads it; None without one."""
    found = re.search(r"\d+", text)
    return int(found[0]) if found else None


def sound(exhibit):
    """Right if the first number is the reference."""
    return float(number_in(exhibit.response) == int(exhibit.reference))


def closeness(exhibit):
    """From 1 to 5 by the distance to the reference."""
    off = abs((number_in(exhibit.response) or 0) - int(exhibit.reference))
    return float(5 - min(4, (off > 0) + off // 20))


def closer(exhibit):
    """The preference for the second of two responses."""
    first, second = (
        abs(number_in(text) - int(exhibit.reference)) if number_in(text) is not None else 10**6
        for text in (exhibit.response, exhibit.other)
    )
    return (1 + np.sign(first - second)) / 2


def judge_of(name, scale, *, template="{reference} {response}", model=None, repeats=2, answer="choice"):
    return Judge(
        name, "", scale, template, None, model or f"vllm:{name}", Sampling(), repeats, answer, {}, None, "", name
    )


def record_of(judge):
    scale = judge.scale
    return JudgeRecord(
        judge.digest, judge.name, judge.source, judge.model, scale.kind, scale.level, scale.labels, scale.values,
        scale.success_at, judge.digest,
    )  # fmt: skip


def rows_of(asks, judging):
    """Judgments by JUDGMENT_SCHEMA; `judging` returns a value, or None for a verdict that cannot be read."""
    rows = []
    for ask in asks:
        value = judging(ask.exhibit)
        rows.append(
            dict(zip(KEY, (ask.prompt_id, ask.index, ask.other, ask.variant, ask.time), strict=True))
            | {"value": value, "seconds": 0.1}
            | ({"reason": "invalid", "detail": "no verdict", "text": "I cannot say."} if value is None else {})
        )
    return pa.Table.from_pylist(rows, JUDGMENT_SCHEMA)


def rated(judging, scale, prompts, texts, *, name=None, success=None, size=None, seed=0, **options):
    """The ratings of a function: the plain questions, the repeats, and the altered ones that follow from them."""
    judge = judge_of(name or judging.__name__, scale, **options)
    return sat(judge, record_of(judge), judging, prompts, texts, success=success, size=size, seed=seed)


def sat(judge, record, judging, prompts, texts, *, success=None, size=None, seed=0):
    """The ratings of a judge whose verdicts `judging` gives."""
    width = 1 + max(index for _, index in texts)
    success = np.zeros((len(prompts), width), bool) if success is None else success
    material = Material(prompts, texts, success, size, seed)
    probability = material.chosen()
    weights = np.divide(1, probability, out=np.zeros(probability.shape), where=probability > 0)
    plain = rows_of(plain_questions(judge, material, probability), judging)
    first = ratings_of(record, material.prompt_ids, plain, weights=weights)
    more = rows_of(questions(judge, first, prompts, material.text_of, right=success, seed=seed), judging)
    return ratings_of(record, material.prompt_ids, pa.concat_tables([plain, more]), weights=weights)


def scored(prompts, texts):
    """What a sound reward gives, (prompts, generations)."""
    width = 1 + max(index for _, index in texts)
    return np.array(
        [[float(number_in(texts[one.id, index]) == int(one.reference)) for index in range(width)] for one in prompts]
    )


def answers_of(prompts, texts, score, labels=None):
    keys = list(texts)
    place = {prompt.id: number for number, prompt in enumerate(prompts)}
    row = np.full(score.shape, -1)
    for number, (identifier, index) in enumerate(keys):
        row[place[identifier], index] = number
    return Answers(
        tuple(place), score, np.zeros(score.shape, bool), np.ones(score.shape), {}, score[..., None], labels,
        pa.chunked_array([pa.array([texts[key] for key in keys])]), row,
    )  # fmt: skip


@cache
def run_of(accuracy=0.5, seed=0):
    """Prompts, responses and scores of a run."""
    prompts, texts = sums(accuracy=accuracy, seed=seed)
    return prompts, texts, scored(prompts, texts)


@cache
def _rated(judging, scale, options, accuracy, seed):
    prompts, texts, score = run_of(accuracy, seed)
    return rated(judging, scale, prompts, texts, success=score >= 0.5, **dict(options))


def asked(*panel, accuracy=0.5, seed=0, **options):
    """The question about a panel of (function, scale), or (function, scale, options of `rated`), on a run of sums."""
    parts = [(one, scale, tuple(more[0].items()) if more else ()) for one, scale, *more in panel]
    return question_of(*(_rated(*part, accuracy, seed) for part in parts), accuracy=accuracy, seed=seed, **options)


def question_of(*panel, accuracy=0.5, seed=0, labels=None, annotations=None, score=None, policy="vllm:p", **options):
    """The question about ratings of a run of sums."""
    prompts, texts, right = run_of(accuracy, seed)
    score = right if score is None else score
    answers = answers_of(prompts, texts, score, labels)
    table, annotators = (None, ()) if annotations is None else annotation_table(annotations, answers)
    rule = success_rule(score, success_at=None, reward_range=None)
    return Question(panel, answers, rule, policy, annotations=table, annotators=annotators, **options)


def given(values, scale=BOOLEAN, *, name="judge", model=None, **tables):
    """Ratings as a table says: `values` (prompts, generations), and any other field of Ratings."""
    values = np.array(values, float)
    nothing = {"variants": {}, "variants_asked": {}, "pairs": None, "unread": {}, "not_asked": {}, "examples": ()}
    return Ratings(
        **{
            "judge": record_of(judge_of(name, scale, model=model)),
            "values": values,
            "expected": np.full(values.shape, np.nan),
            "asked": np.isfinite(values),
            "weights": np.asarray(tables.get("asked", np.isfinite(values)), float),
            "repeats": values[..., None],
            "usage": Usage(0, None, None, None, "USD"),
            **nothing,
            **tables,
        }
    )


def about(*panel, score=None, labels=None, reward_range=(0.0, 1.0), **options):
    """The question about ratings that were given, on responses without a content of their own."""
    shape = panel[0].values.shape
    score = np.full(shape, np.nan) if score is None else np.array(score, float)
    prompts = [Prompt(f"p{row}", (), None, {}, row + 1) for row in range(shape[0])]
    texts = {(f"p{row}", index): f"{row}.{index}" for row in range(shape[0]) for index in range(shape[1])}
    answers = answers_of(prompts, texts, score, None if labels is None else np.array(labels, float))
    rule = success_rule(score, success_at=None, reward_range=reward_range)
    return Question(panel, answers, rule, options.pop("policy", "vllm:p"), **options)


def codes(findings):
    return {(finding.code, finding.severity) for finding in findings}
