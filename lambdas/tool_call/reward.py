"""Tool calls: the right tools with the right arguments, in any order; partial credit for each call.

The reference is a call {"name": ..., "arguments": {...}} or a list of them. A response gives its calls as JSON: in
<tool_call> tags, in code fences, or bare; one object or a list. Objects that are no calls do not count.
"""

import json

#: What the right tool is worth; its arguments have the rest, as the F1 of their values.
NAME = 0.3
#: Keys under which the trainers and models of the field write a call's arguments.
ARGUMENTS = ("arguments", "parameters", "input")
#: Of a response, so much is read from its end, and so many brackets are tried.
MOST_CHARACTERS, MOST_TRIES = 50_000, 100
#: More calls than this are none: they try everything.
MOST_CALLS = 32


def score(completion, reference):
    """The score, 0 to 1, with the share of right names and the share of calls that are wholly right.

    A missing and a superfluous call cost alike: the sum over pairs is divided by the longer list.
    Raises: ValueError for a reference that is no call.
    """
    expected = expected_of(reference)
    given = calls_of(completion)
    if not given or len(given) > MOST_CALLS:
        return {"score": 0.0, "names": 0.0, "exact": 0.0}
    pairs = paired(given, expected)
    longer = max(len(given), len(expected))
    return {
        "score": sum(pairs) / longer,
        "names": len(pairs) / longer,
        "exact": sum(value == 1 for value in pairs) / longer,
    }


def paired(given, expected):
    """What each pair of one tool is worth; every call is in one pair at most, the likest first."""
    options = sorted(
        ((worth(one, other), -i, -j) for i, one in enumerate(given) for j, other in enumerate(expected)), reverse=True
    )
    taken, found = (set(), set()), []
    for value, i, j in options:
        if value and i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            found.append(value)
    return found


def worth(given, expected):
    """0 for another tool; else NAME and the F1 of the arguments: missing, wrong and invented ones cost."""
    if given[0] != expected[0]:
        return 0.0
    (_, own), (_, wanted) = given, expected
    total = len(own) + len(wanted)
    right = sum(key in own and same(own[key], value) for key, value in wanted.items())
    return NAME + (1 - NAME) * (2 * right / total if total else 1.0)


def same(given, expected):
    """Whether two arguments are alike: numbers as numbers, texts without case and outer spaces; true is not 1."""
    if isinstance(given, str) and isinstance(expected, str):
        return given.strip().casefold() == expected.strip().casefold()
    if isinstance(given, bool) or isinstance(expected, bool):
        return given is expected
    if isinstance(given, list) and isinstance(expected, list):
        return len(given) == len(expected) and all(map(same, given, expected))
    if isinstance(given, dict) and isinstance(expected, dict):
        return given.keys() == expected.keys() and all(same(given[key], expected[key]) for key in given)
    return given == expected


def expected_of(reference):
    """The calls of a reference, JSON or its text."""
    try:
        value = json.loads(reference) if isinstance(reference, str) else reference
    except ValueError:
        value = None
    calls = [call_of(one) for one in (value if isinstance(value, list) else [value])]
    if not calls or None in calls:
        raise ValueError(
            f'reference {str(reference)[:80]!r} is no call; expected {{"name": ..., "arguments": {{...}}}}'
        )
    return calls


def calls_of(text):
    """Every call of the response, as (name, arguments)."""
    text = text.rpartition("</think>")[2]
    if "<think>" in text:
        return []
    found, text, start = [], text[-MOST_CHARACTERS:], 0
    for _ in range(MOST_TRIES):
        places = [place for mark in "{[" if (place := text.find(mark, start)) >= 0]
        if not places:
            break
        start = min(places)
        try:
            value, start = DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            start += 1
            continue
        found += value if isinstance(value, list) else [value]
    return [call for one in found if (call := call_of(one)) is not None]


def call_of(value):
    """(name, arguments) of a call, in any of the field's forms; None for what is none."""
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]
    if not isinstance(value, dict) or not isinstance(value.get("name"), str) or not value["name"]:
        return None
    arguments = next((value[key] for key in ARGUMENTS if key in value), {})
    if isinstance(arguments, str):  # OpenAI's form holds the arguments as their text
        try:
            arguments = DECODER.decode(arguments)
        except (ValueError, RecursionError):
            return None
    return (value["name"], arguments) if isinstance(arguments, dict) else None


def once(pairs):
    """An object whose keys are all different: a key given twice offers two values."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice")
    return found


def refuse(name):
    raise ValueError(f"{name} is no JSON number")


DECODER = json.JSONDecoder(object_pairs_hook=once, parse_constant=refuse)
