"""What a reference answers with: its texts, its kind, whether two differ, and a wrong one made from it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeAlias

from rewardlab.task import Json, Prompt

Kind: TypeAlias = Literal["number", "label", "record", "text"]

NUMBER = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,40})(?:\.[0-9]{0,40})?")
#: Keys under which an object holds the answer's text, and not a field of a record.
WRAPPERS = ("text", "answer", "value", "label", "target", "ground_truth", "final_answer")
FINAL = re.compile(r"####\s*([^\n]+)|\\boxed\{([^{}]+)\}")
CODE = re.compile(r"^\s*(?:assert |def |class |import |from \w+ import |@)", re.MULTILINE)
LONGEST_LABEL = 40
#: Numbers nearer than this are within the tolerance that a reward may rightly have.
TOLERANCE = Decimal("0.25")


def readings(reference: Json) -> tuple[str, ...]:
    """The texts that may answer for a reference, the shortest reading first; none where it is no answer.

    "... #### 42" may be read as "42" or as it stands; {"text": "yes"} as "yes" or as JSON; a list as its first item or
    as JSON. Test code is no answer: it says how to check one.
    """
    return tuple(dict.fromkeys(text for text in _readings(reference) if text.strip()))


def _readings(reference: Json) -> Iterator[str]:
    match reference:
        case None:
            return
        case str():
            if CODE.search(reference):
                return
            if found := FINAL.findall(reference):
                yield next(filter(None, found[-1])).strip()
            yield reference
        case dict():
            inner = [reference[key] for key in WRAPPERS if isinstance(reference.get(key), str | int | float)]
            if len(inner) == 1 and len(reference) <= 2:
                yield from _readings(inner[0])
            yield json.dumps(reference, ensure_ascii=False)
        case list():
            if reference and isinstance(reference[0], str | int | float):
                yield from _readings(reference[0])
            yield json.dumps(reference, ensure_ascii=False)
        case _:
            yield from (json.dumps(reference), str(reference))


def number(text: str) -> Decimal | None:
    """The text as a number; None when it is not exactly one. Thousands may be set off by commas."""
    stripped = text.strip().replace("\u2212", "-").strip("$ ")
    if not NUMBER.fullmatch(stripped):
        return None
    try:
        return Decimal(stripped.replace(",", ""))
    except InvalidOperation:
        return None


def record(text: str) -> dict[str, Json] | None:
    """The text as a JSON object with at least one key; None when it is none."""
    try:
        value = json.loads(text) if text.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and value else None


def labels_of(prompts: Sequence[Prompt]) -> tuple[str, ...]:
    """The short references that recur, the commonest first; empty when references hardly recur and are no labels."""
    texts = [found[0].strip() for prompt in prompts if (found := readings(prompt.reference))]
    counts = Counter(text for text in texts if len(text) <= LONGEST_LABEL and number(text) is None)
    named = tuple(text for text, _ in counts.most_common())
    return named if 2 <= len(named) <= len(texts) // 2 else ()


def kind_of(text: str, labels: Sequence[str]) -> Kind:
    """What kind of answer the text is, `labels` being those of the whole file."""
    if number(text) is not None:
        return "number"
    if record(text) is not None:
        return "record"
    return "label" if text.strip() in labels else "text"


def plain(text: str) -> str:
    """The text without case, space and punctuation: what no sound comparison would call different."""
    return re.sub(r"[\W_]+", "", text.casefold()) or text.strip()


def differ(one: str, other: str) -> bool:
    """Whether two answers differ beyond form and tolerance."""
    left, right = number(one), number(other)
    if left is not None and right is not None:
        return abs(left - right) > TOLERANCE * max(abs(left), abs(right))
    return plain(one) != plain(other)


def wrong_for(text: str, kind: Kind, others: Sequence[str]) -> str | None:
    """An answer of the same kind that is wrong throughout: another row's where one differs; None where none does."""
    if kind == "record":
        return json.dumps(spoiled(record(text)), ensure_ascii=False)
    # Of several texts, the one that shares the fewest words: templates make neighbours alike.
    differing = [other for other in others if differ(text, other)]
    if kind == "text" and differing:
        words = set(text.casefold().split())
        return min(differing, key=lambda other: len(words & set(other.casefold().split())))
    if kind == "number" and (value := number(text)) is not None:
        same_sign = [other for other in differing if number(other) not in {None, -value}]
        return same_sign[0] if same_sign else str(value + abs(value) + 7)
    return differing[0] if differing else None


def spoiled(value: Json) -> Json:
    """The value with every leaf wrong, its keys and types kept."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + abs(value) + 7
        case str():
            as_number = number(value)
            return "Zanzibar" if as_number is None else str(as_number + abs(as_number) + 7)
        case list():
            return [spoiled(item) for item in value]
        case Mapping():
            return {key: spoiled(item) for key, item in value.items()}
        case _:
            return "Zanzibar"
