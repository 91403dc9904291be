"""What a reference answers with: its texts, its kind, whether two differ, and a wrong one made from it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeAlias

from rewardlab.task import Json, Prompt

#: A label recurs in the file; a phrase is as short, and does not. In an expression every letter may matter.
Kind: TypeAlias = Literal["number", "label", "record", "array", "phrase", "text", "expression"]

NUMBER = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,40})(?:\.[0-9]{0,40})?")
#: Keys under which an object holds the answer's text, and not a field of a record.
WRAPPERS = ("text", "answer", "value", "label", "target", "ground_truth", "final_answer")
FINAL = re.compile(
    r"####\s*([^\n]+)"
    r"|\\boxed\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})+)\}"
    r"|<answer>([^<>]+)</answer>"
    r"|^\W{0,4}(?:(?:the|my|so the|therefore,? the) )?(?:final |correct )?answer(?: is)?\W{0,3}:"
    r"\W{0,4}(\S[^\n]{0,60}?)[*.$ ]*$",
    re.IGNORECASE | re.MULTILINE,
)
CODE = re.compile(r"^\s*(?:assert |def |class |import |from \w+ import |@)", re.MULTILINE)
#: What a rubric says of a response, and an answer hardly does.
RUBRIC = re.compile(r"\b(?:should|must|rubric|criteri|response|the answer)\b", re.IGNORECASE)
#: "separated by ' > '", "separated by commas".
SEPARATED = re.compile(
    r"\b(?:separated|joined|delimited) (?:by|with) (?:an? |the )?(?:single )?"
    r"(?:[\"'`\u201c](?P<quoted>[^\"'`\u201d\n]{1,6})[\"'`\u201d]|(?P<named>comma|semicolon|line break|newline))",
    re.IGNORECASE,
)
SEPARATORS = {"comma": ", ", "semicolon": "; ", "line break": "\n", "newline": "\n"}
LONGEST_LABEL = 40
MOST_WORDS = 5
#: What may stand around a label and is no part of it.
OUTER = " \t\n\r.,;:!?'\"`*()[]{}$\u201c\u201d\u2018\u2019"
#: A text that answers nothing.
NOWHERE = "Zanzibar"
MOST_ARE_LABELS = 0.8
#: Numbers nearer than this are within the tolerance that a reward may rightly have.
TOLERANCE = Decimal("0.25")
#: A difference below this part of a number is no evidence against a reward that takes both.
NEAR = Decimal("0.001")
#: Keys of a reference that declare a tolerance, as it stands and as a part of the value.
ABSOLUTE = ("tolerance", "tol", "atol", "abs_tol", "epsilon", "margin")
RELATIVE = ("relative_tolerance", "rel_tolerance", "rtol", "rel_tol")
#: What letters of a formula look like: a LaTeX command, a power, a lone letter beside an operator or after a digit.
SYMBOLIC = re.compile(
    r"\\[a-zA-Z]|\^|(?<![a-zA-Z])[a-zA-Z]\s*[-+*/=<>]|[-+*/=<>]\s*[a-zA-Z](?![a-zA-Z])|\b[0-9]{1,2}[a-z]\b"
)


def readings(reference: Json) -> tuple[str, ...]:
    """The texts that may answer for a reference, the likeliest reading first; none where it is no answer.

    "... #### 42" may be read as "42" or as it stands; {"text": "yes"} as "yes" or as JSON; a list as its first item,
    which is one of several that are right, as its items joined, or as JSON.
    """
    return tuple(dict.fromkeys(text for text in _readings(reference) if text.strip()))


def answers_of(prompt: Prompt) -> tuple[str, ...]:
    """The texts that may answer a prompt, the likeliest first: a list as the prompt says that it is to be written."""
    found = readings(prompt.reference)
    separator, reference = separator_of(prompt), prompt.reference
    if separator is None or not isinstance(reference, list) or len(reference) < 2:
        return found
    if not all(isinstance(part, str | int | float) for part in reference):
        return found
    return tuple(dict.fromkeys([separator.join(map(str, reference)), *found]))


def separator_of(prompt: Prompt) -> str | None:
    """What the prompt says is to stand between the items of an answer; None where it says nothing of it."""
    match = SEPARATED.search(prompt_text(prompt))
    if match is None:
        return None
    return match["quoted"] or SEPARATORS[match["named"].casefold()]


def _readings(reference: Json) -> Iterator[str]:
    match reference:
        case None:
            return
        case str():
            if found := FINAL.findall(reference):
                yield next(filter(None, found[-1])).strip()
            yield reference
        case dict():
            inner = [reference[key] for key in WRAPPERS if isinstance(reference.get(key), str | int | float)]
            plain = not any(isinstance(part, list | dict) for part in reference.values())
            if len(inner) == 1 and len(reference) <= 2 and plain:
                yield from _readings(inner[0])
            yield json.dumps(reference, ensure_ascii=False)
        case list():
            # One of several that are right, unless the whole list earns more.
            if reference and isinstance(reference[0], str | int | float):
                yield from _readings(reference[0])
            if len(reference) > 1 and all(isinstance(part, str | int | float) for part in reference):
                yield ", ".join(map(str, reference))
                yield "\n".join(map(str, reference))
            yield json.dumps(reference, ensure_ascii=False)
        case _:
            yield from (json.dumps(reference), str(reference))


def is_answer(prompt: Prompt) -> bool:
    """Whether the reference is surely an answer, and not a way to check one: tests, a rubric, a specification.

    An object is an answer where the prompt speaks of JSON or of every one of its keys, or where it only wraps a text.
    """
    reference = prompt.reference
    if isinstance(reference, str) and record(reference) is not None:
        reference = record(reference)
    match reference:
        case str():
            return CODE.search(reference) is None and RUBRIC.search(reference) is None
        case dict():
            said = prompt_text(prompt)
            wraps = len(reference) == 1 and next(iter(reference)) in WRAPPERS
            return wraps or "json" in said.casefold() or all(str(key) in said for key in reference)
        case list():
            return "json" in prompt_text(prompt).casefold() or separator_of(prompt) is not None
        case _:
            return reference is not None


def mentions(text: str, answer: str) -> bool:
    """Whether the text holds the answer: as a whole word or as the same number."""
    value = number(answer)
    if value is not None:
        return any(number(found) == value for found in NUMBER.findall(text))
    return re.search(rf"(?<!\w){re.escape(answer.strip())}(?!\w)", text, re.IGNORECASE) is not None


def prompt_text(prompt: Prompt) -> str:
    """Everything the prompt says, one turn a line."""
    return "\n".join(str(turn.get("content") or "") for turn in prompt.messages)


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


def array(text: str) -> list[Json] | None:
    """The text as a JSON list that holds more than numbers; None when it is none, for `[1, 2]` may be an interval."""
    try:
        value = json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None
    plain = isinstance(value, list) and all(isinstance(part, int | float) for part in value)
    return value if isinstance(value, list) and not plain else None


def is_symbolic(text: str) -> bool:
    """Whether the text reads as a formula, where a letter's case tells one symbol from another."""
    return SYMBOLIC.search(text) is not None


def allowance(reference: Json, value: Decimal) -> Decimal:
    """How far from its value an answer may be and yet rightly count: what the reference declares, at least NEAR."""
    held = reference if isinstance(reference, dict) else {}
    absolute = [_declared(held.get(key)) for key in ABSOLUTE]
    relative = [_declared(held.get(key)) * abs(value) for key in RELATIVE]
    return max(NEAR * abs(value), *absolute, *relative)


def _declared(tolerance: Json) -> Decimal:
    """A tolerance as a number, 0 for what is none."""
    try:
        found = Decimal(str(tolerance)) if isinstance(tolerance, str | int | float) else Decimal(0)
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)


def labels_of(prompts: Sequence[Prompt]) -> tuple[str, ...]:
    """The short references that recur, the commonest first; empty when references hardly recur and are no labels."""
    return recurring([found[0].strip() for prompt in prompts if (found := answers_of(prompt))])


def recurring(texts: Sequence[str]) -> tuple[str, ...]:
    """The short texts that recur, the commonest first; empty when they hardly recur and are no labels."""
    counts = Counter(text for text in texts if len(text) <= LONGEST_LABEL and number(text) is None)
    named = tuple(text for text, _ in counts.most_common())
    recur = 2 <= len(named) <= len(texts) // 2 and counts.total() >= MOST_ARE_LABELS * len(texts)
    return named if recur else ()


def kind_of(text: str, labels: Sequence[str]) -> Kind:
    """What kind of answer the text is, `labels` being those of the whole file."""
    if number(text) is not None:
        return "number"
    if record(text) is not None:
        return "record"
    if array(text) is not None:
        return "array"
    if text.strip() in labels:
        return "label"
    return "phrase" if len(text) <= LONGEST_LABEL and len(text.split()) <= MOST_WORDS else "text"


def plain(text: str) -> str:
    """The text without case, space and punctuation: what no sound comparison would call different.

    Marks stay, for in many scripts they are the vowels.
    """
    composed = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in composed if unicodedata.category(one)[0] in "LNM") or text.strip()


def strict(text: str) -> str:
    """The text without case, outer space and outer punctuation: two labels that differ in it are two labels."""
    return unicodedata.normalize("NFKC", text).casefold().strip(OUTER)


def differ(one: str, other: str) -> bool:
    """Whether two answers differ beyond form and tolerance."""
    left, right = number(one), number(other)
    if left is not None and right is not None:
        return distance(left, right) > TOLERANCE
    return plain(one) != plain(other)


def distance(one: Decimal, other: Decimal) -> Decimal:
    """How far apart two numbers are, as a part of the larger."""
    return abs(one - other) / (max(abs(one), abs(other)) or 1)


def wrong_for(text: str, kind: Kind, others: Sequence[str]) -> str | None:
    """An answer of the same kind that is wrong throughout: another row's where one differs; None where none does."""
    if kind == "record":
        return json.dumps(spoiled(record(text)), ensure_ascii=False)
    if kind == "array":
        return json.dumps(spoiled(array(text)), ensure_ascii=False)
    if kind == "label":
        others = [other for other in others if strict(other) != strict(text)]
        nested = [other for other in others if strict(text) in strict(other)]
        return next(iter(nested or others), None)
    # Of several texts, the one that shares the fewest words: templates make neighbours alike.
    differing = [other for other in others if differ(text, other)]
    if kind == "text" and differing:
        words = set(text.casefold().split())
        return min(differing, key=lambda other: len(words & set(other.casefold().split())))
    if kind == "number" and (value := number(text)) is not None:
        # Far off, since a reward may rightly pay for coming close.
        return like(text, value * 12 + (1000 if value >= 0 else -1000))
    apart = [other for other in differing if plain(other) not in plain(text) and plain(text) not in plain(other)]
    return apart[0] if apart else None


def like(text: str, value: Decimal) -> str:
    """Another number written as the text writes its own: with its currency, its separators and its outer space."""
    held = NUMBER.search(text)
    if held is None:
        return str(value)
    written = f"{value:,f}" if "," in held[0] else f"{value:f}"
    sign = "+" if held[0].startswith("+") and value >= 0 else ""
    return f"{text[: held.start()]}{sign}{written}{text[held.end() :]}"


def spoiled(value: Json) -> Json:
    """The value with every leaf wrong, its keys and types kept."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + abs(value) + 7
        case str():
            return _spoiled_text(value)
        case list():
            return [spoiled(item) for item in value] or [NOWHERE]
        case Mapping():
            return {key: spoiled(item) for key, item in value.items()} or {NOWHERE: NOWHERE}
        case _:
            return NOWHERE


def _spoiled_text(text: str) -> str:
    value = number(text)
    if value is None:
        return NOWHERE if plain(text) != plain(NOWHERE) else NOWHERE[::-1]
    return str(value + abs(value) + 7)
