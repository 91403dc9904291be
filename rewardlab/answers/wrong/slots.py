"""Groups a file's short answers by pattern and records which words and numbers fill each place of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from rewardlab.answers.reference.accepted import is_symbolic, number
from rewardlab.answers.values.tokens import OPTIONAL, Token, fold, tokens_of

#: Answers of more words may be sentences, which say one thing in many ways.
MOST_WORDS, MOST_TOKENS, LONGEST = 4, 8, 120
#: Decimal numbers nearer than this part of themselves may be one answer.
NEIGHBOUR = Decimal("0.01")
#: A code of letters and digits, where a hyphen is no minus: INV-2041-K.
CODE = re.compile(r"[A-Z]{2,8}(?:[-/ ][A-Za-z0-9]{1,12}){1,5}")
#: Separators of a list; not the colon or the point, which stand in times and dates.
SEPARATORS = frozenset({",", ";", "|", "/", "&", ">", "<", "->"})


@dataclass(frozen=True, slots=True)
class Shape:
    """How an answer is written: its tokens, and what stands around and between them."""

    text: str
    tokens: tuple[Token, ...]
    skeleton: tuple[str, ...]

    @property
    def separator(self) -> str | None:
        """What stands between all items of a list; None where the answer is none."""
        between = set(self.skeleton[2:-1:2])
        return next(iter(between)) if len(between) == 1 and between & SEPARATORS else None

    def with_part(self, at: int, part: str) -> str:
        """The answer with another text in this place."""
        token = self.tokens[at]
        return self.text[: token.start] + part + self.text[token.end :]


def shape_of(text: str) -> Shape | None:
    """The shape of a short answer of several parts; None where it has one part, may be a sentence, or is a formula."""
    text = text.strip()
    if len(text) > LONGEST or number(text) is not None or (is_symbolic(text) and not CODE.fullmatch(text)):
        return None
    tokens = tuple(tokens_of(text))
    if len([one for one in tokens if not one.is_function]) < 2 or len(tokens) > MOST_TOKENS or _is_option(text, tokens):
        return None
    skeleton: list[str] = []
    last = 0
    for token in tokens:
        skeleton.append(" ".join(text[last : token.start].split()) or ("" if last == token.start else " "))
        skeleton.append(fold(token.text) if token.is_function else "1" if token.value is not None else "w")
        last = token.end
    skeleton.append(text[last:].strip())
    # A list may have more items than a phrase has words.
    return None if skeleton.count(" ") >= MOST_WORDS else Shape(text, tokens, tuple(skeleton))


def _is_option(text: str, tokens: tuple[Token, ...]) -> bool:
    """Whether the text is an option's letter and the option: "B) Lima". Its letter may be all that counts."""
    first = tokens[0]
    return len(first.text) == 1 and text[first.end : first.end + 1] in {")", ".", ":"}


class Slots:
    """The parts seen in each place of a file's answers, by the answers' pattern."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._held: dict[tuple[str, ...], list[dict[str, Token]]] = {}
        self._items: dict[str, dict[str, Token]] = defaultdict(dict)
        for text in texts:
            shape = shape_of(text)
            if shape is None:
                continue
            places = self._held.setdefault(shape.skeleton, [{} for _ in shape.tokens])
            for place, token in zip(places, shape.tokens, strict=True):
                place.setdefault(token.key, token)
                if shape.separator is not None:
                    self._items[shape.separator].setdefault(token.key, token)

    def others(self, shape: Shape, at: int) -> Iterator[Token]:
        """Parts that answers of the same pattern have in this place and that plainly differ from this answer's."""
        own = shape.tokens[at]
        held = {one.key for one in shape.tokens}
        for key, token in self._known(shape, at).items():
            if key not in held and are_apart(token, own):
                yield token

    def knows(self, shape: Shape, at: int) -> bool:
        """Whether an answer of the same pattern has this part in this place."""
        return shape.tokens[at].key in self._known(shape, at)

    def _known(self, shape: Shape, at: int) -> dict[str, Token]:
        places = self._held.get(shape.skeleton)
        alike = places[at] if places else {}
        return alike if shape.separator is None else alike | self._items[shape.separator]


def are_apart(one: Token, other: Token) -> bool:
    """Whether two parts are plainly different: neither is optional, short for the other, or near it as a number."""
    if (one.value is None) != (other.value is None):
        return False
    if one.value is not None and other.value is not None:
        apart = abs(one.value - other.value)
        whole = "." not in one.text and "." not in other.text
        return apart >= 1 if whole else apart > NEIGHBOUR * max(abs(one.value), abs(other.value))
    left, right = fold(one.text), fold(other.text)
    if {left, right} & OPTIONAL or one.is_function or other.is_function:
        return False
    return not _short_for(left, right) and not _short_for(right, left)


def _short_for(short: str, long: str) -> bool:
    """Whether one may abbreviate the other: same first letter, its letters in order in the other ("m", "min")."""
    if not short or short[0] != long[:1]:
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


def differing(given: Shape, wanted: Shape) -> list[int] | None:
    """The places in which two answers of one pattern differ; None if their patterns differ."""
    if given.skeleton != wanted.skeleton:
        return None
    pairs = zip(given.tokens, wanted.tokens, strict=True)
    return [at for at, (one, other) in enumerate(pairs) if one.key != other.key]
