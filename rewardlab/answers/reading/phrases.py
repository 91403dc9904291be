"""Classifies an answer of a few words as right or wrong by comparing it with all references of the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rewardlab.answers.reference.accepted import OUTER, plain
from rewardlab.answers.values.signs import same_signs
from rewardlab.answers.values.tokens import may_be_same, tokens_of, unmarked
from rewardlab.answers.wrong.places import Places
from rewardlab.answers.wrong.slots import Shape, Slots, are_apart, differing, shape_of

#: Longer last lines are sentences that may speak of several answers.
LONGEST = 200
#: The most references to learn parts from, drawn evenly over the file.
MOST_ROWS = 2000


class Phrases:
    """Classifies answers of a few words with the help of the file's other references."""

    def __init__(self, references: Sequence[str]) -> None:
        self._plain = {plain(one) for one in references}
        some = tuple(dict.fromkeys(references[:: max(1, len(references) // MOST_ROWS)]))
        self._slots, self._places = Slots(some), Places(some)

    def side(self, accepted: Sequence[str], text: str, *, is_rough: bool) -> Literal["right", "wrong"] | None:
        """Whether the text is right or wrong; None if it may be an accepted answer in other words or notation.

        Wrong is another row's reference, and an accepted answer with one part exchanged or two parts swapped.
        """
        rights = {plain(one) for one in accepted}
        if plain(text) in rights:
            # Texts with the same letters may differ in signs ("<" and ">"), and what these change is not known here.
            alike = any(plain(text) == plain(one) and same_signs(text, one) for one in accepted)
            return "right" if alike else None
        line = (text.strip().splitlines() or [""])[-1].strip(OUTER)
        if self.is_turned(accepted, line):
            return "wrong"
        if (
            not line
            or len(max(line, *accepted, key=len)) > LONGEST
            or any(may_be_same(unmarked(text[-LONGEST:]), one) for one in accepted)
        ):
            return None
        if plain(line) in self._plain:
            doubtful = any(_is_near(plain(line), plain(one)) or _converts(line, one) for one in accepted)
            return None if doubtful else "wrong"
        shapes = [shape for one in accepted if (shape := shape_of(one)) is not None]
        return "wrong" if shapes and not is_rough and all(self._differs(line, one) for one in shapes) else None

    def is_turned(self, accepted: Sequence[str], line: str) -> bool:
        """Whether a line ends with an accepted answer whose parts are swapped so that it says something else."""
        return any(self._places.is_turned(line, one) for one in accepted)

    def _differs(self, line: str, wanted: Shape) -> bool:
        """Whether the line ends with this answer, but with one part replaced by a plainly different one."""
        tokens = tokens_of(line)
        if len(tokens) < len(wanted.tokens):
            return False
        start = len(tokens) - len(wanted.tokens)
        given = shape_of(line[tokens[start].start :])
        places = None if given is None else differing(given, wanted)
        if given is None or not places or len(places) == len([one for one in wanted.tokens if not one.is_function]):
            return False
        numbers = [at for at in places if wanted.tokens[at].value is not None]
        # It may be the same value: in another unit, as a reduced fraction, or 2 h 23 min for 143 min.
        if numbers and (len(places) > 1 or any(one.value is not None for one in tokens[:start])):
            return False
        return all(
            are_apart(given.tokens[at], wanted.tokens[at]) and (at in numbers or self._slots.knows(given, at))
            for at in places
        )


def _is_near(one: str, other: str) -> bool:
    return one in other or other in one


def _converts(line: str, right: str) -> bool:
    """Whether both have a number and a word, and no part in common: 3500 m for 3.5 km."""
    given, wanted = tokens_of(line), tokens_of(right)
    both = all({one.value is None for one in tokens} == {True, False} for tokens in (given, wanted))
    return both and not {one.key for one in given} & {one.key for one in wanted}
