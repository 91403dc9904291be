"""Numeric answers: a number or a quantity, however it is written, within a tolerance; units are converted.

The reference is a number (42, "1,234.5", "12%", "3/4", "2 1/2", "1.5e-3", "5 km", "$3.50") or
{"value": one of these, "tolerance": an absolute tolerance in the value's own unit}.
"""

import json
import re
from fractions import Fraction

#: A reference that is a whole number is matched exactly; any other within this share of itself.
RELATIVE_TOLERANCE = Fraction(1, 10_000)
#: The right number without the unit that the reference names.
WITHOUT_UNIT = 0.5

_SECONDS = {"s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hr": 3600, "hour": 3600, "day": 86_400}
_METRES = {"m": 1, "meter": 1, "metre": 1, "km": 1000, "cm": "0.01", "mm": "0.001", "inch": "0.0254", "ft": "0.3048"}
_METRES |= {"mile": "1609.344", "mi": "1609.344", "kilometer": 1000, "kilometre": 1000, "centimeter": "0.01"}
_GRAMS = {"g": 1, "gram": 1, "kg": 1000, "kilogram": 1000, "mg": "0.001", "t": 1_000_000, "lb": "453.59237"}
_LITRES = {"l": 1, "liter": 1, "litre": 1, "ml": "0.001", "milliliter": "0.001", "millilitre": "0.001"}
#: Unit -> what it measures and how many of the base unit it is. Any other unit counts as itself.
UNITS = {
    unit: (measure, Fraction(factor))
    for measure, units in {"time": _SECONDS, "length": _METRES, "mass": _GRAMS, "volume": _LITRES}.items()
    for unit, factor in units.items()
} | {"%": ("ratio", Fraction(1, 100)), "percent": ("ratio", Fraction(1, 100)), "dollar": ("$", Fraction(1))}

DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,12}|[0-9]{1,40})"
QUANTITY = re.compile(
    rf"(?P<sign>[-+])? ?(?P<money>[$€£])? ?"
    rf"(?:(?:(?P<whole>{DIGITS}) )?(?P<top>{DIGITS}) ?/ ?(?P<bottom>{DIGITS})"
    rf"|(?P<decimal>{DIGITS}(?:\.[0-9]{{0,40}})?|\.[0-9]{{1,40}})(?:e(?P<power>[-+]?[0-9]{{1,3}}))?)"
    r" ?(?P<unit>%|[^\W\d_][\w/^²³°]{0,29}|°[CF]?)?",
    re.IGNORECASE,
)
TEX = [
    (re.compile(r"\\[dt]?frac\{([0-9,]{1,40})\}\{([0-9,]{1,40})\}"), r" \1/\2"),
    (re.compile(r"\\(?:text|mathrm)\{([^{}]{0,40})\}"), r"\1"),
    (re.compile(r" ?(?:×|\\times|\\cdot|\*) ?10\^\{?([-+]?[0-9]{1,3})\}?"), r"e\1"),
    (re.compile(r"\\([%$])"), r"\1"),
    (re.compile(r"\\[,;! ]|~"), " "),
]
#: The forms that mark a final answer, the marked text in the one group that matched.
ANSWER = re.compile(
    r"\\boxed\{((?:[^{}]|\{[^{}]{0,60}\}){0,100})\}|<answer>([^<>]{0,200})</answer>|####[ \t]*([^\n]{0,100})"
    r"|\banswer(?: is|:)(?![^\n]{0,100}(?:\\boxed|<answer>|####))[ \t*]*([^\n]{0,100})",
    re.IGNORECASE,
)
FILLER = re.compile(r"[\W_]|\b(?:or|and|maybe|perhaps|the|final|answer|is)\b", re.IGNORECASE)


def score(completion, reference):
    """1.0 for the right quantity, 0.5 for the right number without the reference's unit, else 0.0.

    Raises: ValueError for a reference that is no quantity.
    """
    expected, unit, tolerance = expected_of(reference)
    given = final_answer(completion)
    if given is None:
        return 0.0
    number, own = given
    if unit is None:
        # "12%" for a reference of 12 or of 0.12: the reference does not tell which was asked for.
        either = (number, number / 100) if own in {"%", "percent"} else (number,)
        return float(any(abs(one - expected) <= tolerance for one in either))
    (measure, factor), (own_measure, own_factor) = meaning(unit), meaning(own)
    if own is None and measure == "ratio" and abs(number - expected * factor) <= tolerance * factor:
        return 1.0
    if own is None:
        return WITHOUT_UNIT if abs(number - expected) <= tolerance else 0.0
    return float(measure == own_measure and abs(number * own_factor - expected * factor) <= tolerance * factor)


def expected_of(reference):
    """Number, unit and absolute tolerance of a reference."""
    value, tolerance = reference, None
    if isinstance(reference, str) and reference.lstrip().startswith("{"):  # some platforms send objects as their text
        value = reference = json.loads(reference)
    if isinstance(reference, dict):
        value, tolerance = reference.get("value"), reference.get("tolerance")
    known = isinstance(value, (int, float, str)) and not isinstance(value, bool)
    read = quantity(str(value)) if known else None
    if read is None:
        raise ValueError(f"reference {reference!r} is no number; expected one such as 42, '3/4', '12%' or '5 km'")
    number, unit = read
    if tolerance is not None:
        return number, unit, Fraction(str(tolerance))
    return number, unit, Fraction(0) if number.denominator == 1 else abs(number) * RELATIVE_TOLERANCE


def final_answer(text):
    """The quantity given last; None for none, and for different ones side by side, which is a hedge."""
    text = text.rpartition("</think>")[2]
    if "<think>" in text:
        return None
    found = list(ANSWER.finditer(text))
    if not found:
        return quantity(text)
    offered = found[-1:]
    for match in reversed(found[:-1]):
        between = text[match.end() : offered[-1].start()]
        if len(between) > 60 or FILLER.sub("", between):
            break
        offered.append(match)
    answers = {quantity(match[match.lastindex]) for match in offered}
    return answers.pop() if len(answers) == 1 else None


def quantity(text):
    """(number, unit or None) when the text is exactly one quantity; None otherwise."""
    text = text.strip()[:200].replace("−", "-").strip(" \t\r\n*`\"'")
    for pattern, plain in TEX:
        text = pattern.sub(plain, text)
    match = QUANTITY.fullmatch(" ".join(text.replace("$", " $ ").split()).removesuffix(" $").rstrip("."))
    if match is None:
        match = QUANTITY.fullmatch(" ".join(text.replace("$", " ").split()).rstrip("."))
    if match is None or (match["bottom"] and not int(match["bottom"].replace(",", ""))):
        return None
    if match["bottom"]:
        number = whole_of(match["whole"] or "0") + Fraction(whole_of(match["top"]), whole_of(match["bottom"]))
    else:
        number = Fraction(f"0{match['decimal'].replace(',', '').rstrip('.')}") * Fraction(10) ** int(
            match["power"] or 0
        )
    return -number if match["sign"] == "-" else number, match["money"] or match["unit"]


def whole_of(digits):
    return int(digits.replace(",", ""))


def meaning(unit):
    """What a unit measures and its factor; an unknown one measures itself, singular or plural."""
    if unit is None:
        return None, Fraction(1)
    name = unit.casefold()
    for known in (name, name.removesuffix("s"), name.removesuffix("es")):
        if known in UNITS:
            return UNITS[known]
    return name.removesuffix("s"), Fraction(1)
