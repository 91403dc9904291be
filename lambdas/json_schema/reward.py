"""A JSON object by schema: the F1 of its fields against the reference's, halved when it breaks the schema."""

import json
import re

try:
    from jsonschema import Draft202012Validator
except ImportError as error:
    raise ImportError("jsonschema is missing: pip install -r requirements.txt, or package this folder") from error

#: What a response must look like: put your own here.
SCHEMA = {
    "type": "object",
    "properties": {
        "vendor": {"type": "string", "minLength": 1},
        "date": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "currency": {"enum": ["EUR", "USD", "GBP"]},
        "total": {"type": "number", "minimum": 0},
        "items": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["vendor", "date", "currency", "total", "items"],
    "additionalProperties": False,
}
VALIDATOR = Draft202012Validator(SCHEMA)
#: What the fields of an object that breaks the schema are worth. Keeping the schema earns nothing by itself.
BROKEN = 0.5
#: Of a response, so much is read from its end, and so many braces are tried.
MOST_CHARACTERS, MOST_TRIES = 50_000, 50
#: An object of more fields, or nested deeper, is no answer.
MOST_FIELDS, DEEPEST = 1_000, 20


def score(completion, reference):
    """The score, 0 to 1, with the share of right fields (F1) and whether the schema is kept.

    Raises: ValueError for a reference that is no object, or that breaks the schema itself.
    """
    expected = expected_of(reference)
    given = final_object(completion)
    fields = flat(given) if given is not None else None
    if not fields:
        return {"score": 0.0, "fields": 0.0, "valid": 0.0}
    right = sum(path in fields and same(fields[path], value) for path, value in expected.items())
    found = 2 * right / (len(fields) + len(expected))
    valid = VALIDATOR.is_valid(given)
    return {"score": found if valid else BROKEN * found, "fields": found, "valid": float(valid)}


def expected_of(reference):
    """The fields of a reference, an object or its JSON text."""
    try:
        value = json.loads(reference) if isinstance(reference, str) else reference
    except ValueError:
        value = None
    fields = flat(value) if isinstance(value, dict) else None
    if not fields:
        raise ValueError(f"reference {str(reference)[:80]!r} is no object with fields")
    if wrong := next(VALIDATOR.iter_errors(value), None):
        raise ValueError(f"the reference breaks SCHEMA at {wrong.json_path}: {wrong.message[:200]}")
    return fields


def final_object(text):
    """The last JSON object of the response; None for none, and for different ones side by side, which is a hedge."""
    text = text.rpartition("</think>")[2]
    if "<think>" in text:
        return None
    found, text, start = [], text[-MOST_CHARACTERS:], 0
    for _ in range(MOST_TRIES):
        start = text.find("{", start)
        if start < 0:
            break
        try:
            value, end = DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            start += 1
            continue
        found.append((start, end, value))
        start = end
    if len(found) > 1:
        between = text[found[-2][1] : found[-1][0]]
        beside = not re.sub(r"[\W_]|\b(?:or|and|json)\b", "", between, flags=re.IGNORECASE)
        if beside and flat(found[-2][2]) != flat(found[-1][2]):
            return None
    return found[-1][2] if found else None


def once(pairs):
    """An object whose keys are all different: a key given twice offers two values."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice")
    return found


def refuse(name):
    raise ValueError(f"{name} is no JSON number")


DECODER = json.JSONDecoder(object_pairs_hook=once, parse_constant=refuse)


def flat(value):
    """Every leaf by its path; an empty object or list is a leaf. None for too many, or too deep."""
    found, pending = {}, [((), value)]
    while pending:
        path, one = pending.pop()
        if len(path) > DEEPEST or len(found) + len(pending) > MOST_FIELDS:
            return None
        if one and isinstance(one, dict):
            pending += [((*path, key), inner) for key, inner in one.items()]
        elif one and isinstance(one, list):
            pending += [((*path, place), inner) for place, inner in enumerate(one)]
        elif path:
            found[path] = one
    return found


def same(given, expected):
    """Whether two leaves are alike: numbers as numbers, texts without case and repeated spaces, else by type."""
    if isinstance(given, str) and isinstance(expected, str):
        return " ".join(given.split()).casefold() == " ".join(expected.split()).casefold()
    kinds = {bool: "truth", int: "number", float: "number"}
    return kinds.get(type(given), type(given)) == kinds.get(type(expected), type(expected)) and given == expected
