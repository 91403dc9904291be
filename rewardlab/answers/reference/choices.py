"""A multiple choice: the letter and the text of the option that a reference names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_uppercase

from rewardlab.task import Json

#: The columns in which rows hold the options.
KEYS = ("choices", "options", "candidates", "answer_choices", "endings")
#: "B", "(B)", "B.", "b)": a letter alone.
LETTER = re.compile(r"\W{0,2}([A-Za-z])\W{0,2}")


def options_of(row: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    """The options of a row, each with its letter or name; empty if there are fewer than two."""
    for key in KEYS:
        found = tuple(_options(row.get(key)))
        if len(found) > 1:
            return found
    return ()


def _options(held: Json) -> Iterator[tuple[str, str]]:
    match held:
        case {"label": list(labels), "text": list(texts)} if len(labels) == len(texts):
            yield from ((str(label), str(text)) for label, text in zip(labels, texts, strict=True))
        case dict() if all(isinstance(text, str | int | float) for text in held.values()):
            yield from ((str(name), str(text)) for name, text in held.items())
        case list() if len(held) <= len(ascii_uppercase):
            yield from _listed(held)
        case _:
            return


def _listed(held: Sequence[Json]) -> Iterator[tuple[str, str]]:
    for letter, one in zip(ascii_uppercase, held, strict=False):
        match one:
            case str() | int() | float():
                yield letter, str(one)
            case {"text": text}:
                named = next((one[key] for key in ("label", "letter", "id", "key") if key in one), letter)
                yield str(named), str(text)
            case _:
                return


def chosen(options: Sequence[tuple[str, str]], answer: str) -> tuple[str, ...]:
    """The other names (letter, text) of the option that the answer names; empty if it names none.

    A number that is not itself an option's text is an index from 0.
    """
    letter = LETTER.fullmatch(answer.strip())
    wanted = (letter[1] if letter else answer).strip().casefold()
    for name, text in options:
        if wanted == name.strip().casefold():
            return (text,)
    for name, text in options:
        if answer.strip().casefold() == text.strip().casefold():
            return (name,)
    at = int(answer) if re.fullmatch(r"[0-9]{1,2}", answer.strip()) else len(options)
    return options[at] if at < len(options) else ()
