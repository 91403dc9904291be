"""Asks the judges of a panel about a run, model by model, so that only one model at a time is in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from rewardlab.engines import Engine, open_engine, parse_model
from rewardlab.engines.capture import captured
from rewardlab.engines.loading import loading
from rewardlab.judging.asking import Ask, FunctionJudge, ModelJudge, Respondent, put
from rewardlab.judging.definition import Judge
from rewardlab.judging.design import save_design, weights_of
from rewardlab.judging.judgments import MISSING, TOO_LONG, JudgmentWriter, judgments_of, read_judgments, repeated_in
from rewardlab.judging.material import Material, TextOf, plain_questions
from rewardlab.judging.member import Member
from rewardlab.judging.python import PythonJudge
from rewardlab.judging.ratings import Ratings, not_asked, ratings_of, usage_of
from rewardlab.judging.template import require_fields
from rewardlab.progress import Progress
from rewardlab.runs.directory import Run
from rewardlab.runs.tables import Bools
from rewardlab.task import Prompt

#: The reasons why a question could not be put, in words.
UNPUT = {MISSING: "the prompt lacks what the judge needs", TOO_LONG: "too long for the judge's model"}


class Questions(Protocol):
    """Makes the further questions for a judge, once its plain verdicts are known."""

    def __call__(
        self,
        judge: Judge,
        ratings: Ratings,
        prompts: Sequence[Prompt],
        text_of: TextOf,
        /,
        *,
        right: Bools | None,
        seed: int,
    ) -> Iterable[Ask]:
        """The questions; `right` marks the generations that the reward calls a success."""


def check_panel(members: Sequence[Member], prompts: Sequence[Prompt]) -> None:
    """Refuse, before anything is sampled, a judge that cannot be asked about these prompts.

    Raises: UsageError for a template with a field that no prompt has, or for Python that cannot be loaded.
    """
    for member in members:
        if member.judge.is_python:
            with PythonJudge(member.judge) as function:
                FunctionJudge(member.judge, function)
        else:
            require_fields(member.judge, prompts)


def ask_panel(
    run: Run, members: Sequence[Member], material: Material, *, questions: Questions, progress: Progress
) -> None:
    """Ask every judge the questions that have no answer in `run`; judges with the same model share one engine.

    Each judge gets first the plain questions, then those that `questions` makes from its plain verdicts.
    Raises: EngineError, UsageError; answers received until then are kept and not asked for again.
    """
    groups: dict[str, list[Member]] = {}
    for member in members:
        shared = [member.judge.model, dict(member.judge.engine)]
        groups.setdefault(json.dumps(shared, sort_keys=True, default=str), []).append(member)
    told: dict[str, None] = {}
    for group in groups.values():
        with _respondents(run, group, progress, told) as respondents:
            for member, respondent in zip(group, respondents, strict=True):
                _Sitting(run, member, material, respondent, progress).hold(questions)
    for note in told:
        progress.note(note)


@contextmanager
def _respondents(
    run: Run, group: Sequence[Member], progress: Progress, told: dict[str, None]
) -> Iterator[list[Respondent]]:
    """The judges of one model, ready to be asked; the model is loaded at the first question, and freed at the end.

    Notes about the fence around Python judges are added to `told`.
    """
    if group[0].judge.is_python:
        functions = [PythonJudge(member.judge) for member in group]
        try:
            yield [FunctionJudge(member.judge, one) for member, one in zip(group, functions, strict=True)]
        finally:
            if any(one.printed for one in functions):
                with (run.folder / "judge.log").open("a", encoding="utf-8", errors="backslashreplace") as log:
                    log.writelines(one.printed for one in functions)
            for one in functions:
                told |= dict.fromkeys(one.notes)
                one.close()
        return
    bench = _Engine(run, group, progress)
    try:
        yield [ModelJudge(member.judge, bench.open) for member in group]
    finally:
        bench.close()


class _Engine:
    """The engine shared by some judges, loaded when first needed."""

    def __init__(self, run: Run, group: Sequence[Member], progress: Progress) -> None:
        self._run, self._group, self._progress = run, group, progress
        self._engine: Engine | None = None

    def open(self) -> Engine:
        """The engine, loaded if necessary. Raises: EngineError, UsageError."""
        if self._engine is None:
            judge = self._group[0].judge
            assert judge.model is not None, "every member has a model"
            with loading(self._progress, judge.model), captured(self._run.folder / "engine.log"):
                self._engine = open_engine(parse_model(judge.model), judge.engine)
        return self._engine

    def close(self) -> None:
        """Record the engine's versions and notices in the run, and free it."""
        if self._engine is None:
            return
        engine, self._engine = self._engine, None
        try:
            for notice in engine.notices:
                self._progress.note(notice)
            mine = {member.record.key for member in self._group}
            noted = [
                replace(one, versions=dict(engine.versions)) if one.key in mine else one
                for one in self._run.manifest.judges
            ]
            notices = tuple(dict.fromkeys([*self._run.manifest.notices, *engine.notices]))
            self._run.update(replace(self._run.manifest, judges=tuple(noted), notices=notices))
        finally:
            engine.close()


class _Sitting:
    """One judge on one run: puts the questions and writes the answers as they arrive."""

    def __init__(
        self, run: Run, member: Member, material: Material, respondent: Respondent, progress: Progress
    ) -> None:
        self._run, self._member, self._material = run, member, material
        self._respondent, self._progress = respondent, progress
        self._parts = judgments_of(run.folder, member.record.key)

    def hold(self, questions: Questions) -> None:
        """Ask first the plain questions, then those that `questions` makes from the plain verdicts."""
        judge, record, material = self._member.judge, self._member.record, self._material
        probability = material.chosen()
        save_design(self._run.folder, record.key, None if material.size is None else probability, material.prompt_ids)
        before = self._parts.read().num_rows
        repeated = repeated_in(read_judgments(self._parts), times=judge.repeats)
        self._ask(plain_questions(judge, material, probability, repeated=repeated))
        ratings = self._ratings()
        self._ask(
            questions(judge, ratings, material.prompts, material.text_of, right=material.success, seed=material.seed)
        )
        self._run.add_judge(record)
        self._tell(before)

    def _ratings(self) -> Ratings:
        weights = weights_of(
            self._run.folder, self._member.record.key, self._material.present, self._material.prompt_ids
        )
        return ratings_of(self._member.record, self._material.prompt_ids, self._parts.read(), weights=weights)

    def _ask(self, asks: Iterable[Ask]) -> None:
        expected, answers = put(self._respondent, asks, read_judgments(self._parts))
        if not expected:
            return
        writer, judged = JudgmentWriter(self._parts), 0
        self._progress.begin(to_judge=expected)
        try:
            for judgments in answers:
                if not judged:  # a judge joins the panel with its first answer
                    self._run.add_judge(self._member.record)
                writer.add(judgments)
                judged += len(judgments)
                self._progress.update(judged=judged)
        finally:
            writer.flush()
            self._progress.end()

    def _tell(self, before: int) -> None:
        """Report the questions asked in this session and their cost."""
        record, new = self._member.record, self._parts.read().slice(before)
        usage, counts = usage_of(record, new), not_asked(new)
        if not usage.questions and not counts:
            return
        text = f"judge {record.name}: {usage.questions:,} questions"
        if usage.prompt_tokens is not None and usage.completion_tokens is not None:
            text += f", {usage.prompt_tokens:,} tokens of prompt and {usage.completion_tokens:,} of completion"
        if usage.cost is not None:
            text += f", {usage.cost:.2f} {usage.currency}"
        for reason, count in counts.items():
            text += f"; {count:,} could not be put: {UNPUT[reason]}"
        self._progress.note(text)


def ratings_of_panel(run: Run, prompt_ids: Sequence[str], present: Bools) -> tuple[Ratings, ...]:
    """The ratings of each judge of the run, in the order in which the judges were added.

    Arguments: `present` (prompts, generations) marks the existing generations.
    Raises: RunError for a damaged part.
    """
    found = []
    for record in run.manifest.judges:
        weights = weights_of(run.folder, record.key, present, prompt_ids)
        found.append(ratings_of(record, prompt_ids, judgments_of(run.folder, record.key).read(), weights=weights))
    return tuple(found)
