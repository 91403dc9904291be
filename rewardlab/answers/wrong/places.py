"""Swaps two parts of a short answer whose order carries meaning: "Lena pays Oren" is not "Oren pays Lena"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from rewardlab.answers.reference.accepted import number
from rewardlab.answers.values.tokens import Token, fold, same_tokens, tokens_of

#: Words that join things of one kind: what stands on their two sides may change places.
JOINS = (
    "and or und oder et ou och eller og en y o e as plus both also sowie \u0438 \u0438\u043b\u0438 \u0430 \u0456 "
    "\u0442\u0430 \u0914\u0930 \u092f\u093e"
)
JOINING = frozenset(JOINS.split())
#: Longer answers are sentences, which say one thing in several orders.
MOST_TOKENS, LONGEST = 10, 120
#: The most swaps tried for one answer.
MOST_TURNED = 3
#: Separators of a list; marks that may surround an answer.
LISTED, OUTER = re.compile(r"[,;|/&<>\n\[\]{}]"), " \t\n.,;:!?'\"`*"
#: An answer's pattern: its function words, where its numbers stand, and the mark between two lone numbers.
Skeleton = tuple[str, ...]


def are_one_set(one: str, other: str) -> bool:
    """Whether two answers join the same things in another order: "Ada and Bo" is "Bo and Ada"."""
    return _is_joined(one) and _is_joined(other) and same_tokens(one, other)


def _is_joined(text: str) -> bool:
    """Whether commas or words such as "and" part what the text names."""
    tokens = tokens_of(text)
    marked = any(token.value is None for token in tokens) and LISTED.search(text.strip(OUTER)) is not None
    return marked or any(fold(token.text) in JOINING and token.is_function for token in tokens)


class Places:
    """The words seen in each place of a file's answers, by the answers' pattern."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._words: dict[Skeleton, list[set[str]]] = {}
        self._answers: dict[Skeleton, set[tuple[str, ...]]] = defaultdict(set)
        for text in texts:
            tokens = _tokens(text)
            if tokens is None:
                continue
            skeleton = _skeleton(text, tokens)
            held = self._words.setdefault(skeleton, [set() for _ in tokens])
            for words, token in zip(held, tokens, strict=True):
                words.add(token.key)
            self._answers[skeleton].add(_keys(tokens))

    def turned(self, text: str) -> list[str]:
        """The answer with two of its parts swapped, for each swap that plainly makes another answer.

        Two words are swapped if other answers have each of them in the other's place, and the answer also holds a word
        that never stands there, such as a verb or a preposition. Two numbers are swapped if another answer has them so.
        """
        tokens = _tokens(text)
        if tokens is None:
            return []
        return [_exchanged(text, tokens, one, other) for one, other in self._pairs(text, tokens)][:MOST_TURNED]

    def is_turned(self, text: str, right: str) -> bool:
        """Whether a text ends with the right answer after one of the swaps of `turned`."""
        said = [token.key for token in tokens_of(text[-2 * LONGEST :])]
        return any(said[-len(keys) :] == keys for one in self.turned(right) if (keys := _keys_of(one)))

    def _pairs(self, text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
        skeleton = _skeleton(text, tokens)
        words = self._words.get(skeleton)
        if words is None:
            return
        keys = _keys(tokens)
        open_ = [at for at, token in enumerate(tokens) if not token.is_function]
        for one, other in combinations(open_, 2):
            if keys[one] == keys[other] or (tokens[one].value is None) != (tokens[other].value is None):
                continue
            swapped = list(keys)
            swapped[one], swapped[other] = keys[other], keys[one]
            known = tuple(swapped) in self._answers[skeleton]
            fits = keys[one] in words[other] and keys[other] in words[one]
            if tokens[one].value is not None:
                tells = known and all(token.value is not None or token.is_function for token in tokens)
            else:
                tells = (known or fits) and _has_a_verb(tokens, words, one, other)
            if tells:
                yield one, other


def _has_a_verb(tokens: Sequence[Token], words: Sequence[set[str]], one: int, other: int) -> bool:
    """Whether a third place holds only words that never stand in either of the two: then word order has a meaning."""
    ends = words[one] | words[other]
    return any(
        not words[at] & ends
        for at, token in enumerate(tokens)
        if at not in {one, other} and token.value is None and fold(token.text) not in JOINING
    )


def _tokens(text: str) -> list[Token] | None:
    """The tokens of an answer whose order may have a meaning; None for a list, whose items no verb joins."""
    stripped = text.strip(OUTER)
    if len(text) > LONGEST or number(text) is not None or LISTED.search(stripped):
        return None
    tokens = tokens_of(stripped)
    values = [token for token in tokens if token.value is not None]
    pair = len(values) == 2 and all(token.value is not None or token.is_function for token in tokens)
    named = sum(not token.is_function for token in tokens) >= 2 and len(tokens) > 2
    return tokens if (pair or named) and len(tokens) <= MOST_TOKENS else None


def _skeleton(text: str, tokens: Sequence[Token]) -> Skeleton:
    """Function words as they are, `1` for a number, `w` for any other word; between two lone numbers, also the mark."""
    kinds = [fold(token.text) if token.is_function else "w" if token.value is None else "1" for token in tokens]
    stripped = text.strip(OUTER)
    return (*kinds, stripped[tokens[0].end : tokens[1].start].strip()) if kinds == ["1", "1"] else tuple(kinds)


def _keys_of(text: str) -> list[str]:
    return [token.key for token in tokens_of(text)]


def _keys(tokens: Sequence[Token]) -> tuple[str, ...]:
    return tuple(token.key for token in tokens)


def _exchanged(text: str, tokens: Sequence[Token], one: int, other: int) -> str:
    """The text with two of its tokens swapped."""
    stripped = text.strip(OUTER)
    first, second = tokens[one], tokens[other]
    return (
        stripped[: first.start] + second.text + stripped[first.end : second.start] + first.text + stripped[second.end :]
    )
