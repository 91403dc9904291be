"""What a run holds of each generation, side by side: scores, verdicts, labels, readings, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pydantic import ValidationError

from rewardlab.auditing.panel import last_reward
from rewardlab.errors import RunError
from rewardlab.judging.judgments import PLAIN, judgments_of
from rewardlab.judging.panel import ratings_of_panel
from rewardlab.judging.ratings import Ratings
from rewardlab.labels import mean_labels, read_annotations
from rewardlab.measurement.evidence import read_evidence
from rewardlab.measurement.scores import FlatReason, flat_groups
from rewardlab.measurement.success import Success
from rewardlab.probes.run.known import known_answers
from rewardlab.probes.run.reading import Read
from rewardlab.reports.audit import Report
from rewardlab.runs.directory import Run
from rewardlab.runs.manifest import RewardRecord
from rewardlab.runs.tables import Answers, Bools, gather
from rewardlab.task import Prompt


@dataclass(frozen=True, slots=True)
class Contents:
    """A run's tables for one reward. Tables are (prompts, generations), in the order of `prompts`.

    `right` marks what succeeds; `flat` the groups without a difference, by the reason; `reads` holds the generations
    that read as right or wrong, by row and column; `rows` the columns of generations and scores by prompt id and index.
    """

    run: Run
    report: Report
    record: RewardRecord
    prompts: tuple[Prompt, ...]
    answers: Answers
    right: Bools
    flat: Mapping[FlatReason, Bools]
    reads: Mapping[tuple[int, int], Read]
    rows: Mapping[tuple[str, int], Mapping[str, Any]]
    panel: tuple[Ratings, ...]
    judgments: Mapping[tuple[str, int], Sequence[tuple[str, Mapping[str, Any]]]]

    @property
    def places(self) -> Mapping[str, int]:
        """The row of each prompt by its id."""
        return {prompt.id: row for row, prompt in enumerate(self.prompts)}


def read_contents(run: Run) -> Contents:
    """What the run holds about its last reward.

    Raises: RunError when nothing was scored, or the run has no report yet.
    """
    report, record, prompts = read_report_of(run), last_reward(run), run.prompts()
    generations, scores, again = run.generations.read(), run.scores(record.key).read(), run.rescores(record.key).read()
    labels = mean_labels(read_annotations(run.labels)) if run.labels.is_file() else None
    width = run.manifest.num_generations
    answers = gather(prompts, generations, scores, again, num_generations=width, labels=labels)
    reads = {
        (one.row, one.column): one for one in known_answers(read_evidence(run.folder, record.key), prompts, answers)[1]
    }
    right = _right(report, answers, reads)
    constant = report.spread.levels == 1
    return Contents(
        run=run,
        report=report,
        record=record,
        prompts=prompts,
        answers=answers,
        right=right,
        flat=flat_groups(answers.score, answers.row >= 0, answers.cut, right, constant=constant),
        reads=reads,
        rows=_rows(generations, scores),
        panel=ratings_of_panel(run, answers.prompt_ids, answers.row >= 0),
        judgments=_judgments(run),
    )


def read_report_of(run: Run) -> Report:
    """The run's last report.

    Raises: RunError when there is none, or it is not as this version writes it.
    """
    path = run.folder / "report.json"
    do = f"write it: rewardlab report {run.folder}"
    try:
        return Report.model_validate_json(path.read_bytes()).attach(run.folder)
    except FileNotFoundError:
        raise RunError("no report.json", where=str(run.folder), do=do) from None
    except (OSError, ValidationError):
        raise RunError("is not a report of this version", where=str(path), do=do) from None


def _right(report: Report, answers: Answers, reads: Mapping[tuple[int, int], Read]) -> Bools:
    base = report.baseline
    if base.success.source == "texts":
        table = np.zeros(answers.score.shape, bool)
        for place, one in reads.items():
            table[place] = one.side == "right"
        return table
    rule = Success(base.success_at, base.reward_range, declared=True, chosen=True, strict=base.success_above)
    return rule.of(answers.score)


def _rows(generations: pa.Table, scores: pa.Table) -> dict[tuple[str, int], dict[str, Any]]:
    held: dict[tuple[str, int], dict[str, Any]] = {}
    for row in generations.select(["prompt_id", "index", "text", "finish_reason", "tool_calls"]).to_pylist():
        held[row["prompt_id"], row["index"]] = row
    for row in scores.to_pylist():
        if (row["prompt_id"], row["index"]) in held:
            held[row["prompt_id"], row["index"]] |= row
    return held


def _judgments(run: Run) -> dict[tuple[str, int], list[tuple[str, dict[str, Any]]]]:
    """Each judge's plain judgments on single responses, by prompt id and index."""
    held: dict[tuple[str, int], list[tuple[str, dict[str, Any]]]] = {}
    for record in run.manifest.judges:
        for row in judgments_of(run.folder, record.key).read().to_pylist():
            if row["variant"] == PLAIN and row["other"] is None and row["time"] == 0:
                row["right"] = (
                    None if row["value"] is None or record.success_at is None else row["value"] >= record.success_at
                )
                held.setdefault((row["prompt_id"], row["index"]), []).append((record.name, row))
    return held
