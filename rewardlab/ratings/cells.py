"""Reads a single cell: a missing rating, a number in any of its usual spellings, or a label."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple, TypeAlias

#: How programs write a missing rating.
MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null"})
#: How people write a missing rating, in the form of `fold`.
PLACEHOLDERS = frozenset(
    (
        *"-–—./?_*…",
        *("--", "---", "..", "...", "??", "???", "n.a.", "n.a", "<na>", "nat", "k.a.", "s/o", "nil", "none", "(none)"),
        *("missing", "blank", "(blank)", "empty", "(empty)", "unrated", "not rated", "not annotated", "not available"),
        *("no rating", "skip", "skipped", "undefined", "#value!", "#ref!", "#div/0!"),
    )
)
#: Those of the placeholders that may also be answers.
PERHAPS_ANSWERS = frozenset({"none", "nil", "(none)", "/", "*", "_", ".", "skip", "empty", "undefined", "missing"})

_N = r"[+\-−]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+\-]?\d+)?"
_OF = re.compile(
    rf"({_N})\s*(?:/|\bout of\b|\bof\b|\bvon\b|\bsur\b|\bde\b)\s*({_N})(?:\s*(?:stars?|points?|pts?\.?))?",
    re.IGNORECASE,
)
_PERCENT = re.compile(rf"({_N})\s*(?:%|percent|per cent|pct\.?)", re.IGNORECASE)
_STARS = re.compile(rf"({_N})[\s-]*(?:stars?|sterne?|étoiles?|estrellas?|★|⭐\ufe0f?|points?|pts?\.?)", re.IGNORECASE)
_GLYPHS = re.compile(r"((?:★|⭐\ufe0f?)+)(☆*)")
_NAMED = re.compile(rf"(?:score|rating|level|grade|tier|stage)\s*[:=#]?\s*({_N})", re.IGNORECASE)
_PLAIN = re.compile(_N)
_UNSEEN = re.compile("[\u200b-\u200d\u2060\ufeff]")

Form: TypeAlias = Literal["plain", "of", "percent", "stars", "named"]
_FORMS: tuple[tuple[Form, re.Pattern[str]], ...] = (("percent", _PERCENT), ("stars", _STARS), ("named", _NAMED))


class Quantity(NamedTuple):
    """A number as written in a cell: `digits` with a decimal point, its form, and the number that it is out of."""

    digits: str
    form: Form
    of: float | None = None

    @property
    def value(self) -> float:
        """The number."""
        return float(self.digits)


def is_missing(cell: str) -> bool:
    """Whether a cell is one of the programs' words for a missing rating."""
    return cell.casefold() in MISSING


def fold(cell: str) -> str:
    """A label without variations of spelling: case, _ or - for a space, a full stop at the end, quotation marks."""
    text = cleaned(cell).casefold()
    inner = re.sub(r"[\s_]+|(?<=\w)-(?=\w)", " ", text).strip()
    bare = inner.strip("\"'`“”‘’").rstrip(".!:").strip()
    return bare or inner or text


def cleaned(cell: str) -> str:
    """A cell in normalised Unicode, without invisible characters."""
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", cell)).split())


def quantity_of(cell: str) -> Quantity | None:
    """The number in a cell as people write it, or None: 8, 3,5, 8/10, 8 out of 10, 35%, 4 stars, ★★★☆☆."""
    text = cleaned(cell)
    if len(text) > 60 or _PLAIN.fullmatch(text):
        return _with(text, "plain")
    if found := _OF.fullmatch(text):
        return _with(found[1], "of", found[2])
    if found := _GLYPHS.fullmatch(text):
        given = len(found[1].replace("\ufe0f", ""))
        return Quantity(str(given), "of", float(given + len(found[2]))) if found[2] else Quantity(str(given), "stars")
    for form, pattern in _FORMS:
        if found := pattern.fullmatch(text):
            return _with(found[1], form)
    return _with(text, "plain")


def _with(number: str, form: Form, of: str | None = None) -> Quantity | None:
    digits = _point(number)
    whole = None if of is None else _point(of)
    if digits is None or (of is not None and whole is None):
        return None
    return Quantity(digits, form, None if whole is None else float(whole))


def _point(text: str) -> str | None:
    """A number with a decimal point; a comma counts as one, since only numbers like `3,5` can contain it here."""
    digits = text.replace("−", "-").replace(",", ".")
    try:
        return None if "_" in digits else (float(digits), digits)[1]
    except ValueError:
        return None
