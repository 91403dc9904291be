"""Can every row's reference win, and not only those of the few rows that the other probes use?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rewardlab.answers.reference.accepted import answers_of, is_answer
from rewardlab.answers.reference.wording import asked_formats
from rewardlab.findings import Finding, shortened
from rewardlab.outcome import Outcome
from rewardlab.probes.reward.payload import is_sendable
from rewardlab.probes.reward.trials.scale import score_of
from rewardlab.probes.reward.trials.subject import Case, Subject
from rewardlab.probes.reward.trials.survey import Survey, abstained, survey_of
from rewardlab.probes.reward.trials.trial import SHOWN, earned, evidence_of, severity_of, share
from rewardlab.task import Prompt

#: Of the reward's own seconds: what asking each row once may take. Where it does not suffice, rows drawn at random are
#: asked, unless they would be too few to tell more than the rows that were asked already.
BUDGET_SECONDS = 10.0
LEAST_ROWS = 100
#: Rows that lose are asked again in every other way; when so many are found, no further row is needed.
MOST_LOST = 200
#: Rows per round; the seconds are checked between rounds.
ROUND = 1024
NAMED = 100
REMEDY = (
    "The references of these rows cannot win, in no reading and in no format, while others do: look at {rows}. Mend or "
    "delete them; until then every answer to them is scored as wrong."
)


def ask(subject: Subject) -> Iterator[Finding]:
    """RL401 for rows whose reference loses in every way, where most of those that were asked before win."""
    survey = survey_of(subject)
    if not survey.sound:
        return
    rows = _rows(subject)
    if len(rows) <= len(subject.prompts):
        return
    asked, lost = _first_round(subject, survey, rows)
    failing = sorted(_lost_in_every_way(subject, survey, lost), key=lambda one: one[0].line) if lost else []
    if not failing:
        return
    ids = {prompt.id for prompt, _, _ in failing}
    found = share([prompt.id in ids for prompt in asked])
    evidence = evidence_of(found) | {
        "rows_that_cannot_score": len(ids),
        "rows_asked": len(asked),
        "rows_in_file": len(subject.every_prompt),
        "rows": [prompt.id for prompt, _, _ in failing][:NAMED],
        "cases": [_case(*one) for one in failing[:SHOWN]],
    }
    named = ", ".join(f"{prompt.id} (line {prompt.line})" for prompt, _, _ in failing[:5])
    yield Finding("RL401", severity_of(found), evidence, REMEDY.format(rows=named))


def _rows(subject: Subject) -> list[Prompt]:
    """The rows to ask, in random order: all of them, or as many as the reward's pace allows."""
    given = any(prompt.right is not None for prompt in subject.every_prompt)
    fit = [
        prompt
        for prompt in subject.every_prompt
        if (prompt.right is not None if given else answers_of(prompt) and is_answer(prompt))
        and is_sendable(prompt, subject.platform)
    ]
    order = subject.stream("every reference").permutation(len(fit))
    affordable = int(BUDGET_SECONDS / subject.pace) if subject.pace else len(fit)
    if affordable < min(len(fit), LEAST_ROWS):
        return []
    return [fit[place] for place in order[:affordable]]


def _first_round(subject: Subject, survey: Survey, rows: Sequence[Prompt]) -> tuple[list[Prompt], list[Prompt]]:
    """Ask rows in the reading and the format that win elsewhere; return those that were asked, and those that lost."""
    places = Counter(
        answers_of(gold.prompt).index(gold.text) for gold in survey.golds if gold.text in answers_of(gold.prompt)
    )
    reading = places.most_common(1)[0][0] if places else 0
    asked: list[Prompt] = []
    lost: list[Prompt] = []
    seconds = 0.0
    for start in range(0, len(rows), ROUND):
        if seconds > BUDGET_SECONDS or len(lost) >= MOST_LOST:
            break
        some = rows[start : start + ROUND]
        outcomes = subject.score([Case(one, survey.form.write(_reading(one, reading))) for one in some])
        seconds += sum(outcome.seconds for outcome in outcomes)
        for prompt, outcome in zip(some, outcomes, strict=True):
            if abstained(outcome):
                continue
            if len(lost) >= MOST_LOST:
                break
            asked.append(prompt)
            if not survey.succeeds(None, outcome):
                lost.append(prompt)
    return asked, lost


def _lost_in_every_way(subject: Subject, survey: Survey, lost: Sequence[Prompt]) -> list[tuple[Prompt, str, Outcome]]:
    """The rows that win in no reading and in none of their formats, each with its best answer."""
    ways = {prompt.id: list(_ways(prompt, survey)) for prompt in lost}
    cases = [Case(prompt, text) for prompt in lost for text in ("", *ways[prompt.id])]
    outcomes = iter(subject.score(cases))
    failing = []
    for prompt in lost:
        nothing = next(outcomes)
        tried = [(text, next(outcomes)) for text in ways[prompt.id]]
        if any(_wins(survey, outcome, nothing) or abstained(outcome) for _, outcome in tried):
            continue
        text, best = max(tried, key=lambda one: float("-inf") if (score := score_of(one[1])) is None else score)
        failing.append((prompt, text, best))
    return failing


def _ways(prompt: Prompt, survey: Survey) -> Iterator[str]:
    """The row's answer in each reading, in the format that wins elsewhere and in those that its prompt names."""
    if prompt.right is not None:
        yield prompt.right
        return
    own = asked_formats(prompt)
    forms = dict.fromkeys([survey.form, *own, *(form.reasoned() for form in own if not form.lead)])
    golds = dict.fromkeys(gold.form for gold in survey.sound)
    for text in answers_of(prompt):
        yield from dict.fromkeys(form.write(text) for form in [*forms, *golds])


def _wins(survey: Survey, outcome: Outcome, nothing: Outcome) -> bool:
    """Whether the outcome is a success, or usefully above what saying nothing earns."""
    score, bottom = score_of(outcome), score_of(nothing)
    above = score is not None and bottom is not None and survey.scale.useful(score - bottom)
    return above or survey.succeeds(None, outcome)


def _reading(prompt: Prompt, at: int) -> str:
    """The row's example of a right answer if it has one, else its answer in this reading."""
    found = [prompt.right] if prompt.right is not None else answers_of(prompt)
    return found[min(at, len(found) - 1)]


def _case(prompt: Prompt, text: str, outcome: Outcome) -> dict[str, Any]:
    reference = {"reference": shortened(str(prompt.reference))}
    return {"prompt_id": prompt.id, **reference, "answer": shortened(text), "score": earned(outcome)}
