"""The data in the page: prompts, generations, judges and findings as JSON in columns, gzipped, in base64."""

from __future__ import annotations

import base64
import gzip
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rewardlab.labels import read_annotations
from rewardlab.pages.behind import Behind, read_as, votes_against
from rewardlab.pages.cells import Cells, texts_at
from rewardlab.pages.cutting import LIMITS, cut, shown
from rewardlab.pages.flat import flat_reasons
from rewardlab.pages.nearmiss import near_miss
from rewardlab.pages.queue import worth_labelling
from rewardlab.pages.said import judges_of
from rewardlab.probes.run.question import Question
from rewardlab.reports.audit import Report
from rewardlab.runs.directory import Run
from rewardlab.task import Prompt
from rewardlab.visible import visible

#: The most bytes of the data in the page, so that with its script and plots it stays under 6 MB.
MOST_BYTES = 4_600_000
#: The longest prompt, reference and detail of an unscored generation on the page, in characters.
LONGEST_PROMPT, LONGEST_REFERENCE, LONGEST_DETAIL = 4_000, 1_000, 400
#: The texts by which it is judged how far all must be cut.
TRIED = 500


@dataclass(frozen=True, slots=True)
class Payload:
    """The data as the page holds it, and the length in characters from which on its texts are cut."""

    text: str
    limit: int
    cut: int


def payload_of(
    report: Report, run: Run, question: Question, *, cells: Cells, scores: pa.Table, behinds: Sequence[Behind]
) -> Payload:
    """The data, with texts cut as far as it takes to stay within MOST_BYTES."""
    fixed = _fixed(report, run, question, cells=cells, scores=scores, behinds=behinds)
    texts = texts_at(question.answers.texts, cells.of(question.answers.row))
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    for limit in LIMITS[LIMITS.index(_limit(texts, MOST_BYTES - len(_packed(fixed)))) :]:
        packed = _packed({**fixed, **_texts(texts, question, cells, limit)})
        if len(packed) <= MOST_BYTES:
            break
    return Payload(packed, limit, int((lengths > limit).sum()))


def _limit(texts: Sequence[str], room: int) -> int:
    """The largest limit with which the texts probably fit into so many bytes, judged by some of them."""
    some = texts[:: max(1, len(texts) // TRIED)]
    for limit in LIMITS:
        if len(_packed({"texts": [cut(text, limit) for text in some]})) * len(texts) <= room * max(1, len(some)):
            return limit
    return LIMITS[-1]


def _packed(data: Mapping[str, Any]) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode("utf-8", "backslashreplace"), 6, mtime=0)).decode()


def _fixed(
    report: Report, run: Run, question: Question, *, cells: Cells, scores: pa.Table, behinds: Sequence[Behind]
) -> dict[str, Any]:
    """All but the texts."""
    answers, right = question.answers, question.right
    place = {int(prompt): number for number, prompt in enumerate(cells.shown)}
    scored = np.isfinite(answers.score)
    unscored = _by_cell(scores, cells, question)
    against = votes_against(question)
    queue, because = worth_labelling(question, behinds, report.findings)
    reads = np.where(read_as(question, "right"), "right", np.where(read_as(question, "wrong"), "wrong", ""))
    succeeded = cells.of(right)
    return {
        "run": visible(run.folder.name),
        "success": {"at": report.baseline.success_at, "above": report.baseline.success_above},
        "prompts": [_prompt(question.prompts[row], flat) for row, flat in _flat(question, cells)],
        "rows": {
            "p": [place[int(prompt)] for prompt in cells.prompt],
            "i": cells.index.tolist(),
            "score": _numbers(cells.of(answers.score)),
            "right": [int(won) if known else None for won, known in zip(succeeded, cells.of(scored), strict=True)],
            "reason": [reason for reason, _, _ in unscored],
            "detail": [detail for _, detail, _ in unscored],
            "ms": _numbers([1000 * seconds for _, _, seconds in unscored]),
            "length": [int(length) for length in cells.of(answers.length)],
            "cut": cells.of(answers.cut).astype(int).tolist(),
            "read": cells.of(reads).tolist(),
            "odd": _numbers(cells.of(against)),
            "queue": _numbers(cells.of(queue)),
            "because": cells.of(because).tolist(),
        },
        "components": [
            {"name": visible(name), "values": _numbers(cells.of(table))} for name, table in answers.components.items()
        ],
        "judges": judges_of(run, question, cells),
        "findings": [
            {
                "code": finding.code,
                "rows": np.flatnonzero(cells.of(one.mask)).tolist(),
                "prompts": [place[row] for row in one.prompts if row in place],
                "words": one.words,
            }
            for finding, one in zip(report.findings, behinds, strict=True)
        ],
        "labels": _labels(run),
    }


def _flat(question: Question, cells: Cells) -> list[tuple[int, str]]:
    reasons = flat_reasons(question)
    return [(int(row), str(reasons[row])) for row in cells.shown]


def _prompt(prompt: Prompt, flat: str) -> dict[str, Any]:
    """A prompt as the page shows it; `raw` is its id where that is shown otherwise, for labels.csv."""
    said = [f"{turn.get('role', '')}: {_plain(turn.get('content'))}" for turn in prompt.messages]
    name = visible(prompt.id)
    return {
        "id": name,
        **({"raw": prompt.id} if name != prompt.id else {}),
        "text": shown("\n\n".join(said), LONGEST_PROMPT),
        "reference": "" if prompt.reference is None else shown(_plain(prompt.reference), LONGEST_REFERENCE),
        "flat": flat,
    }


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _texts(texts: Sequence[str], question: Question, cells: Cells, limit: int) -> dict[str, Any]:
    """The generations' texts and the spans that are highlighted in them, by UTF-16 units as the browser counts."""
    texts = [shown(text, limit) for text in texts]
    spans: list[list[Any] | None] = []
    for text, prompt, won in zip(texts, cells.prompt, cells.of(question.right), strict=True):
        span = near_miss(question.prompts[int(prompt)], text, succeeds=bool(won))
        spans.append(span and [_units(text[: span.start]), _units(text[: span.end]), span.why])
    return {"texts": texts, "spans": spans}


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _by_cell(scores: pa.Table, cells: Cells, question: Question) -> list[tuple[str, str, float]]:
    """Each generation's reason for having no score, with its detail, and the seconds that scoring took."""
    ids = question.answers.prompt_ids
    shown_ids = pa.array([ids[int(row)] for row in cells.shown], pa.string())
    held = scores.select(["prompt_id", "index", "reason", "detail", "seconds"])
    rows = held.filter(pc.is_in(held["prompt_id"], shown_ids)).to_pydict()
    known = {
        (identifier, index): (reason or "", shown(detail or "", LONGEST_DETAIL), seconds)
        for identifier, index, reason, detail, seconds in zip(*rows.values(), strict=True)
    }
    keys = [(ids[int(prompt)], int(index)) for prompt, index in zip(cells.prompt, cells.index, strict=True)]
    return [known.get(key, ("not scored yet", "", math.nan)) for key in keys]


def _numbers(values: Any) -> list[float | None]:
    """The numbers to six digits, None where there is none."""
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in values]


def _labels(run: Run) -> list[list[Any]]:
    """The labels that the run has: prompt id, index, annotator, label. A new labels.csv takes their place, so that the
    page writes them again."""
    if not run.labels.is_file():
        return []
    return [
        [prompt_id, index, annotator, label]
        for (prompt_id, index), given in read_annotations(run.labels).items()
        for annotator, label in given.items()
    ]
