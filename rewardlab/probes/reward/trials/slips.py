"""Makes slips of a model that knows the answer: the right number in another unit, or with another last decimal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from rewardlab.answers.reading.precision import Precision, is_money, places
from rewardlab.answers.reference.accepted import like, number
from rewardlab.answers.values.quantities import quantity_of, with_another_unit
from rewardlab.probes.reward.trials.gold import Gold

UNIT = "the right number in another unit"
DIGIT = "the last decimal another"
#: The most units tried for one answer, and the steps by which its last decimal changes.
MOST_UNITS, STEPS = 2, (1, -2)


def slips(gold: Gold, precision: Precision) -> Iterator[tuple[str, str]]:
    """Wrong answers by the name of the slip; only what is surely wrong."""
    if gold.is_given or not gold.is_sure:
        return
    for text in islice(with_another_unit(gold.text), MOST_UNITS):
        yield UNIT, text
    amount = quantity_of(gold.text)
    written = gold.text.strip() if amount is None else amount.written
    value = number(written)
    if value is None or not places(written):
        return
    step = Decimal(1).scaleb(-places(written))
    for steps in STEPS:
        other = like(gold.text, value + steps * step)
        given = like(written, value + steps * step)
        if precision.departure(gold.prompt, written, given, is_money=is_money(gold.text)) == "surely":
            yield DIGIT, other
