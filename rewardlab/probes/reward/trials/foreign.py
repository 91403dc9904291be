"""Scores answers that are surely wrong where they are given: another prompt's right answer, a near miss, a blend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rewardlab.answers.reference.accepted import answers_of, like, number
from rewardlab.answers.wrong.exchanged import Answered, Relation, is_integral, swaps
from rewardlab.measurement.evidence import Earned, Evidence, RightSource, WrongSource
from rewardlab.outcome import Outcome
from rewardlab.probes.reward.trials.blends import Blend, Blender
from rewardlab.probes.reward.trials.gold import Gold
from rewardlab.probes.reward.trials.scale import score_of
from rewardlab.probes.reward.trials.subject import Case, Subject

#: The distances of near misses from a whole number.
NEAR_MISSES = (1, 10)


@dataclass(frozen=True, slots=True)
class Foreign:
    """Another prompt's right answer, the gold of the prompt that it was given to, and what it earned there."""

    gold: Gold
    text: str
    relation: Relation
    outcome: Outcome


def ask_foreign(subject: Subject, golds: Sequence[Gold], labels: Sequence[str]) -> tuple[Foreign, ...]:
    """Score the answers that win under other prompts here, where they are surely wrong.

    They were scored under their own prompts before, in the same process: a reward that remembers scores by the answer
    alone pays them again.
    """
    winners = [gold for gold in golds if gold.is_sure and gold.score is not None]
    found = swaps([Answered.of(gold.prompt, _answer(gold)) for gold in winners], labels, rng=subject.stream("foreign"))
    asked = [(winners[one.receiver], winners[one.donor], one.relation) for one in found]
    outcomes = subject.score([Case(gold.prompt, donor.response) for gold, donor, _ in asked])
    return tuple(
        Foreign(gold, donor.response, relation, outcome)
        for (gold, donor, relation), outcome in zip(asked, outcomes, strict=True)
    )


def _answer(gold: Gold) -> str:
    """The gold's answer; if the gold is an example that the user gave, what its prompt's reference says."""
    said = answers_of(gold.prompt) if gold.is_given else ()
    return said[0] if said else gold.text


def ask_near(subject: Subject, golds: Sequence[Gold]) -> list[tuple[Gold, Outcome]]:
    """Score near misses of whole numbers, where every right answer is one."""
    sure = [gold for gold in golds if gold.is_sure]
    if not is_integral([Answered.of(gold.prompt, gold.text) for gold in sure]):
        return []
    asked = [
        (gold, gold.form.write(like(gold.text, value + step)))
        for gold in sure
        if (value := number(gold.text)) is not None
        for step in NEAR_MISSES
    ]
    outcomes = subject.score([Case(gold.prompt, text) for gold, text in asked])
    return [(gold, outcome) for (gold, _), outcome in zip(asked, outcomes, strict=True)]


@dataclass(frozen=True, slots=True)
class Blended:
    """Wrong answers that differ from the right one in one place, and what each earned."""

    blend: Blend
    outcomes: tuple[Outcome, ...]


def ask_blends(subject: Subject, golds: Sequence[Gold]) -> tuple[Blended, ...]:
    """Score wrong answers that keep a part of the right one, in the format that wins."""
    blender = Blender(subject.every_prompt, golds)
    blends = [blend for gold in golds for blend in blender.blends(gold)]
    cases = [Case(one.gold.prompt, one.gold.form.write(text)) for one in blends for text in one.texts]
    outcomes = iter(subject.score(cases))
    return tuple(Blended(one, tuple(next(outcomes) for _ in one.texts)) for one in blends)


def evidence_from(
    golds: Sequence[Gold],
    *,
    stands_out: Sequence[Gold],
    nothing: Sequence[tuple[str, Outcome]],
    foreign: Sequence[Foreign],
    near: Sequence[tuple[Gold, Outcome]],
    blended: Sequence[Blended] = (),
) -> Evidence:
    """The evidence of made-up answers: golds that stand out are right answers, everything else here is wrong.

    `nothing` holds answers that say nothing, each with its prompt's id.
    """
    right = _earned("reference", [(gold.prompt.id, gold.outcome) for gold in stands_out])
    wrong = (
        *_earned("made_up", [(gold.prompt.id, gold.wrong_outcome) for gold in golds if gold.wrong is not None]),
        *_earned("nothing", nothing),
        *_earned("other_reference", [(one.gold.prompt.id, one.outcome) for one in foreign]),
        *_earned("near", [(gold.prompt.id, outcome) for gold, outcome in near]),
        *_earned("near", [(one.blend.gold.prompt.id, outcome) for one in blended for outcome in one.outcomes]),
    )
    form = stands_out[0].form if stands_out else None
    return Evidence(right, wrong, form=None if form is None else (form.before, form.after))


def _earned(source: RightSource | WrongSource, outcomes: Sequence[tuple[str, Outcome | None]]) -> tuple[Earned, ...]:
    return tuple(
        Earned(identifier, source, score)
        for identifier, outcome in outcomes
        if (score := score_of(outcome)) is not None
    )
