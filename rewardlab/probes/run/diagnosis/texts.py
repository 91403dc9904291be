"""The sampled texts that a diagnosis reads: all of a small run, a seeded sample of the prompts of a large one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import SHOWN_CHARACTERS, Answers, Bools, Indexes
from rewardlab.task import Prompt

#: Generations read at most. An interval over so many prompts is as narrow as anybody needs.
MOST_READ = 8_000
#: Characters of a longer text that are read, at its beginning and at its end.
HEAD, TAIL = 2_000, 6_000
CUT = "\n[...]\n"
#: The id of a tool call, which servers draw anew for each call.
NUMBER_OF_CALL = r'"id": "[^"]*", '
#: The share of marked texts, the shortest, among which examples are looked for first.
SHORT = 0.25


@dataclass(frozen=True, slots=True)
class Texts:
    """Generations of some prompts, each in one place of every table here.

    `row` and `column` say where a generation stands in the run's tables; `same` numbers equal texts alike. `failing`
    marks those without success, the unscored included; `scored` those with a score.
    """

    text: Sequence[str]
    row: Indexes
    column: Indexes
    same: Indexes
    scored: Bools
    failing: Bools
    cut: Bools
    called: Bools
    prompts: Mapping[int, Prompt]
    all_prompts: int

    def __len__(self) -> int:
        return len(self.text)

    def none(self) -> Bools:
        """A table that marks no generation."""
        return np.zeros(len(self), bool)

    def where(self, marked: Sequence[bool]) -> Bools:
        """A table from a value for each generation."""
        return np.array(marked, bool).reshape(len(self))

    def examples(self, question: Question, cells: Bools, most: int = 3) -> list[dict[str, Any]]:
        """At most `most` marked generations as examples, with the reference, from different prompts as far as possible.

        Those of the shortest quarter that an example shows whole come first, so that one look is enough.
        """
        marked = np.flatnonzero(cells)
        lengths = np.array([len(self.text[place]) for place in marked])
        long = lengths > min(SHOWN_CHARACTERS, float(np.quantile(lengths, SHORT)) if len(lengths) else 0)
        places = marked[np.argsort(long, kind="stable")]
        _, first = np.unique(self.row[places], return_index=True)
        chosen = list(dict.fromkeys([*places[np.sort(first)], *places]))[:most]
        return [self._example(question, int(place)) for place in chosen]

    def _example(self, question: Question, place: int) -> dict[str, Any]:
        row = int(self.row[place])
        shown = question.answers.example(row, int(self.column[place]))
        prompt = self.prompts.get(row)
        return shown if prompt is None or prompt.reference is None else shown | {"reference": prompt.reference}


def read_texts(question: Question) -> Texts:
    """The texts of a run; of a large one, about MOST_READ generations of prompts drawn with the run's seed."""
    answers = question.answers
    sampled = answers.row >= 0
    width = max(1, answers.row.shape[1] if answers.row.ndim == 2 else 1)
    rows = np.flatnonzero(sampled.any(axis=1))
    if len(rows) * width > MOST_READ:
        rng = np.random.default_rng(question.seed)
        rows = np.sort(rng.choice(rows, max(1, MOST_READ // width), replace=False))
    within, column = np.nonzero(sampled[rows])
    row = rows[within]
    taken = answers.texts.take(pa.array(answers.row[row, column]))
    scored = np.isfinite(answers.score[row, column])
    called = answers.called
    return Texts(
        text=_shortened(taken),
        row=row,
        column=column,
        same=_numbered(_with_calls(taken, answers, answers.row[row, column])),
        scored=scored,
        failing=~question.right[row, column],
        cut=answers.cut[row, column],
        called=np.zeros(len(row), bool) if called is None else called[row, column],
        prompts={int(one): question.prompts[one] for one in rows} if question.prompts else {},
        all_prompts=int(sampled.any(axis=1).sum()),
    )


def _shortened(texts: pa.ChunkedArray) -> list[str]:
    """The texts; of a long one its beginning and its end, cut before Python holds it."""
    length = pc.utf8_length(texts)
    long = pc.greater(length, HEAD + TAIL)
    if not pc.any(long).as_py():
        return [text or "" for text in texts.to_pylist()]
    begins = pc.utf8_slice_codeunits(texts, 0, HEAD)
    ends = pc.utf8_slice_codeunits(texts, -TAIL)
    both = pc.binary_join_element_wise(begins, ends, CUT)
    return [text or "" for text in pc.if_else(long, both, texts).to_pylist()]


def _with_calls(texts: pa.ChunkedArray, answers: Answers, rows: Indexes) -> pa.ChunkedArray:
    """The texts, each with its calls of tools: generations that differ in those alone are not alike."""
    if answers.calls is None or answers.calls.null_count == len(answers.calls):
        return texts
    calls = pc.fill_null(answers.calls.take(pa.array(rows)), "")
    calls = pc.replace_substring_regex(calls, NUMBER_OF_CALL, "")
    return pc.binary_join_element_wise(texts, calls, "\n")


def _numbered(texts: pa.ChunkedArray) -> Indexes:
    """The same number for texts that are equal but for space around them."""
    trimmed = pc.utf8_trim_whitespace(texts).combine_chunks()
    return np.asarray(pc.index_in(trimmed, value_set=pc.unique(trimmed)).to_numpy(zero_copy_only=False), np.intp)
