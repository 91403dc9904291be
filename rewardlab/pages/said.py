"""What each judge said of the generations on the page: verdicts, whether they mean right, and the judge's reasons."""

from __future__ import annotations

import math
from typing import Any

import pyarrow.compute as pc

from rewardlab.judging.judgments import PLAIN, judgments_of
from rewardlab.judging.ratings import Ratings
from rewardlab.pages.cells import Cells
from rewardlab.pages.cutting import shown
from rewardlab.probes.run.question import Question
from rewardlab.runs.directory import Run
from rewardlab.visible import visible

#: Characters of a judge's answer, and of why there is no verdict.
LONGEST = 600


def judges_of(run: Run, question: Question, cells: Cells) -> list[dict[str, Any]]:
    """Each judge that judges single responses, with a verdict for each row; None where it was not asked or not read."""
    return [_judge(run, question, ratings, cells) for ratings in question.panel if ratings.judge.kind != "pairwise"]


def _judge(run: Run, question: Question, ratings: Ratings, cells: Cells) -> dict[str, Any]:
    table = judgments_of(run.folder, ratings.judge.key).read()
    plain = table.filter(pc.and_(pc.equal(table["variant"], PLAIN), pc.equal(table["time"], 0)))
    names = ("prompt_id", "index", "label", "reason", "detail", "text")
    rows = plain.select(names).to_pydict()
    ids = question.answers.prompt_ids
    said = {(key, index): rest for key, index, *rest in zip(*rows.values(), strict=True)}
    verdicts, texts = [], []
    for prompt, index, value in zip(cells.prompt, cells.index, cells.of(ratings.values), strict=True):
        label, reason, detail, text = said.get((ids[int(prompt)], int(index)), (None,) * 4)
        verdicts.append(_verdict(label, reason, float(value)))
        why = ": ".join(part for part in (reason, detail) if part)
        texts.append(shown("\n".join(part for part in (why, text) if part and part.strip() != label), LONGEST))
    right = [None if math.isnan(one) else int(one) for one in cells.of(ratings.right)]
    return {"name": visible(ratings.judge.name), "verdict": verdicts, "right": right, "said": texts}


def _verdict(label: str | None, reason: str | None, value: float) -> str:
    if label is not None:
        return visible(label)
    if math.isfinite(value):
        return f"{value:.4g}"
    return "unreadable" if reason else ""
