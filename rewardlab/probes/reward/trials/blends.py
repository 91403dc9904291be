"""Wrong answers that keep a part of the right one: the right number with another unit, another range's lower end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rewardlab.answers.reference.accepted import answers_of, array, is_right, plain
from rewardlab.answers.values.tokens import may_be_same, same_tokens
from rewardlab.answers.wrong.exchanged import is_rough
from rewardlab.answers.wrong.slots import Shape, Slots, shape_of
from rewardlab.probes.reward.trials.gold import Gold
from rewardlab.task import Json, Prompt

#: The most places changed in one answer, and the ways for each: a comparison that ignores the part pays both.
MOST_PLACES, WAYS = 4, 2
#: The most rows to take parts from, evenly over the file.
MOST_ROWS = 2000
#: In names of at least so many words a middle one may rightly be left out, so a reward may ignore it.
NAME = 3


@dataclass(frozen=True, slots=True)
class Blend:
    """Wrong answers that all differ from the right one in the same place; `texts` holds what they say."""

    gold: Gold
    texts: tuple[str, ...]


class Blender:
    """Makes blends from what the other rows of a file have in the same place."""

    def __init__(self, prompts: Sequence[Prompt], golds: Iterable[Gold] = ()) -> None:
        some = prompts[:: max(1, len(prompts) // MOST_ROWS)]
        firsts = [found[0] for prompt in some if (found := answers_of(prompt))]
        firsts += [gold.text for gold in golds]
        self._slots = Slots(firsts)
        self._items = {plain(text): item for one in firsts for item in _items(one) or () if (text := str(item))}

    def blends(self, gold: Gold) -> list[Blend]:
        """Wrong answers for each place that other rows fill otherwise; none if the answer has only one part.

        What may be the right answer in another notation is left out.
        """
        if (
            is_rough(gold.prompt)
            or not gold.is_sure
            or gold.is_given
            or gold.kind in {"number", "record", "expression"}
        ):
            return []
        if (items := _items(gold.text)) is not None:
            made = [self._with_another_item(items)]
        elif (shape := shape_of(gold.text)) is not None:
            made = [self._with_another_part(shape, at) for at in self._places(shape)]
        else:
            made = []
        found = [tuple(text for text in texts if _is_wrong(gold, text)) for texts in made]
        return [Blend(gold, texts) for texts in found if texts]

    def _places(self, shape: Shape) -> list[int]:
        """The places to change: numbers first, then words, but not the middle words of a name."""
        open_ = [at for at in range(len(shape.tokens)) if any(self._slots.others(shape, at))]
        words = [at for at in open_ if shape.tokens[at].value is None and not _is_initial(shape, at)]
        spaced = len(shape.text.split()) == len(shape.tokens) >= NAME and all(one.value is None for one in shape.tokens)
        if spaced:
            words = [at for at in words if at in {0, len(shape.tokens) - 1}]
        numbers = [at for at in open_ if shape.tokens[at].value is not None]
        # Of a day, a month and a year each; of words the first and the last.
        return [*numbers, *dict.fromkeys([*words[:1], *words[-1:], *words])][:MOST_PLACES]

    def _with_another_part(self, shape: Shape, at: int) -> list[str]:
        if _is_unit_of_nothing(shape, at):
            return []
        others = list(self._slots.others(shape, at))
        start = sum(map(ord, shape.text)) % len(others) if others else 0
        chosen = (*others[start:], *others[:start])[:WAYS]
        return [shape.with_part(at, other.text) for other in chosen]

    def _with_another_item(self, items: Sequence[Json]) -> list[str]:
        own = {plain(str(item)) for item in items}
        others = [item for key, item in self._items.items() if key not in own and type(item) is type(items[-1])]
        start = sum(map(ord, str(items[-1]))) % len(others) if others else 0
        chosen = (*others[start:], *others[:start])[:WAYS]
        return [json.dumps([*items[:-1], other], ensure_ascii=False) for other in chosen]


def _items(text: str) -> list[Json] | None:
    """The items of a JSON list of several short texts; None where the text is none."""
    value = array(text)
    short = value is not None and len(value) > 1 and all(isinstance(item, str) and len(item) < 80 for item in value)
    return value if short else None


def _is_initial(shape: Shape, at: int) -> bool:
    """Whether this is the initial of a name, which may rightly be left out."""
    token = shape.tokens[at]
    return len(token.text) == 1 and shape.text[token.end : token.end + 1] in {".", " "}


def _is_unit_of_nothing(shape: Shape, at: int) -> bool:
    """Whether all other numbers of the answer are 0: nothing is the same in any unit and over any denominator."""
    numbers = [one.value for place, one in enumerate(shape.tokens) if one.value is not None and place != at]
    return bool(numbers) and not any(numbers)


def _is_wrong(gold: Gold, text: str) -> bool:
    right = is_right(gold.prompt, text)
    return (
        not right
        and text != gold.text
        and not same_tokens(text, gold.text)
        and (gold.kind == "array" or not _is_alias(gold.prompt, text))
    )


def _is_alias(prompt: Prompt, text: str) -> bool:
    """Whether the text may be another right answer of the prompt."""
    return any(
        may_be_same(text, other) for other in answers_of(prompt)[1:] if not other.lstrip().startswith(("[", "{"))
    )
