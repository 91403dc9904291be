"""A word that stands in all references: how many of the answers that succeed have another word in its place?"""

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

#: A part is constant that stands in this share of the references, of at least so many.
MOSTLY, LEAST_ROWS = 0.95, 20
#: Of the answers that succeed, the share that is worth a word, and the one from which on the accuracy rests on it.
TOLD, DECISIVE = 0.05, 0.25
#: Words that are told.
WORDS = 5
REMEDY = (
    "The reward overlooks a part that all references have. If the other words mean the same, nothing is wrong; if they "
    "do not, compare the answer whole: no other row's answer shows this fault."
)


@dataclass(frozen=True, slots=True)
class _Other:
    """A generation that succeeds with another word than all references have in a place, and that word."""

    row: int
    column: int
    word: str


def ask(question: Question) -> Iterator[Finding]:
    """RL407, a warning, for a constant part of the answer that the reward overlooks and that samples write otherwise.

    Units, currencies and other words that are known to differ are told by the answers that read wrong.
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
    """The last or the first word that nearly all references share, beside a part that they do not; None for none."""
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
    """The word that the text's end has in the place of the constant one, all else being the same; None where none."""
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
