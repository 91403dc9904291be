"""Interprets a reference: where an object or a list holds the answer, and which texts it may mean."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence

from rewardlab.task import Json

#: Keys that say that an answer stands under them, whatever stands beside them, the likeliest first. They are compared
#: in small letters and without signs: "finalAnswer" and "final_answer" are one.
STATED = (
    "finalanswer",
    "referenceanswer",
    "correctanswer",
    "expectedanswer",
    "goldanswer",
    "goldenanswers",
    "goldanswers",
    "groundtruth",
    "answer",
    "answers",
    "shortanswer",
    "shortanswers",
    "acceptedanswers",
    "possibleanswers",
    "answeraliases",
    "answeridx",
    "answerindex",
    "answerkey",
    "answertext",
)
#: Keys that hold an answer only if all other keys are remarks about it: {"target": 24, "numbers": [...]} is a task,
#: and {"text": ..., "author": ...} a record.
LIKELY = (
    "value",
    "target",
    "label",
    "letter",
    "gold",
    "expected",
    "correct",
    "aliases",
    "alias",
    "text",
    "solution",
    "output",
    "result",
    "response",
    "content",
    "normalizedvalue",
    "normalizedaliases",
    "matchedwikientityname",
    "normalizedmatchedwikientityname",
)
#: Keys of remarks about an answer.
ABOUT = (
    *("id", "qid", "type", "kind", "style", "level", "difficulty", "source", "datasource", "split", "topic", "subject"),
    *("category", "domain", "tags", "language", "lang", "metadata", "explanation", "rationale", "reasoning", "steps"),
    *("unit", "units", "precision", "decimals", "tolerance", "tol", "atol", "rtol", "abstol", "reltol", "epsilon"),
    *("margin", "relativetolerance", "reltolerance", "answerstart", "answertype", "choices", "options", "index"),
    *("normalized", "confidence", "weight", "score", "points", "casesensitive", "normalizationrules"),
)
#: Keys of remarks about an answer or its source, which a reward may rightly ignore.
BESIDE = frozenset(
    {*ABOUT, "why", "reason", "rationale", "comment", "comments", "note", "notes", "thought", "thoughts", "summary"}
    | {"start", "end", "offset", "offsets", "span", "position", "begin", "startchar", "endchar", "line", "page"}
) - {"unit", "units", "type", "kind", "category", "points", "score", "language", "lang", "style", "level", "topic"}
#: Keys of an amount and of its unit.
UNITS, AMOUNTS = ("unit", "units", "currency"), ("value", "amount", "number", "quantity", "answer")
DEEPEST = 6
#: The longest answer; the most members of a list of answers that are looked at.
LONGEST, MOST = 100_000, 500
FINAL = re.compile(
    r"####\s*([^\n]+)"
    r"|\\boxed\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})+)\}"
    r"|<answer>([^<>]+)</answer>"
    r"|^\W{0,4}(?:(?:the|my|so the|therefore,? the) )?(?:final |correct )?answer(?: is)?\W{0,3}:"
    r"\W{0,4}(\S[^\n]{0,60}?)[*.$ ]*$",
    re.IGNORECASE | re.MULTILINE,
)
#: Between two quotes without a comma: numpy's way of writing a list, which Python would read as one text.
UNSEPARATED = re.compile(r"'\s+'|\"\s+\"")
PRINTED = re.compile(r"[\[{]\s*['\"]")


def readings(reference: Json) -> tuple[str, ...]:
    """The texts that a reference may mean, the likeliest first; empty if it is no answer.

    "... #### 42" may mean "42" or the whole text; {"target": ["yes", "yeah"]} its first answer, all of them, or the
    JSON; a list its first item (one of several right ones), its items joined, or the JSON.
    """
    return tuple(dict.fromkeys(text for text in _readings(reference) if text.strip()))


def _readings(reference: Json) -> Iterator[str]:
    value = unwrapped(reference)
    match value:
        case None:
            return
        case str():
            yield from read(value)
        case dict():
            for place, held in enumerate(places(value)):
                found = readings(held)
                yield from found[:1]
                if place == 0 and isinstance(held, list) and len(held) > 1 and is_flat(held):
                    yield ", ".join(map(str, held))
            yield from _with_unit(value)
        case list():
            # One of several that are right, unless the whole list earns more.
            if (first := next(aliases(value), None)) is not None:
                yield from read(first)
            if len(value) > 1 and is_flat(value):
                yield ", ".join(map(str, value))
                yield "\n".join(map(str, value))
        case _:
            yield from numeral(value)
    if isinstance(value, dict | list):
        yield reference if isinstance(reference, str) else json.dumps(reference, ensure_ascii=False)


def read(text: str) -> Iterator[str]:
    """The answer at the end of a worked text, if there is one, and the text as it is."""
    if found := FINAL.findall(text):
        yield next(filter(None, found[-1])).strip()
    yield text


def _with_unit(reference: Mapping[str, Json]) -> Iterator[str]:
    """A value and its unit as texts write them: "16.3 kg"."""
    named = {_named(key): value for key, value in reference.items()}
    unit = next((named[key] for key in UNITS if isinstance(named.get(key), str) and named[key]), None)
    amount = next((named[key] for key in AMOUNTS if isinstance(named.get(key), str | int | float)), None)
    if unit is not None and amount is not None and not isinstance(amount, bool):
        yield f"{amount} {unit}"


def is_flat(value: Sequence[Json]) -> bool:
    """Whether a list holds texts and numbers only."""
    return all(isinstance(part, str | int | float) for part in value)


def unwrapped(reference: Json) -> Json:
    """Parse a text that is an object or list in JSON or as Python prints it; return anything else as it is.

    A text of numbers in brackets stays a text: it may be an interval, a point, a vector.
    """
    if not isinstance(reference, str) or len(reference) > LONGEST or reference.lstrip()[:1] not in {"{", "["}:
        return reference
    try:
        value = json.loads(reference)
    except (ValueError, RecursionError):
        value = _printed(reference.strip())
    if isinstance(value, list) and all(isinstance(part, int | float) for part in value):
        return reference
    return value if isinstance(value, dict | list) and value else reference


def _printed(text: str) -> Json:
    """The value that Python prints as this text; None if unsure."""
    if not PRINTED.match(text) or "\\" in text or UNSEPARATED.search(text):
        return None
    try:
        value = ast.literal_eval(text)
        return json.loads(json.dumps(value))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def places(reference: Mapping[str, Json]) -> list[Json]:
    """The values under an object's answer keys, the likeliest first; empty if it is a record or a task."""
    named = {_named(key): value for key, value in reference.items()}
    held = {key: value for key, value in named.items() if not _is_empty(value)}
    stated = [held[key] for key in STATED if key in held]
    likely = [held[key] for key in LIKELY if key in held]
    if stated:
        return [*stated, *likely]
    if all(key in LIKELY or key in ABOUT or (key in STATED and key not in held) for key in named):
        return likely
    # {"respuesta": "42"}: one thing under one name.
    return list(held.values()) if len(named) == 1 else []


def is_stated(reference: Mapping[str, Json]) -> bool:
    """Whether an object's keys show that it contains the answer, rather than being the answer itself."""
    known = {*STATED, *LIKELY}
    return bool(places(reference)) and any(_named(key) in known for key in reference)


def _named(key: str) -> str:
    return re.sub(r"[\W_]+", "", key).casefold()


def aliases(reference: Json, depth: int = DEEPEST) -> Iterator[str]:
    """Every right text that the reference names, the canonical one first."""
    if depth == 0:
        return
    match reference:
        case None:
            return
        case bool() | int() | float():
            yield from numeral(reference)
        case str():
            yield reference
        case dict():
            for held in places(reference):
                yield from aliases(unwrapped(held), depth - 1)
        case list():
            if not _is_grid(reference):
                for held in reference[:MOST]:
                    yield from aliases(unwrapped(held), depth - 1)
        case _:
            return


def numeral(value: float) -> Iterator[str]:
    """The ways a text may write a number or a boolean: 42.0 is 42 too."""
    yield json.dumps(value)
    yield str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        yield str(int(value))


def _is_grid(reference: list[Json]) -> bool:
    """Whether a list holds lists of numbers: that is one answer (a grid), not several names of one."""
    return any(isinstance(row, list) and any(isinstance(one, int | float) for one in row) for row in reference)


def _is_empty(value: Json) -> bool:
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())
