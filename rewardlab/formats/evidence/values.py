"""Values of evidence in words: numbers, shares, times, sizes, texts and lists of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

#: Characters of a text, and members of a list, that are shown; the JSON report holds them all.
LONGEST, MOST_LISTED = 120, 8
#: Characters of a sentence that a probe wrote.
LONGEST_SENTENCE = 300
KILOBYTE, MEGABYTE = 1024, 1 << 20


def percent(share: float | None) -> str:
    """A share in percent, with one decimal unless it is 0. Only exactly 0 and 1 are shown as 0 % and 100 %."""
    if share is None:
        return "-"
    text = f"{100 * share:.1f}"
    if text == "0.0" and share > 0:
        return "<0.1 %"
    if text == "100.0" and share < 1:
        return ">99.9 %"
    return text.removesuffix(".0") + " %"


def two(value: float) -> str:
    """Two decimals, or as many as show that a small number is not 0; no minus sign before a zero."""
    rounded = round(value, 2) + 0.0
    return f"{rounded:.2f}" if abs(rounded) >= 0.1 or value == 0 else f"{value + 0.0:.2g}"


def value(held: Any) -> str:
    """A number to four digits; a text of at most LONGEST characters, in quotes unless it is one word."""
    if isinstance(held, float):
        return f"{held + 0.0:.4g}"  # a penalty of 0 is -0.0, shown as 0
    if isinstance(held, str):
        return short(held) if held.isprintable() and held and " " not in held else quoted(held)
    if isinstance(held, Mapping):
        return ", ".join(fact(name, inner) for name, inner in held.items())
    if isinstance(held, Sequence):
        return "; ".join(value(inner) for inner in held)
    return str(held)


def fact(name: str, held: Any) -> str:
    """`rows with the role developer 1`: what no sentence is known for."""
    return f"{name.replace('_', ' ')} {value(held)}"


def short(text: str, most: int = LONGEST) -> str:
    """At most so many characters of a text."""
    return text if len(text) <= most else text[: most - 4] + " ..."


def quoted(text: str) -> str:
    """The same in quotes."""
    return f"'{short(text)}'"


def listed(held: Any) -> str:
    """`a, b and c`; beyond MOST_LISTED members, how many more there are."""
    members = [plain(one) for one in held] if isinstance(held, list | tuple) else [plain(held)]
    if len(members) > MOST_LISTED:
        return f"{', '.join(members[:MOST_LISTED])} and {len(members) - MOST_LISTED:,} more"
    return " and ".join([", ".join(members[:-1]), members[-1]] if len(members) > 1 else members)


def plain(held: Any) -> str:
    """A text as it stands, cut to LONGEST_SENTENCE; other values as `value` shows them."""
    return short(held, LONGEST_SENTENCE) if isinstance(held, str) else value(held)


def seconds(held: float) -> str:
    """`3.2 s`, or in milliseconds below one second."""
    return f"{held:,.3g} s" if held >= 1 or held == 0 else f"{1000 * held:,.3g} ms"


def size(held: float) -> str:
    """Bytes in MB, KB or bytes."""
    if held >= MEGABYTE:
        return f"{held / MEGABYTE:,.1f} MB"
    return f"{held / KILOBYTE:,.1f} KB" if held >= KILOBYTE else f"{held:,.0f} bytes"


def counted(held: Mapping[str, Any]) -> str:
    """`3 all right and 4 all wrong`; counts of 0 are left out."""
    return listed([f"{value(count)} {name.replace('_', ' ')}" for name, count in held.items() if count])


def shares(held: Mapping[str, Any]) -> str:
    """`accuracy 3.5 % and form 96.5 %`."""
    return listed([f"{name} {percent(share)}" for name, share in held.items()])
