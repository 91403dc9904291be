"""Dates written in numbers, where the prompt names the form: the day and the month in each other's place are wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rewardlab.answers.reference.accepted import prompt_text
from rewardlab.task import Prompt

#: The form that a prompt names: day and month, in either order, before or after the year.
FORM = re.compile(
    r"(?<!\w)(?:(?:YYYY|JJJJ|AAAA)[./-])?(?:DD|TT|JJ|MM)[./-](?:DD|TT|JJ|MM)(?:[./-](?:YYYY|JJJJ|AAAA))?(?!\w)"
)
#: A date in numbers, the year first or last.
DATE = re.compile(r"(?<!\d)(?:(?P<year>\d{4})[./-])?(?P<one>\d{1,2})[./-](?P<other>\d{1,2})(?P<rest>[./-]\d{4})?(?!\d)")


@dataclass(frozen=True, slots=True)
class Date:
    """A date as it is written: its two numbers beside the year, the year, and where it stands in the text."""

    one: int
    other: int
    year: int
    span: tuple[int, int]


def exchanged(prompt: Prompt, reference: str) -> str | None:
    """The reference with its day and month in each other's place; None where that is the same day, or no date.

    None too if the prompt does not name the form: then the other order may be another way to write the same date.
    """
    found = _dates(reference)
    if FORM.search(prompt_text(prompt)) is None or len(found) != 1:
        return None
    date = found[0]
    if date.one == date.other or max(date.one, date.other) > 12:
        return None
    start, end = date.span
    written = reference[start:end]
    match = DATE.search(written)
    assert match is not None, "it was found there"
    one, other = match.span("one"), match.span("other")
    first, second = match["one"], match["other"]
    turned = written[: one[0]] + second + written[one[1] : other[0]] + first + written[other[1] :]
    return reference[:start] + turned + reference[end:]


def is_exchanged(prompt: Prompt, reference: str, text: str) -> bool:
    """Whether the last date of a text is the reference's with day and month in each other's place."""
    turned = exchanged(prompt, reference)
    given = _dates(text)
    if turned is None or not given:
        return False
    wanted, last = _dates(turned)[0], given[-1]
    return (last.one, last.other, last.year) == (wanted.one, wanted.other, wanted.year)


def _dates(text: str) -> list[Date]:
    """The dates of a text that have a year."""
    found = []
    for match in DATE.finditer(text):
        year = match["year"] or (match["rest"] or "")[1:]
        if year and not (match["year"] and match["rest"]):
            found.append(Date(int(match["one"]), int(match["other"]), int(year), match.span()))
    return found
