"""A run whose texts are given and whose scores a small reward makes of them, to ask the diagnosis about."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from rewardlab.auditing.decision import decide
from rewardlab.measurement.scores import measure
from rewardlab.platforms import PLATFORMS
from rewardlab.probes.run import ask_all
from rewardlab.probes.run.question import Question, Targets
from rewardlab.runs.parts import GENERATION_SCHEMA, RESCORE_SCHEMA, SCORE_SCHEMA
from rewardlab.runs.tables import gather
from rewardlab.task import Prompt

PROMPTS = 120


def question_of(reward, rows, *, finish="stop", **more):
    """`rows` holds (prompt, reference, texts) each; `reward(text, reference)` gives the score, None for none."""
    prompts = [
        Prompt(f"p{i}", ({"role": "user", "content": ask},), gold, {}, i + 1) for i, (ask, gold, _) in enumerate(rows)
    ]
    cells = [(f"p{i}", j, text, gold) for i, (_, gold, texts) in enumerate(rows) for j, text in enumerate(texts)]
    ids = {"prompt_id": [one[0] for one in cells], "index": [one[1] for one in cells]}
    nothing = [None] * len(cells)
    generations = pa.table(
        {**ids, "text": [one[2] for one in cells], "finish_reason": [finish] * len(cells)}
        | {"prompt_tokens": nothing, "completion_tokens": nothing, "token_ids": nothing}
        | {"tool_calls": nothing},
        schema=GENERATION_SCHEMA,
    )
    given = [reward(text, gold) for _, _, text, gold in cells]
    scores = pa.table(
        {**ids, "score": given, "reason": [None if score is not None else "raised" for score in given]}
        | {"detail": [None if score is not None else "it raised" for score in given]}
        | {"components": [[]] * len(cells), "seconds": [0.001] * len(cells)},
        schema=SCORE_SCHEMA,
    )
    width = max(len(texts) for *_, texts in rows)
    measured = measure(prompts, generations, scores, num_generations=width)
    answers = gather(prompts, generations, scores, RESCORE_SCHEMA.empty_table(), num_generations=width)
    return Question(measured, answers, Targets(), PLATFORMS["smtj"], prompts=tuple(prompts), **more)


def found(question, code):
    """The finding with that code; None where there is none."""
    return next((one for one in ask_all(question) if one.code == code), None)


def decision_of(question):
    return decide(question, ask_all(question))


def drawn(ask, golds, write, *, share=0.5, n=8, wrong=None):
    """A row for each reference: `write(answer, k)` is the k-th text, right in about that share of the texts.

    A wrong answer is `wrong(place)`, else the next prompt's reference.
    """
    rng = np.random.default_rng(7)
    rows = []
    for place, gold in enumerate(golds):
        other = golds[(place + 1) % len(golds)] if wrong is None else wrong(place)
        texts = [write(gold if rng.random() < share else other, place * n + k) for k in range(n)]
        rows.append((ask(place, gold), gold, texts))
    return rows
