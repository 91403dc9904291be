"""The conclusion of an audit: what a run holds is measured, asked about and decided, and becomes its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from rewardlab.auditing.decision import decide
from rewardlab.auditing.panel import conclude_panel, last_reward
from rewardlab.auditing.provenance import provenance_of
from rewardlab.auditing.reporting import build_report
from rewardlab.auditing.stream import traffic_of
from rewardlab.auditing.unfinished import unfinished
from rewardlab.engines import parse_model, told_apart
from rewardlab.findings import merge
from rewardlab.judging.panel import ratings_of_panel
from rewardlab.labels import Annotations, check_labels, mean_labels, read_annotations
from rewardlab.measurement.evidence import read_evidence
from rewardlab.measurement.scores import measure
from rewardlab.pages.page import write_page
from rewardlab.platforms import PLATFORMS
from rewardlab.probes.run import ask_all
from rewardlab.probes.run.contradiction import reconcile
from rewardlab.probes.run.known import known_answers
from rewardlab.probes.run.labels import right_of
from rewardlab.probes.run.question import Question, Targets
from rewardlab.probes.run.told import right_by_texts
from rewardlab.reports.audit import Report
from rewardlab.rewards.isolation.printout import read_printouts
from rewardlab.runs.directory import Run
from rewardlab.runs.looks import level_at, look_at, looks_with
from rewardlab.runs.manifest import RewardRecord
from rewardlab.runs.parts import write_atomically
from rewardlab.runs.tables import gather
from rewardlab.settings.audit import Settings
from rewardlab.stats.band import LEAST_PROMPTS


def conclude(run: Run, settings: Settings) -> Report:
    """Measure the run's last reward, decide, write report.json and report.html, and return the report.

    Raises: RunError when nothing was scored.
    """
    record, annotations = last_reward(run), labels_of(run, settings.labels_path)
    run.read_as(record.reading)
    generations, scores = run.generations.read(), run.scores(record.key).read()
    question = _question(run, settings, record, (generations, scores), annotations)
    about_judges, judges = conclude_panel(question, annotations, policy=run.manifest.model, seed=question.seed)
    findings = merge(ask_all(question), reconcile(question.examined, question), about_judges)
    decision = decide(question, findings)
    lacks = unfinished(run, record, prompts=question.prompts, generations=generations, scores=scores)
    if lacks is not None:
        decision, findings = lacks.decision, merge(findings, [lacks.finding])
    elif question.measured.scored_prompts >= LEAST_PROMPTS and question.looks != run.manifest.looks:
        run.update(replace(run.manifest, looks=question.looks))  # an unfinished run gets no verdict, so this is no look
    report = build_report(
        question,
        findings,
        decision,
        record=record,
        traffic=traffic_of(run, record),
        judges=judges,
        provenance=provenance_of(run, record),
    )
    write_atomically(run.folder / "report.json", report.to_json().encode())
    write_page(report, run, question)
    return report.attach(run.folder)


def _question(
    run: Run,
    settings: Settings,
    record: RewardRecord,
    tables: tuple[pa.Table, pa.Table],
    annotations: Annotations | None,
) -> Question:
    """The measurements that the probes of a run work on; `tables` are its generations and the reward's scores."""
    (generations, scores), prompts, width = tables, run.prompts(), run.manifest.num_generations
    answers = gather(
        prompts,
        generations,
        scores,
        run.rescores(record.key).read(),
        num_generations=width,
        labels=None if annotations is None else mean_labels(annotations),
    )
    looks = looks_with(run.manifest.looks, look_at(generations))
    evidence, reads = known_answers(read_evidence(run.folder, record.key), prompts, answers)
    measuring = partial(
        measure,
        prompts,
        generations,
        scores,
        num_generations=width,
        success_at=settings.success_at,
        reward_range=settings.reward_range,
        evidence=evidence,
        labels=right_of(answers),
        level=level_at(looks),
    )
    targets = Targets(settings.band, settings.band_on, settings.min_informative, settings.min_alpha)
    panel = ratings_of_panel(run, answers.prompt_ids, answers.row >= 0)
    made_up = run.component_ranges(record.key)
    printed, printed_bytes = read_printouts(run.folder)
    question = Question(
        measuring(),
        answers,
        targets,
        PLATFORMS[record.platform],
        panel,
        made_up,
        prompts,
        evidence,
        reads,
        printed=printed,
        printed_bytes=printed_bytes,
        thoughts_apart=told_apart(parse_model(run.manifest.model).model) in run.manifest.notices,
        sampling=_sampling(run),
        sources=run.manifest.sources,
        seed=int(run.manifest.sampling["seed"]),
        looks=looks,
        examined=run.findings(record.key) or (),
        trainer=run.trainer_scores.read(),
        entry=record.entry,
    )
    right = right_by_texts(question)
    return question if right is None else replace(question, measured=measuring(told=right))


def _sampling(run: Run) -> Mapping[str, Any]:
    """The sampling settings of the run; empty if its generations were recorded elsewhere."""
    return {} if parse_model(run.manifest.model).engine == "recorded" else run.manifest.sampling


def labels_of(run: Run, given: Path | None) -> Annotations | None:
    """The labels given now, which are then kept in the run directory; else those that it holds, or None.

    Raises: InputError for a file that holds no labels of this run.
    """
    kept = run.labels
    if given is None and not kept.is_file():
        return None
    labels = read_annotations(given or kept)
    ids = [prompt.id for prompt in run.prompts()]
    check_labels(mean_labels(labels), ids, num_generations=run.manifest.num_generations, where=given or kept)
    if given is not None:
        write_atomically(kept, given.read_bytes())
    return labels
