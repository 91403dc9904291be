"""Asks the judges of an audit the questions that they have not answered yet, and concludes about them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rewardlab.auditing.judge_reporting import build_judges
from rewardlab.errors import RunError
from rewardlab.findings import Finding
from rewardlab.judging.material import Material
from rewardlab.judging.member import Member
from rewardlab.judging.panel import ask_panel
from rewardlab.labels import Annotations, mean_labels, read_annotations
from rewardlab.measurement.evidence import read_evidence
from rewardlab.measurement.success import success_rule
from rewardlab.probes import judge
from rewardlab.probes.judge.question import Question as PanelQuestion
from rewardlab.probes.judge.question import annotation_table
from rewardlab.probes.judge.trust import panel_trust
from rewardlab.probes.judge.variants import questions
from rewardlab.probes.run.known import known_answers
from rewardlab.probes.run.labels import right_of
from rewardlab.probes.run.question import Question
from rewardlab.progress import Progress
from rewardlab.reports.judges import Judges
from rewardlab.rewards.events.called import written
from rewardlab.runs.directory import Run
from rewardlab.runs.manifest import RewardRecord
from rewardlab.runs.parts import ASKED_ABOUT, RESCORE_SCHEMA
from rewardlab.runs.tables import gather
from rewardlab.settings.audit import Settings


def last_reward(run: Run) -> RewardRecord:
    """The reward that scored the run last.

    Raises: RunError when nothing was scored.
    """
    if not run.manifest.rewards:
        raise RunError("nothing was scored", where=str(run.folder), do="score it: rewardlab score RUN reward.py")
    return run.manifest.rewards[-1]


def ask_judges(run: Run, settings: Settings, members: Sequence[Member], progress: Progress) -> None:
    """Ask the judges every question to which the run does not hold their answer yet.

    Raises: RunError when nothing was scored; EngineError.
    """
    prompts, width = run.prompts(), run.manifest.num_generations
    key = last_reward(run).key
    generations, scores = run.generations.read(), run.scores(key).read()
    labels = mean_labels(read_annotations(run.labels)) if run.labels.is_file() else None
    answers = gather(prompts, generations, scores, RESCORE_SCHEMA.empty_table(), num_generations=width, labels=labels)
    score = answers.score
    rule = success_rule(
        score,
        success_at=settings.success_at,
        reward_range=settings.reward_range,
        evidence=known_answers(read_evidence(run.folder, key), prompts, answers)[0],
        labels=right_of(answers),
    )
    columns = (generations[name].to_pylist() for name in ASKED_ABOUT)
    texts = {(name, index): _read(text, calls) for name, index, text, calls in zip(*columns, strict=True)}
    material = Material(prompts, texts, rule.of(score), settings.judge_sample, settings.seed)
    ask_panel(run, members, material, questions=questions, progress=progress)


def _read(text: str, calls: str | None) -> str:
    """What a judge reads of a generation: its text and its tool calls."""
    return text if calls is None else written(text, json.loads(calls))


def conclude_panel(
    question: Question, annotations: Annotations | None, *, policy: str, seed: int
) -> tuple[tuple[Finding, ...], Judges | None]:
    """The findings about the judges, and the report's section on them; no findings and None if there is no judge.

    Arguments: `policy` is the spec of the model that wrote the answers, `seed` the run's.
    """
    if not question.panel:
        return (), None
    table, annotators = (None, ()) if annotations is None else annotation_table(annotations, question.answers)
    asked = PanelQuestion(
        panel=question.panel,
        answers=question.answers,
        success=question.measured.success,
        policy=policy,
        min_alpha=question.targets.min_alpha,
        annotations=table,
        annotators=annotators,
        seed=seed,
    )
    return judge.ask_all(asked), build_judges(panel_trust(asked))
