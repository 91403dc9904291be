"""Does the reward give what the trainer's own reward gave the same generations, where a recording tells that?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rewardlab.findings import Finding, Severity
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Floats, cells_of

#: Trainers hold rewards in float32, and add up those of tokens: scores that are this near are the same.
NEAR = 1e-4
#: What logs call the whole reward, where they name others beside it.
WHOLE = ("reward", "score")
SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Pair:
    """Scores of the audit and of the trainer, NaN where there is none; `is_guess` where weights are not known."""

    name: str
    ours: Floats
    theirs: Floats
    is_guess: bool = False


def ask(question: Question) -> Iterator[Finding]:
    """RL210: a warning where scores part.

    A note where they are the same but for a shift and a scale, and where the log names several functions, whose weights
    nobody knows.
    """
    if question.trainer is None or not question.trainer.num_rows:
        return
    for pair in _pairs(question, question.trainer):
        both = np.isfinite(pair.ours) & np.isfinite(pair.theirs)
        parted = both & ~np.isclose(pair.ours, pair.theirs, rtol=NEAR, atol=NEAR)
        if not parted.any():
            continue
        examples = [
            {**question.answers.example(row, column), "trainer_score": float(pair.theirs[row, column])}
            for row, column in np.argwhere(parted)[:SHOWN].tolist()
        ]
        evidence = {"trainer_reward": pair.name, "compared": int(both.sum()), "differ": int(parted.sum())}
        scaled = _is_scaled(pair.ours[both], pair.theirs[both])
        severity: Severity = "note" if scaled or pair.is_guess else "warning"
        told = {"same_but_for_scale": True} if scaled else {}
        yield Finding("RL210", severity, {**evidence, **told, "examples": examples})
        return


def _pairs(question: Question, rows: pa.Table) -> Sequence[_Pair]:
    """What is compared: the function that is audited, or the whole reward; components of both; the sum of all."""
    names: list[str] = sorted(rows["name"].unique().to_pylist())
    tables = {name: _table(question, rows.filter(pc.equal(rows["name"], name))) for name in names}
    whole = next((name for name in (question.entry, *WHOLE) if name in tables), names[0] if len(names) == 1 else None)
    if whole is not None:
        return [_Pair(whole, question.answers.score, tables[whole])]
    parts = question.answers.components
    if shared := [_Pair(name, parts[name], table) for name, table in tables.items() if name in parts]:
        return shared
    total = np.sum([*tables.values()], axis=0)
    return [_Pair(f"the sum of {', '.join(names)}", question.answers.score, total, is_guess=True)]


def _table(question: Question, rows: pa.Table) -> Floats:
    """The scores as a table of (prompts, generations), NaN where there is none."""
    found = np.full_like(question.answers.score, np.nan)
    ids = pa.array(question.answers.prompt_ids, pa.string())
    known, row, column = cells_of(ids, rows, int(np.size(found, 1)))
    found[row, column] = rows["score"].to_numpy()[known]
    return found


def _is_scaled(ours: Floats, theirs: Floats) -> bool:
    """Whether one is the other but for a shift and a scale above 0: a trainer then learns the same from both."""
    if len(ours) < 3 or not np.ptp(ours) or not np.ptp(theirs):
        return False
    slope, shift = np.polyfit(theirs, ours, 1)
    return bool(slope > 0 and np.allclose(slope * theirs + shift, ours, rtol=NEAR, atol=NEAR * np.ptp(ours)))
