"""Sentences with gaps, which the facts of a finding fill: `{won:n} of {exchanged:n} winning answers`.

After the colon stands how a fact is written: `%` a share, `n` a count, `n|prompt|prompts` a count with its noun (with
`N` nothing where it is 0), `g` a number, `2` two decimals, `p` a probability, `s` a text as it is, `q` a text in
quotes, `l` a list in words, `t` seconds, `B` bytes, `c` counts by name, `d` facts by name, `D` shares by name, `r` the
ends of a range, `R` those of a range of shares, `moves` a change that rises or falls, `are` a thing or things with
their verb, `?yes|no` one of two texts. A name may have a point: a fact within a fact.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rewardlab.formats.evidence import values

FORMATTER = string.Formatter()
WRITERS: Mapping[str, Callable[[Any], str]] = {
    "": values.value,
    "%": values.percent,
    "n": lambda held: f"{held:,}" if isinstance(held, int) else values.value(held),
    "g": lambda held: values.value(float(held)),
    "2": values.two,
    "s": values.plain,
    "q": lambda held: values.quoted(str(held)),
    "l": values.listed,
    "t": values.seconds,
    "B": lambda held: (
        values.listed([values.size(one) for one in held]) if isinstance(held, list) else values.size(held)
    ),
    "c": values.counted,
    "d": values.value,
    "D": values.shares,
    "r": lambda held: f"{held[0]:g} to {held[1]:g}",
    "R": lambda held: f"{values.percent(held[0])} to {values.percent(held[1])}",
    "p": lambda held: "under 0.001" if held < 0.001 else f"{held:.2g}",
    "moves": lambda held: f"{'rises' if held >= 0 else 'falls'} by {values.two(abs(held))}",
    "are": lambda held: f"{held} {'are' if _is_plural(held) else 'is'}",
}


def told(templates: Sequence[str], facts: Mapping[str, Any]) -> tuple[list[str], set[str]]:
    """The sentences whose facts are all known, and the names of the facts that they tell.

    A sentence whose facts were all told by those before it is left out.
    """
    sentences: list[str] = []
    used: set[str] = set()
    for template in templates:
        names = _names(template)
        if names - used and (written := filled(template, facts)) is not None:
            used |= names
            if written:
                sentences.append(written)
    return sentences, used


def filled(template: str, facts: Mapping[str, Any]) -> str | None:
    """The template with its gaps filled; None where a fact is missing, empty, or of another kind than it expects."""
    parts = []
    for text, name, spec, _ in FORMATTER.parse(template):
        parts.append(text)
        if name is None:
            continue
        held = _held(facts, name)
        if held is None or (isinstance(held, str | list | dict | tuple) and not held and spec != "q"):
            return None
        if held == 0 and (spec or "").startswith("N|"):
            return ""  # told by saying nothing
        try:
            parts.append(_written(held, spec or ""))
        except (TypeError, ValueError, AttributeError, KeyError, IndexError):
            return None  # a report of an older version, or of a judge that says more
    return "".join(parts).strip()


def _names(template: str) -> set[str]:
    return {name.split(".")[0] for _, name, _, _ in FORMATTER.parse(template) if name is not None}


def _held(facts: Any, name: str) -> Any:
    for part in name.split("."):
        if not isinstance(facts, Mapping):
            return None
        facts = facts.get(part)
    return facts


def _written(held: Any, spec: str) -> str:
    if spec.startswith("?"):
        yes, _, no = spec[1:].partition("|")
        return yes if held else no
    if spec.startswith(("n|", "N|")):
        _, one, several = spec.split("|")
        return f"{WRITERS['n'](held)} {one if held == 1 else several}"
    return WRITERS[spec](held)


def _is_plural(things: str) -> bool:
    head = things.split(" that ", maxsplit=1)[0]
    return " and " in head or head.endswith("s")
