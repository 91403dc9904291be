"""Does the reference answer itself win, in the format that the prompt asks for?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rewardlab.answers.reference.accepted import prompt_text
from rewardlab.answers.reference.wording import AFTER_REASONING, BARE, Format
from rewardlab.findings import Finding, shortened
from rewardlab.outcome import Outcome, Scored, Unscored
from rewardlab.probes.reward.trials.gold import Gold
from rewardlab.probes.reward.trials.scale import score_of
from rewardlab.probes.reward.trials.subject import Case, Subject
from rewardlab.probes.reward.trials.survey import Survey, abstained, survey_of
from rewardlab.probes.reward.trials.trial import SHOWN, capped, earned, evidence_of, severity_of, share
from rewardlab.stats.spread import SAME_SCORE

#: A perfect answer this far under the top, as a share of the range, has lost something on the way.
SHORT = 0.05


def ask(subject: Subject) -> Iterator[Finding]:
    """RL401: the reference fails in every format tried, or only in the one that the prompt names.

    Warnings where it wins only after some reasoning, or wins and stays under the top of the range.
    """
    survey = survey_of(subject)
    if survey.unsure:
        yield _no_answer(survey.unsure, len(survey.golds) + len(survey.unsure))
    golds = [gold for gold in survey.golds if not abstained(gold.outcome)]
    # A return that cannot be read is a broken contract, which RL101 to RL104 tell: nothing is known of the reference.
    # Likewise RL201 to RL203 tell of a reward that has no score for any of them.
    if all(isinstance(gold.outcome, Unscored) for gold in golds):
        return
    fails = [not _wins(survey, gold, gold.outcome) for gold in golds]
    if any(fails):
        yield _no_format_wins(survey, golds, fails)
    elif any(below := [not survey.succeeds(gold, gold.outcome) for gold in golds]):
        yield _low(survey, golds, below)
    yield from _asked_format_fails(survey, golds)
    yield from _unasked_format(subject, survey, golds)
    yield from _only_with_reasoning(survey, golds)
    yield from _under_the_top(subject, survey)


def _wins(survey: Survey, gold: Gold, outcome: Outcome) -> bool:
    """Whether the outcome is a success, or at least usefully above the worst that this prompt's answers get."""
    score = score_of(outcome)
    if score is None:
        return False
    above = gold.bottom is not None and survey.scale.useful(score - gold.bottom)
    return above or score >= survey.scale.success()


def _no_answer(unsure: Sequence[Gold], golds: int) -> Finding:
    evidence = {
        "rows": len(unsure),
        "of": golds,
        "cases": [_case(gold, gold.form, gold.outcome) for gold in unsure[:SHOWN]],
    }
    remedy = (
        "These references look like a way to check an answer (tests, a rubric, a specification) and win in no format: "
        "nothing could be asked that needs a right answer. If they are answers, score one by hand."
    )
    return Finding("RL401", "note", evidence, remedy)


def _no_format_wins(survey: Survey, golds: Sequence[Gold], fails: Sequence[bool]) -> Finding:
    found = share(fails)
    failing = [gold for gold, failed in zip(golds, fails, strict=True) if failed]
    # An example that was given is in its own format: that others are read does not excuse that it loses.
    tried = {} if all(gold.is_given for gold in failing) else {"formats_tried": _names(survey, failing)}
    evidence = evidence_of(found) | {
        "rows": [gold.prompt.id for gold in failing[:20]],
        **tried,
        "cases": [_case(gold, gold.form, gold.outcome) for gold in failing[:SHOWN]],
    }
    if all(gold.is_given for gold in failing):
        remedy = (
            "The texts that were given as right earn no more than wrong ones: look at the cases, and mend the reward "
            "or the examples."
        )
    elif all(fails):
        remedy = (
            "No reference earns more than a wrong answer in any format tried: score one reference by hand through your "
            "reward and find where it is lost (which field it is read from, how it is extracted, how it is compared). "
            "If the reward reads another format, give examples of right answers: --right FILE.jsonl, or a column right."
        )
    else:
        shown = ", ".join(gold.prompt.id for gold in failing[:5])
        remedy = f"Look at the rows {shown}: their reference cannot be right for this reward. Mend or delete them."
    # Where none wins the reward may read a format that was not tried, unless the prompts name theirs in so many words;
    # an audit holds it against what was sampled.
    named = all(gold.is_given or any(form.explicit for form, _ in gold.asked) for gold in golds)
    most = severity_of(found) if named or not all(fails) else "warning"
    return Finding("RL401", most, evidence | {"reads_best": survey.form.name}, remedy)


def _low(survey: Survey, golds: Sequence[Gold], below: Sequence[bool]) -> Finding:
    found = share(below)
    low = [gold for gold, is_low in zip(golds, below, strict=True) if is_low]
    evidence = evidence_of(found) | {
        "success_at": survey.success(low[0]),
        "cases": [_case(gold, gold.form, gold.outcome) for gold in low[:SHOWN]],
    }
    remedy = (
        "The reference earns more than a wrong answer and still does not count as success: lower --success-at, declare "
        "the range with --reward-range, or give a right answer the top score."
    )
    return Finding("RL401", capped(severity_of(found), "warning"), evidence, remedy)


def _asked_format_fails(survey: Survey, golds: Sequence[Gold]) -> Iterator[Finding]:
    """The answer wins, but in none of the formats that its prompt names."""
    named = [gold for gold in golds if gold.asked and survey.succeeds(gold, gold.outcome)]
    if not named:
        return
    fails = [not any(survey.succeeds(gold, outcome) for _, outcome in gold.asked) for gold in named]
    if not any(fails):
        return
    found = share(fails)
    failing = [gold for gold, failed in zip(named, fails, strict=True) if failed]
    form, outcome = failing[0].asked[0]
    evidence = evidence_of(found) | {
        "asked": form.name,
        "read": failing[0].form.name,
        "cases": [_case(gold, form, outcome) for gold in failing[:SHOWN] for form, outcome in gold.asked[:1]],
    }
    remedy = (
        f'The prompt asks for "{form.name}", where the right answer earns {earned(outcome)}; the reward reads '
        f'"{failing[0].form.name}". Make the reward read what the prompt asks for, or change the prompt.'
    )
    most = severity_of(found) if form.explicit else capped(severity_of(found), "warning")
    yield Finding("RL401", most, evidence, remedy)


def _unasked_format(subject: Subject, survey: Survey, golds: Sequence[Gold]) -> Iterator[Finding]:
    """The answer wins only in a format of which its prompt says nothing."""
    silent = [gold for gold in golds if not gold.asked and survey.succeeds(gold, gold.outcome) and _is_unsaid(gold)]
    bare = subject.score([Case(one.prompt, form.write(one.text)) for one in silent for form in (BARE, BARE.reasoned())])
    lost = [
        (gold, alone)
        for gold, alone, reasoned in zip(silent, bare[::2], bare[1::2], strict=True)
        if not survey.succeeds(gold, alone) and not survey.succeeds(gold, reasoned)
    ]
    if not lost:
        return
    ids = {gold.prompt.id for gold, _ in lost}
    found = share([gold.prompt.id in ids for gold in golds])
    form = lost[0][0].form
    evidence = evidence_of(found) | {
        "unasked": form.name,
        "rows": [gold.prompt.id for gold, _ in lost[:20]],
        "cases": [_case(gold, BARE, outcome) for gold, outcome in lost[:SHOWN]],
    }
    remedy = (
        f'The right answer wins as "{form.name}" only, of which the prompts say nothing: say in the prompt how to '
        "answer, or make the reward read the plain answer."
    )
    yield Finding("RL401", capped(severity_of(found), "warning"), evidence, remedy)


def _only_with_reasoning(survey: Survey, golds: Sequence[Gold]) -> Iterator[Finding]:
    """The right answer in the format asked for wins after some reasoning and loses alone: brevity is punished."""
    named = [gold for gold in golds if any(not form.lead for form, _ in gold.asked)]
    fails = [
        any(survey.succeeds(gold, outcome) for form, outcome in gold.asked if form.lead)
        and not any(survey.succeeds(gold, outcome) for form, outcome in gold.asked if not form.lead)
        for gold in named
    ]
    if not any(fails):
        return
    found = share(fails)
    failing = [gold for gold, failed in zip(named, fails, strict=True) if failed]
    plain = [(gold, *next(pair for pair in gold.asked if not pair[0].lead)) for gold in failing[:SHOWN]]
    evidence = evidence_of(found) | {"cases": [_case(gold, form, outcome) for gold, form, outcome in plain]}
    remedy = (
        "The right answer in the format asked for earns its score only after some text before it. If that is meant, "
        "say in the prompt how much reasoning is wanted; else drop the least length."
    )
    yield Finding("RL401", capped(severity_of(found), "warning"), evidence, remedy)


def _under_the_top(subject: Subject, survey: Survey) -> Iterator[Finding]:
    """The reference wins, and still stays under the top of the range."""
    low, high = subject.reward_range or (min(0.0, survey.scale.bottom), 1.0)
    sound = [gold for gold in survey.sound if gold.score is not None]
    under = [(gold.score or 0.0) < high - SHORT * (high - low) and not _is_whole(subject, gold) for gold in sound]
    if not any(under):
        return
    found = share(under)
    short = [gold for gold, is_under in zip(sound, under, strict=True) if is_under]
    evidence = evidence_of(found) | {
        "top": high,
        "cases": [_case(gold, gold.form, gold.outcome) for gold in short[:SHOWN]],
    }
    remedy = (
        "A perfect answer does not reach the top of the range. Find what it loses (a field that never counts, "
        "smoothing, a weight too many), or declare the range it can reach with --reward-range."
    )
    yield Finding("RL401", capped(severity_of(found), "warning"), evidence, remedy)


def _is_whole(subject: Subject, gold: Gold) -> bool:
    """Whether the component that tells this answer from a wrong one is at its best: brevity or form may be short of it.

    False for a reward without components.
    """
    if not isinstance(gold.outcome, Scored) or not isinstance(gold.wrong_outcome, Scored):
        return False
    wrong = dict(gold.wrong_outcome.components)
    gains = {name: value - wrong[name] for name, value in gold.outcome.components if name in wrong}
    if not gains or max(gains.values()) <= 0:
        return False
    name = max(gains, key=lambda one: gains[one])
    return dict(gold.outcome.components)[name] >= subject.components[name][1] - SAME_SCORE


def _is_unsaid(gold: Gold) -> bool:
    """Whether the answer's format has a mark that its prompt does not hold."""
    mark = gold.form.before.strip()
    return bool(mark) and mark not in prompt_text(gold.prompt)


def _names(survey: Survey, golds: Sequence[Gold]) -> list[str]:
    """Every format in which these were tried, without those that only put some reasoning first."""
    own = (form for gold in golds for form, _ in [*gold.asked, (gold.form, gold.outcome)])
    return list(dict.fromkeys(form.name.removesuffix(AFTER_REASONING) for form in [*own, *survey.tried]))


def _case(gold: Gold, form: Format, outcome: Outcome) -> dict[str, Any]:
    return {
        "prompt_id": gold.prompt.id,
        "answer": shortened(form.write(gold.text)),
        "score": earned(outcome),
        "wrong_answer_score": earned(gold.wrong_outcome),
        "gold_score": earned(gold.outcome),
    }
