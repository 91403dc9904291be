"""Compares two runs on the same prompts: two rewards, models, judges, or versions of the prompts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rewardlab.errors import UsageError
from rewardlab.findings import RANK
from rewardlab.reports.comparison import CompareReport, Difference, Flip, Side
from rewardlab.reports.finding import FindingPart
from rewardlab.reports.section import Interval
from rewardlab.runs.directory import Run
from rewardlab.runs.tables import Floats
from rewardlab.stats.cluster import Tested
from rewardlab.stats.interval import Estimate, Undefined
from rewardlab.stats.paired import paired_change
from rewardlab.version import __version__
from rewardlab.viewing.contents import Contents, read_contents

#: Flips that a report holds, and characters of their texts.
MOST_FLIPS, LONGEST = 200, 300
VERDICTS = {"no_go": 0, "inconclusive": 1, "go": 2}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two runs and, for each prompt of both, its row in A and in B."""

    a: Contents
    b: Contents
    rows_a: tuple[int, ...]
    rows_b: tuple[int, ...]

    def of(self, table_a: Floats, table_b: Floats) -> tuple[Floats, Floats]:
        """Two tables, cut to the prompts of both."""
        return table_a[list(self.rows_a)], table_b[list(self.rows_b)]


def compare(folder_a: Path, folder_b: Path, *, fail_on_regression: bool = False) -> CompareReport:
    """B beside A, on the prompts whose ids both have.

    Raises: UsageError for one run named twice, and for runs without a prompt in common; RunError.
    """
    if folder_a.resolve() == folder_b.resolve():
        raise UsageError("the same run twice", where=str(folder_b), expected="two run directories")
    with Run.open(folder_a) as run_a, Run.open(folder_b) as run_b:
        pair = _paired(read_contents(run_a), read_contents(run_b))
        flips, same = _flips(pair)
        differences = tuple(_differences(pair))
        gained, lost = _findings(pair.a, pair.b), _findings(pair.b, pair.a)
        return CompareReport(
            a=_side(pair.a),
            b=_side(pair.b),
            prompts=len(pair.rows_a),
            only_a=len(pair.a.prompts) - len(pair.rows_a),
            only_b=len(pair.b.prompts) - len(pair.rows_b),
            rewritten=sum(
                pair.a.prompts[one].digest != pair.b.prompts[other].digest
                for one, other in zip(pair.rows_a, pair.rows_b, strict=True)
            ),
            same_generations=same,
            flips=tuple(flips[:MOST_FLIPS]),
            lost=sum(one.succeeds_in == "a" for one in flips),
            gained=sum(one.succeeds_in == "b" for one in flips),
            differences=differences,
            findings_gained=gained,
            findings_lost=lost,
            regressions=tuple(_regressions(pair, differences, gained)),
            fail_on_regression=fail_on_regression,
            version=__version__,
        )


def _paired(a: Contents, b: Contents) -> Pair:
    places = b.places
    both = [(row, places[prompt.id]) for row, prompt in enumerate(a.prompts) if prompt.id in places]
    if not both:
        raise UsageError(
            "the runs have no prompt in common",
            where=str(b.run.folder),
            expected=f"ids such as {a.prompts[0].id}" if a.prompts else "prompts",
        )
    return Pair(a, b, tuple(one for one, _ in both), tuple(other for _, other in both))


def _side(contents: Contents) -> Side:
    return Side(
        run=str(contents.run.folder),
        model=contents.run.manifest.model,
        reward=contents.record.path,
        reward_sha256=contents.record.sha256,
        verdict=contents.report.verdict,
        success_at=contents.report.baseline.success_at,
        prompts=len(contents.prompts),
    )


def _differences(pair: Pair) -> Iterator[Difference]:
    """Accuracy, prompts solved, the mean score, and what each judge of both runs calls right."""
    right_a, right_b = (
        np.where(np.isfinite(one.answers.score), one.right.astype(float), np.nan) for one in (pair.a, pair.b)
    )
    yield _difference("accuracy", *pair.of(right_a, right_b), span=1.0)
    yield _difference("prompts solved", *pair.of(_any(right_a), _any(right_b)), span=1.0)
    yield _difference("mean score", *pair.of(pair.a.answers.score, pair.b.answers.score), span=None)
    judges = {ratings.judge.name: ratings.right for ratings in pair.b.panel}
    for ratings in pair.a.panel:
        if ratings.judge.name in judges and np.isfinite(ratings.right).any():
            tables = pair.of(ratings.right, judges[ratings.judge.name])
            yield _difference(f"{ratings.judge.name} calls right", *tables, span=1.0)


def _any(right: Floats) -> Floats:
    """One column: whether a prompt has a success; NaN without a score."""
    known = np.isfinite(right)
    return np.where(known.any(axis=1), (right == 1).any(axis=1), np.nan)[:, np.newaxis]


def _difference(name: str, a: Floats, b: Floats, *, span: float | None) -> Difference:
    """B less A, the prompt as the unit: each prompt's mean in both runs is one pair."""
    before, after = _means(a), _means(b)
    known = np.isfinite(before) & np.isfinite(after)
    change = paired_change(before, after, span=span)
    moved = np.where(known, after - before, 0.0)
    return Difference(
        name=name,
        a=float(before[known].mean()) if known.any() else None,
        b=float(after[known].mean()) if known.any() else None,
        difference=_interval(change if isinstance(change, Undefined) else change.mean),
        raised=int((moved > 0).sum()),
        lowered=int((moved < 0).sum()),
    )


def _interval(found: Tested | Undefined) -> Interval:
    quantity: Estimate | Undefined = found.estimate if isinstance(found, Tested) else found
    return Interval.of(quantity).over("prompts")


def _means(table: Floats) -> Floats:
    """The mean of each row over its numbers; NaN without one."""
    known = np.isfinite(table)
    counts = known.sum(axis=1)
    return np.where(counts > 0, np.where(known, table, 0.0).sum(axis=1) / np.maximum(counts, 1), np.nan)


def _flips(pair: Pair) -> tuple[list[Flip], bool]:
    """What succeeds in one run only, the lost ones first; and whether the runs have the same generations."""
    texts_a, texts_b = ({key: row["text"] for key, row in one.rows.items()} for one in (pair.a, pair.b))
    ids = [pair.a.prompts[row].id for row in pair.rows_a]
    held = set(ids)
    same = {key: text for key, text in texts_a.items() if key[0] in held} == {
        key: text for key, text in texts_b.items() if key[0] in held
    }
    found = list(_flipped_generations(pair) if same else _flipped_prompts(pair))
    return sorted(found, key=lambda one: one.succeeds_in), same


def _flipped_generations(pair: Pair) -> Iterator[Flip]:
    for row_a, row_b in zip(pair.rows_a, pair.rows_b, strict=True):
        prompt = pair.a.prompts[row_a].id
        for index in range(min(pair.a.right.shape[1], pair.b.right.shape[1])):
            scores = pair.a.answers.score[row_a, index], pair.b.answers.score[row_b, index]
            right = bool(pair.a.right[row_a, index]), bool(pair.b.right[row_b, index])
            if all(map(math.isfinite, scores)) and right[0] != right[1]:
                labels = pair.a.answers.labels
                label = None if labels is None or not np.isfinite(labels[row_a, index]) else float(labels[row_a, index])
                yield Flip(
                    prompt_id=prompt,
                    index=index,
                    succeeds_in="a" if right[0] else "b",
                    score_a=float(scores[0]),
                    score_b=float(scores[1]),
                    text=str(pair.a.rows[prompt, index]["text"])[:LONGEST],
                    label=label,
                )


def _flipped_prompts(pair: Pair) -> Iterator[Flip]:
    scores = pair.of(pair.a.answers.score, pair.b.answers.score)
    means = _means(scores[0]), _means(scores[1])
    for place, (row_a, row_b) in enumerate(zip(pair.rows_a, pair.rows_b, strict=True)):
        solved = bool(pair.a.right[row_a].any()), bool(pair.b.right[row_b].any())
        if np.isfinite(means[0][place]) and np.isfinite(means[1][place]) and solved[0] != solved[1]:
            yield Flip(
                prompt_id=pair.a.prompts[row_a].id,
                index=None,
                succeeds_in="a" if solved[0] else "b",
                score_a=float(means[0][place]),
                score_b=float(means[1][place]),
                text=None,
            )


def _findings(before: Contents, after: Contents) -> tuple[FindingPart, ...]:
    """The findings after that were not there before, or were less grave."""
    known = {one.code: RANK[one.severity] for one in before.report.findings}
    return tuple(one for one in after.report.findings if one.code not in known or RANK[one.severity] < known[one.code])


def _regressions(pair: Pair, differences: Sequence[Difference], gained: Sequence[FindingPart]) -> Iterator[str]:
    """In what B is worse: its verdict, a blocker that A has not, an accuracy that is surely lower."""
    verdicts = pair.a.report.verdict, pair.b.report.verdict
    if VERDICTS[verdicts[1]] < VERDICTS[verdicts[0]]:
        yield f"the verdict falls from {verdicts[0]} to {verdicts[1]}"
    for one in gained:
        if one.severity == "blocker":
            yield f"{one.code} blocks: {one.title}"
    for difference in differences:
        high = difference.difference.high
        if difference.name == "accuracy" and high is not None and high < 0:
            yield "the accuracy is surely lower"
