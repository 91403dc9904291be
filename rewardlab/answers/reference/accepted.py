"""The answers a reference accepts: their texts and kind, whether two differ, and a wrong one made from them."""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Literal, TypeAlias

from rewardlab.answers.reference.choices import chosen, options_of
from rewardlab.answers.reference.ordering import tells_order
from rewardlab.answers.reference.readings import aliases, is_flat, is_stated, read, readings, unwrapped
from rewardlab.task import Json, Prompt

Texts: TypeAlias = tuple[str, ...]
#: A label is a short text that recurs in the file, a phrase one that does not. In an expression every letter matters.
Kind: TypeAlias = Literal["number", "label", "record", "array", "phrase", "text", "expression"]

NUMBER = re.compile(r"[-+]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,40})(?:\.[0-9]{0,40})?")
#: Thousands separators in a text that is only a number, LaTeX's included; in India every second place is set off.
#: With points between thousands, a comma may precede the decimals, as in 1.234,5.
THOUSANDS = r"(?:\{,\}|,?\\[,!; ]|[,_'\u2019 \u00a0\u2009\u202f\u066c])"
SET_OFF = re.compile(
    rf"([-+]?[0-9]{{1,3}}(?:{THOUSANDS}[0-9]{{3}})+|[-+]?[0-9]{{1,2}}(?:,[0-9]{{2}})+,[0-9]{{3}})(\.[0-9]{{0,40}})?"
)
SET_OFF_BY_POINTS = re.compile(r"([-+]?[0-9]{1,3}(?:\.[0-9]{3})+),([0-9]{1,40})|([-+]?[0-9]{1,3}(?:\.[0-9]{3}){2,})")
#: The identifier of a check: "length_constraints:number_words", "no_comma".
IDENTIFIER = re.compile(r"\w+[_:]\w[\w:]*")
CODE = re.compile(r"^\s*(?:assert |def |class |import |from \w+ import |@)", re.MULTILINE)
#: Words of a rubric that an answer hardly has.
RUBRIC = re.compile(r"\b(?:should|must|rubric|criteri|response|the answer)\b", re.IGNORECASE)
#: "separated by ' > '", "separated by commas".
SEPARATED = re.compile(
    r"\b(?:separated|joined|delimited) (?:by|with) (?:an? |the )?(?:single )?"
    r"(?:[\"'`\u201c](?P<quoted>[^\"'`\u201d\n]{1,6})[\"'`\u201d]|(?P<named>comma|semicolon|line break|newline))",
    re.IGNORECASE,
)
#: "Form: a > b > c", "as A -> B -> C".
SHOWN_BETWEEN = re.compile(r"(?<!\w)\w{1,12}( ?(?:>|->|=>|\u2192) ?)\w{1,12}\1\w{1,12}")
SEPARATORS = {"comma": ", ", "semicolon": "; ", "line break": "\n", "newline": "\n"}
LONGEST_LABEL = 40
MOST_WORDS = 5
#: Marks around a label that are no part of it.
OUTER = " \t\n\r.,;:!?'\"`*()[]{}$\u201c\u201d\u2018\u2019"
#: Names of one answer that are looked for among the options.
MOST_NAMED = 20
#: An answer this short occurs in many others by chance.
CHANCE = 3
#: Two texts may be two names of one thing.
LEAST_ORDERED = 3
#: A text that answers nothing.
NOWHERE = "Zanzibar"
MOST_ARE_LABELS = 0.8
#: Numbers nearer than this are within the tolerance that a reward may rightly have.
TOLERANCE = Decimal("0.25")
#: A difference below this part of a number is no evidence against a reward that takes both.
NEAR = Decimal("0.001")
#: Keys of a reference that declare a tolerance: an absolute one, and one relative to the value.
ABSOLUTE = ("tolerance", "tol", "atol", "abs_tol", "epsilon", "margin")
RELATIVE = ("relative_tolerance", "rel_tolerance", "rtol", "rel_tol")
#: What letters of a formula look like: a LaTeX command, a power, a lone letter beside an operator or after a digit.
SYMBOLIC = re.compile(
    r"\\[a-zA-Z]|\^|(?<![a-zA-Z])[a-zA-Z]\s*[-+*/=<>]|[-+*/=<>]\s*[a-zA-Z](?![a-zA-Z])|\b[0-9]{1,2}[a-z]\b"
)


def _once(work: Callable[[Prompt], Texts]) -> Callable[[Prompt], Texts]:
    """The same work, done once for each prompt."""

    @functools.wraps(work)
    def known(prompt: Prompt) -> Texts:
        if (found := prompt.known.get(work.__name__)) is None:
            found = prompt.known[work.__name__] = work(prompt)
        texts: Texts = found
        return texts

    return known


@_once
def answers_of(prompt: Prompt) -> tuple[str, ...]:
    """The texts that may answer a prompt, the likeliest first, written as the prompt asks.

    A list has the separator that the prompt names; an object or list is JSON if the prompt says so; if the row holds
    options, an option's text follows its letter.
    """
    found = readings(prompt.reference)
    value = unwrapped(prompt.reference)
    first: tuple[str, ...] = ()
    separator = separator_of(prompt) if isinstance(value, list) and len(value) > 1 and is_flat(value) else None
    if separator is not None:
        first = (separator.join(map(str, value)),)
    elif isinstance(value, dict | list) and (
        is_record(value, prompt) or (isinstance(value, list) and _is_in_order(value, prompt))
    ):
        first = found[-1:]
    options = chosen(_options(prompt), found[0]) if found else ()
    return tuple(dict.fromkeys([*first, *found[:1], *options, *found[1:]]))


@_once
def rights_of(prompt: Prompt) -> tuple[str, ...]:
    """Every text that the prompt's reference makes right, under any of its names; none may serve as a wrong answer."""
    named = [text for alias in aliases(unwrapped(prompt.reference)) for text in read(alias)]
    options = _options(prompt)
    also = [text for alias in named[:MOST_NAMED] for text in chosen(options, alias)] if options else []
    return tuple(dict.fromkeys(text for text in [*answers_of(prompt), *named, *also] if text.strip()))


def is_right(prompt: Prompt, text: str) -> bool:
    """Whether the text is one of the prompt's right answers, but for case, space and punctuation."""
    value = number(text)
    if value is not None:
        return any(number(right) == value for right in rights_of(prompt))
    return any(plain(right) == plain(text) for right in rights_of(prompt))


def _options(prompt: Prompt) -> tuple[tuple[str, str], ...]:
    held = unwrapped(prompt.reference)
    return (options_of(held) if isinstance(held, dict) else ()) or options_of(prompt.row)


def separator_of(prompt: Prompt) -> str | None:
    """The separator that the prompt asks for between the items of an answer; None if it names none."""
    said = prompt_text(prompt)
    match = SEPARATED.search(said)
    if match is None:
        shown = SHOWN_BETWEEN.search(said)
        return None if shown is None else shown[1]
    return match["quoted"] or SEPARATORS[match["named"].casefold()]


def is_record(value: Json, prompt: Prompt) -> bool:
    """Whether the prompt asks for the object or list itself: it speaks of JSON, or of every key of several."""
    said = prompt_text(prompt)
    keyed = isinstance(value, dict) and len(value) > 1 and all(str(key) in said for key in value)
    return keyed or "json" in said.casefold()


def is_answer(prompt: Prompt) -> bool:
    """Whether the reference is surely an answer, not a way to check one (tests, a rubric, a specification).

    An object is an answer if the prompt speaks of JSON or of all its keys, or if its keys show that it contains one. A
    list is one if the prompt speaks of JSON or of a separator, or if its items may be several names of one short text.
    """
    value = unwrapped(prompt.reference)
    match value:
        case str():
            return _is_said(value)
        case dict():
            said = prompt_text(prompt)
            held = is_stated(value) and _is_said(next(aliases(value), "def "))
            return held or "json" in said.casefold() or all(str(key) in said for key in value)
        case list():
            asked = "json" in prompt_text(prompt).casefold() or separator_of(prompt) is not None
            return asked or _is_in_order(value, prompt) or _names_one(list(aliases(value)))
        case _:
            return value is not None


def _is_in_order(value: Sequence[Json], prompt: Prompt) -> bool:
    """Whether the value is a list of several numbers or short texts that the prompt wants in an order."""
    return len(value) >= LEAST_ORDERED and is_flat(value) and tells_order(prompt_text(prompt))


def _is_said(text: str) -> bool:
    return CODE.search(text) is None and RUBRIC.search(text) is None


def _names_one(texts: Sequence[str]) -> bool:
    """Whether these are short texts that may all stand for one answer; not code, a rubric, numbers, names of checks."""
    if len(texts) == 1:
        return _is_said(texts[0])
    short = all(len(text) <= LONGEST_LABEL and len(text.split()) <= MOST_WORDS for text in texts)
    spoken = all(_is_said(text) and number(text) is None and not IDENTIFIER.fullmatch(text) for text in texts)
    return bool(texts) and short and spoken


def mentions(text: str, answer: str) -> bool:
    """Whether the text holds the answer: as a whole word or as the same number."""
    value = number(answer)
    if value is not None:
        return any(number(found) == value for found in NUMBER.findall(text))
    return re.search(rf"(?<!\w){re.escape(answer.strip())}(?!\w)", text, re.IGNORECASE) is not None


def prompt_text(prompt: Prompt) -> str:
    """Everything the prompt says, one turn a line."""
    return "\n".join(str(turn.get("content") or "") for turn in prompt.messages)


@functools.lru_cache(maxsize=32_768)
def number(text: str) -> Decimal | None:
    """The text as a number; None when it is not exactly one.

    Thousands may be set off by commas, spaces of every width, underscores, apostrophes or LaTeX's marks, and by points
    where several stand or a comma follows them; the digits may be those of any script.
    """
    stripped = text.strip().replace("\u2212", "-").strip("$ ")
    if not stripped.isascii():
        stripped = "".join(str(unicodedata.decimal(one, one)) for one in stripped).replace("\u066b", ".")
    if match := SET_OFF.fullmatch(stripped):
        stripped = re.sub(r"[^-+0-9]", "", match[1]) + (match[2] or "")
    elif match := SET_OFF_BY_POINTS.fullmatch(stripped):
        stripped = (match[1] or match[3]).replace(".", "") + (f".{match[2]}" if match[2] else "")
    elif not NUMBER.fullmatch(stripped):
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
    """How far an answer may rightly be from the value: the tolerance that the reference declares, at least NEAR."""
    held = _with_inner(unwrapped(reference))
    absolute = [_declared(held.get(key)) for key in ABSOLUTE]
    relative = [_declared(held.get(key)) * abs(value) for key in RELATIVE]
    return max(NEAR * abs(value), *absolute, *relative)


def _with_inner(reference: Json) -> Mapping[str, Json]:
    """The fields of an object and of an object nested in it."""
    if not isinstance(reference, dict):
        return {}
    inner = next((one for one in reference.values() if isinstance(one, dict)), {})
    return {**inner, **reference}


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
    """The text without case, space and punctuation: texts equal here are one answer to any sound comparison.

    Combining marks stay, for in many scripts they are the vowels.
    """
    composed = unicodedata.normalize("NFKC", text).casefold()
    return "".join(one for one in composed if unicodedata.category(one)[0] in "LNM") or text.strip()


def strict(text: str) -> str:
    """The text without case, outer space and outer punctuation; labels that still differ are two labels."""
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


def wrong_for(text: str, kind: Kind, others: Sequence[str], rights: Sequence[str] = ()) -> str | None:
    """An answer of the same kind that is wrong in every part, preferably another row's; None if there is none.

    `rights` are the other texts that are right for the same prompt: the wrong answer differs from each of them too.
    """
    if kind == "record":
        return json.dumps(spoiled(record(text)), ensure_ascii=False)
    if kind == "array":
        return json.dumps(spoiled(array(text)), ensure_ascii=False)
    every = dict.fromkeys([text, *rights])
    if kind == "label":
        known = {strict(right) for right in every}
        values = {number(right) for right in every} - {None}
        others = [other for other in others if strict(other) not in known and number(other) not in values]
        nested = [other for other in others if strict(text) in strict(other)]
        return next(iter(nested or others), None)
    # Of several texts, the one that shares the fewest words: templates make neighbours alike.
    differing = [other for other in dict.fromkeys(others) if all(differ(right, other) for right in every)]
    if kind == "text" and differing:
        words = set(text.casefold().split())
        return min(differing, key=lambda other: len(words & set(other.casefold().split())))
    if kind == "number" and (value := number(text)) is not None:
        # Far off, since a reward may rightly pay for coming close.
        far = (like(text, value * times + (1000 if value >= 0 else -1000)) for times in (12, 31, 57))
        return next((one for one in far if all(differ(right, one) for right in every)), None)
    apart = [other for other in differing if _is_apart(other, text)]
    return next((one for one in apart if all(_is_apart(one, right, shortest=CHANCE) for right in rights)), None)


def _is_apart(one: str, other: str, *, shortest: int = 0) -> bool:
    """Whether neither contains the other; a text of at most `shortest` letters may be contained by chance."""
    left, right = plain(one), plain(other)
    return min(len(left), len(right)) <= shortest or (left not in right and right not in left)


def like(text: str, value: Decimal) -> str:
    """The value written in the style of the text's number: its currency, separators and outer space."""
    held = NUMBER.search(text)
    if held is None:
        return str(value)
    written = f"{value:,f}" if "," in held[0] else f"{value:f}"
    sign = "+" if held[0].startswith("+") and value >= 0 else ""
    return f"{text[: held.start()]}{sign}{written}{text[held.end() :]}"


def spoiled(value: Json) -> Json:
    """The value with every leaf replaced by a wrong one; keys and types stay."""
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
