"""Makes wrong answers that keep nearly all of the right one: a nested value changed, a key left out, parts moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rewardlab.answers.reading.composite import is_closed
from rewardlab.answers.reading.dates import exchanged
from rewardlab.answers.reading.leaves import Changed, Leaves, Path
from rewardlab.answers.reading.sequence import asks_for_order, in_another_order, ordered_of
from rewardlab.answers.reading.typed import Typed, typed_of
from rewardlab.answers.reference.accepted import answers_of, is_right
from rewardlab.answers.reference.ordering import is_told_in_most
from rewardlab.answers.wrong.places import Places
from rewardlab.outcome import Outcome
from rewardlab.probes.reward.trials.gold import Gold
from rewardlab.probes.reward.trials.subject import Subject
from rewardlab.probes.reward.trials.survey import Survey
from rewardlab.probes.reward.trials.trial import Trial, run

#: The names of the ways of being wrong.
INSIDE = "one value inside the answer another"
LACKING = "a key of the answer left out"
REORDERED = "the same items in another order"
FURTHER = "a key more than the answer has"
TURNED = "two words in each other's place"
SWAPPED = "the day and the month in each other's place"
#: The most rows to learn places and values from, evenly over the file.
MOST_ROWS = 2000

#: Whether a wrong answer earns what the right one does.
Passes = Callable[[Trial, Outcome], bool]


@dataclass(frozen=True, slots=True)
class _Altered:
    """A trial and, if something inside an object was changed, the change."""

    trial: Trial
    changed: Changed | None = None


def ask_altered(subject: Subject, survey: Survey, passes: Passes) -> Iterator[tuple[Trial, Outcome]]:
    """Ask every altered answer and yield it with what it earned.

    A missing key is reported only if the same key with another value loses; otherwise the reward ignores the key.
    """
    rows = subject.every_prompt[:: max(1, len(subject.every_prompt) // MOST_ROWS)]
    leaves = Leaves(prompt.reference for prompt in rows)
    places = Places(found[0] for prompt in rows if (found := answers_of(prompt)))
    is_told, typed = is_told_in_most(map(asks_for_order, rows), of=len(rows)), typed_of(rows)
    altered = [
        one for gold in survey.sound if not gold.is_given for one in _altered(gold, leaves, places, is_told=is_told)
    ]
    altered += [one for gold in survey.sound if not gold.is_given for one in _written_otherwise(gold, typed)]
    outcomes = [outcome for _, outcome in run(subject, [one.trial for one in altered])]
    pairs = list(zip(altered, outcomes, strict=True))
    overlooked = {
        _key(one)
        for one, outcome in pairs
        if one.changed is not None and not one.changed.is_missing and passes(one.trial, outcome)
    }
    for one, outcome in pairs:
        is_lacking = one.changed is not None and one.changed.is_missing
        if one.trial.name != LACKING or (is_lacking and _key(one) not in overlooked):
            yield one.trial, outcome


def _key(one: _Altered) -> tuple[str, Path]:
    """The prompt and the place of a change."""
    return one.trial.prompt.id, () if one.changed is None else one.changed.path


def _altered(gold: Gold, leaves: Leaves, places: Places, *, is_told: bool) -> Iterator[_Altered]:
    if gold.kind not in {"number", "expression"}:
        for changed in leaves.others(gold.text):
            yield from _wrong(INSIDE, gold, changed.text, changed)
        for changed in leaves.shortened(gold.text):
            yield from _wrong(LACKING, gold, changed.text, changed)
        if is_closed(gold.prompt):
            for changed in leaves.lengthened(gold.text):
                yield from _wrong(FURTHER, gold, changed.text)
        if (ordered := ordered_of(gold.prompt, gold.text, is_told=is_told)) is not None:
            for text in in_another_order(ordered):
                yield from _wrong(REORDERED, gold, text)
    if gold.kind in {"phrase", "text", "label"}:
        for text in places.turned(gold.text):
            yield from _wrong(TURNED, gold, text)


def _written_otherwise(gold: Gold, typed: Typed | None) -> Iterator[_Altered]:
    """A list with the type of one item another; a date with its day and month exchanged."""
    if typed is not None and (text := typed.retyped(gold.text)) is not None:
        yield from _wrong(INSIDE, gold, text)
    if (text := exchanged(gold.prompt, gold.text)) is not None:
        yield from _wrong(SWAPPED, gold, text)


def _wrong(name: str, gold: Gold, text: str, changed: Changed | None = None) -> Iterator[_Altered]:
    if not is_right(gold.prompt, text):
        yield _Altered(Trial(name, gold.prompt, gold.form.write(text), gold), changed)
