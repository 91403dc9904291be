"""How exact an answer must be: to the decimals the prompt asks for, or fully if it is computed from the prompt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation
from itertools import combinations, permutations
from typing import Literal, TypeAlias

from rewardlab.answers.reference.accepted import NEAR, NUMBER, allowance, answers_of, number, prompt_text
from rewardlab.answers.wrong.exchanged import is_rough
from rewardlab.task import Prompt

Departure: TypeAlias = Literal["surely", "likely"]

#: Decimals of money.
CENTS = 2
COUNTED = {
    "one": 1,
    "a single": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "eine": 1,
    "einer": 1,
    "zwei": 2,
    "drei": 3,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "un": 1,
    "dos": 2,
    "tres": 3,
}
#: Words for a number of decimals: "one decimal", "2 decimal places", "zwei Nachkommastellen", "deux d\u00e9cimales".
ASKED = re.compile(
    rf"(?<![\w.])(?P<count>{'|'.join(COUNTED)}|[1-6])[ -](?:decimals?(?: (?:places?|digits?|points?))?"
    r"|digits? after the (?:decimal )?(?:point|comma)|d\.?p\.?|(?:nachkomma|dezimal)stellen?"
    r"|d\u00e9cimales?|decimales|chiffres? apr\u00e8s la virgule)(?!\w)",
    re.IGNORECASE,
)
NEAREST = re.compile(r"\bnearest (?P<part>tenth|hundredth|thousandth|cent|penny|0\.0*1)\b", re.IGNORECASE)
PARTS = {"tenth": 1, "hundredth": 2, "thousandth": 3, "cent": 2, "penny": 2}
#: An answer in these is exact to the cent.
MONEY = re.compile(r"[$\u20ac\u00a3]|\b(?:EUR|USD|GBP|CHF|CAD|AUD|euros?|dollars?)\b", re.IGNORECASE)
#: Rounded on the way, an answer may be off by one in its last place.
ROUNDED = re.compile(r"\b(?:round|nearest|rund|arrond|redonde)", re.IGNORECASE)
#: Words with which a prompt allows a tolerance.
TOLERANT = re.compile(
    r"\b(?:within|approx|about how|roughly|estimat)|toleran|\u00b1|\+/-"
    r"|significant (?:figures|digits)|sig(?:\.|nificant)? ?figs?",
    re.IGNORECASE,
)
#: The most numbers of a prompt and the most rows that are tried; the fewest rows; and the share of references that an
#: operation must give to be taken for the task.
MOST_NUMBERS, MOST_ROWS, LEAST_ROWS, MOSTLY = 7, 200, 20, 0.6
#: An operation may give the next prompt's reference at most this often, relative to the prompt's own.
BY_CHANCE = 0.25
#: Of these the result is rounded to the reference's decimals.
INEXACT = {"quotient", "mean", "percent"}


class Precision:
    """How exact the answers to a file's prompts must be."""

    def __init__(self, prompts: Sequence[Prompt]) -> None:
        firsts = [found[0] for prompt in prompts if (found := answers_of(prompt))]
        self.operation = computed(prompts) if any(places(one) for one in firsts) else None
        self._decimals = max(map(places, firsts), default=0) if self.operation is not None else 0
        self._known: dict[str, _Asked] = {}

    def departs(self, prompt: Prompt, wanted: str, given: str) -> bool:
        """Whether a number differs from the reference in a digit that both have, and the prompt allows for none."""
        if not departs(wanted, given, decimals=self._decimals):
            return False
        asked = self._asked(prompt)
        right = _value(wanted)
        apart = abs(_value(given) - right)
        allowed = allowance(prompt.reference, right)
        if asked.is_free or (allowed > NEAR * abs(right) and apart <= allowed):
            return False
        is_loose = asked.is_rounded or self.operation in INEXACT
        return not is_loose or apart > Decimal(1).scaleb(-max(places(wanted), self._decimals))

    def departure(self, prompt: Prompt, wanted: str, given: str, *, is_money: bool) -> Departure | None:
        """How sure it is that a number is wrong because it differs from the reference in a digit.

        Surely, if the reference is computed from the prompt's numbers alone; likely, if the prompt asks for those
        decimals or for money; None if the number does not differ, or may rightly.
        """
        if not self.departs(prompt, wanted, given):
            return None
        if self.operation is not None:
            return "surely"
        exact = self._asked(prompt).places == places(wanted) or (places(wanted) == CENTS and is_money)
        return "likely" if exact else None

    def _asked(self, prompt: Prompt) -> _Asked:
        if prompt.id not in self._known:
            asked, text = asked_places(prompt), prompt_text(prompt)
            is_free = TOLERANT.search(text) is not None or (asked is None and is_rough(prompt))
            self._known[prompt.id] = _Asked(asked, is_free=is_free, is_rounded=ROUNDED.search(text) is not None)
        return self._known[prompt.id]


@dataclass(frozen=True, slots=True)
class _Asked:
    """The decimals that a prompt asks for; whether it allows for a difference, and whether it speaks of rounding."""

    places: int | None
    is_free: bool
    is_rounded: bool


def _value(text: str) -> Decimal:
    found = number(text)
    assert found is not None, "only numbers depart"
    return found


def is_money(text: str) -> bool:
    """Whether an answer names a currency."""
    return MONEY.search(text) is not None


def places(text: str) -> int:
    """The decimals of a number as it is written."""
    found = NUMBER.search(text)
    return len(found[0].partition(".")[2]) if found else 0


def departs(wanted: str, given: str, *, decimals: int = 0) -> bool:
    """Whether two numbers, each as it is written, differ in a digit that both have.

    Neither 91 nor 90.71 departs from 90.7: the first is rounded, the second more exact. The wanted number has at least
    `decimals` decimals: zeros at its end may have been left out.
    """
    left, right = number(wanted), number(given)
    if left is None or right is None:
        return False
    held, told = max(places(wanted), decimals), places(given)
    step = Decimal(1).scaleb(-min(held, told))
    return abs(left - right) >= step if told <= held else abs(left - right) > step / 2


def asked_places(prompt: Prompt) -> int | None:
    """The decimals that a prompt asks for; None where it asks for none, or for whole numbers."""
    text = prompt_text(prompt)
    if match := ASKED.search(text):
        count = match["count"].casefold()
        return COUNTED.get(count) or int(count)
    if match := NEAREST.search(text):
        part = match["part"].casefold()
        return PARTS.get(part) or len(part.partition(".")[2])
    return None


def computed(prompts: Sequence[Prompt]) -> str | None:
    """The operation on the prompts' own numbers that gives most references exactly; None where none does.

    If there is one, a reference is exact to its last decimal: nothing was measured or looked up. One of many results
    may equal a reference by chance; comparing each prompt's results with the next prompt's reference shows how often.
    """
    some = prompts[:: max(1, len(prompts) // MOST_ROWS)]
    known = [(prompt, found[0]) for prompt in some if (found := answers_of(prompt))]
    if len(known) < LEAST_ROWS:
        return None
    counts: Counter[str] = Counter()
    chance: Counter[str] = Counter()
    for place, (prompt, text) in enumerate(known):
        results = list(_results(_numbers_of(prompt)))
        counts.update(_operations(results, text))
        chance.update(_operations(results, known[(place + 1) % len(known)][1]))
    sure = [name for name, count in counts.most_common() if count >= MOSTLY * len(known)]
    return next((name for name in sure if chance[name] <= BY_CHANCE * counts[name]), None)


def _numbers_of(prompt: Prompt) -> list[Decimal]:
    """The numbers of a prompt without their signs; none where it has only one or very many."""
    found = [abs(one) for text in NUMBER.findall(prompt_text(prompt)) if (one := number(text)) is not None]
    return found if len(found) <= MOST_NUMBERS else []


def _operations(results: Sequence[tuple[str, Decimal]], reference: str) -> set[str]:
    """The operations among these results that make this reference."""
    held = NUMBER.search(reference)
    wanted = None if held is None else number(held[0])
    if held is None or wanted is None:
        return set()
    step = Decimal(1).scaleb(-places(held[0]))
    return {name for name, value in results if _is(value, wanted, step if name in INEXACT else None)}


def _is(value: Decimal, wanted: Decimal, step: Decimal | None) -> bool:
    if step is None:
        return value == wanted
    try:
        return abs(value).quantize(step, ROUND_HALF_UP) == abs(wanted)
    except InvalidOperation:
        return False


def _results(numbers: Sequence[Decimal]) -> Iterator[tuple[str, Decimal]]:
    for count in range(2, len(numbers) + 1):
        for chosen in combinations(numbers, count):
            yield f"sum of {count}", sum(chosen, Decimal(0))
            if count > 2:
                yield "mean", sum(chosen, Decimal(0)) / count
    for one, other in permutations(numbers, 2):
        yield "difference", one - other
        yield "product", one * other
        yield "percent", one * other / 100
        try:
            yield "quotient", one / other
        except (DivisionByZero, InvalidOperation):
            continue
    for one, other, third in permutations(numbers, 3):
        yield "product and sum", one * other + third
        yield "product and difference", one * other - third
        yield "two differences", one - other - third
    for count in (2, 3):  # a bill: so many of this at that price, and so many of the next
        for start in range(len(numbers) - 2 * count + 1):
            pairs = numbers[start : start + 2 * count]
            products = (one * other for one, other in zip(pairs[::2], pairs[1::2], strict=True))
            yield f"sum of {count} products", sum(products, Decimal(0))
