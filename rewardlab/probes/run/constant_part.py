"""Where all references share a word, how many of the answers that succeed have another word in its place?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from rewardlab.answers.reference.accepted import OUTER, answers_of
from rewardlab.answers.values.tokens import tokens_of
from rewardlab.answers.wrong.slots import Shape, are_apart, differing, shape_of
from rewardlab.findings import Finding
from rewardlab.probes.run.diagnosis.weight import percent
from rewardlab.probes.run.exchanged import DISPUTED
from rewardlab.probes.run.question import Question
from rewardlab.probes.run.winners import Winners

#: The share of the references that have a constant part, and the fewest references to tell.
MOSTLY, LEAST_ROWS = 0.95, 20
#: The share of successful answers that is worth a finding, and the share from which on the accuracy rests on it.
TOLD, DECISIVE = 0.05, 0.25
#: The most words listed.
WORDS = 5
REMEDY = (
    "The reward overlooks a part that all references have. If the other words mean the same, nothing is wrong; if they "
    "do not, compare the answer whole: no other row's answer shows this fault."
)


@dataclass(frozen=True, slots=True)
class _Other:
    """A generation that succeeds with another word in the place of the constant one, and that word."""

    row: int
    column: int
    word: str


def ask(question: Question) -> Iterator[Finding]:
    """RL407, a warning, if the reward overlooks a constant part of the answer that samples write otherwise.

    Answers that read as wrong, such as those in another unit, are left out: `exchanged` reports them.
    """
    if not question.prompts or question.measured.labelled is not None:
        return
    word = _constant(question)
    known = {(one.row, one.column) for one in question.reads if one.side == "wrong"}
    winners = Winners(question)
    found = [] if word is None else [one for one in _others(winners, word) if (one.row, one.column) not in known]
    share = winners.share(found)
    if share is None or share.estimate < TOLD:
        return
    words = Counter(one.word for one in found).most_common(WORDS)
    listed = ", ".join(f"{name!r} {count:,}" for name, count in words)
    evidence = {
        "summary": (
            f"all references have {word!r}, and {percent(share.estimate)} of the answers that succeed "
            f"({percent(share.low)} to {percent(share.high)}; {len(found):,} of {winners.count:,}) have "
            f"another word in its place: {listed}"
        ),
        "constant": word,
        "share": share.estimate,
        "low": share.low,
        "high": share.high,
        "examples": winners.examples(found),
    }
    yield Finding("RL407", "warning", evidence | ({DISPUTED: True} if share.low > DECISIVE else {}), REMEDY)


def _constant(question: Question) -> str | None:
    """The last or the first word, if nearly all references share it and have other parts too; else None."""
    firsts = [found[0] for prompt in question.prompts if (found := answers_of(prompt))]
    shapes = [shape for text in firsts if (shape := shape_of(text)) is not None]
    if len(shapes) < LEAST_ROWS or len(shapes) < MOSTLY * len(firsts):
        return None
    for at in (-1, 0):
        words = Counter(shape.tokens[at].text for shape in shapes if shape.tokens[at].value is None)
        word, count = next(iter(words.most_common(1)), ("", 0))
        if count >= MOSTLY * len(shapes):
            return word
    return None


def _others(winners: Winners, word: str) -> Iterator[_Other]:
    prompts = winners.question.prompts
    for row, column, text in winners.texts():
        found = answers_of(prompts[row])
        wanted = shape_of(found[0]) if found else None
        other = None if wanted is None else _in_place_of(wanted, word, text)
        if other is not None:
            yield _Other(row, column, other)


def _in_place_of(wanted: Shape, word: str, text: str) -> str | None:
    """The word that replaces the constant one at the end of the text, if all else is the same; else None."""
    line = (text.strip().splitlines() or [""])[-1].strip(OUTER)
    tokens = tokens_of(line)
    if len(tokens) < len(wanted.tokens):
        return None
    given = shape_of(line[tokens[-len(wanted.tokens)].start :])
    places = None if given is None else differing(given, wanted)
    if given is None or places is None or len(places) != 1 or wanted.tokens[places[0]].text != word:
        return None
    other = given.tokens[places[0]]
    return other.text if are_apart(other, wanted.tokens[places[0]]) else None
