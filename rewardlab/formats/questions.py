"""The questions behind the codes of findings: which of them a command asks, and which could not be asked this time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rewardlab.findings import CATALOGUE
from rewardlab.formats.outline import Case, Told
from rewardlab.reports.finding import FindingPart

#: The codes that each probe of the reward alone may find; its name as RL204 and RL208 tell it.
PROBED: Mapping[str, tuple[str, ...]] = {
    "unreferenced": ("RL701",),
    "returns": ("RL101", "RL102", "RL103", "RL104", "RL105", "RL106", "RL201", "RL202", "RL203"),
    "every_reference": ("RL401",),
    "reference": ("RL401",),
    "wrong": ("RL407",),
    "reasoning": ("RL408",),
    "shortcuts": ("RL402",),
    "constant": ("RL301",),
    "unreadable": ("RL406",),
    "first_test": ("RL407",),
    "determinism": ("RL206",),
    "equivalents": ("RL403",),
    "neighbours": ("RL207",),
    "shapes": ("RL107",),
    "speed": ("RL204",),
    "mutation": ("RL109",),
    "payload": ("RL205",),
    "signature": ("RL110",),
    "hostile": ("RL108", "RL201", "RL202", "RL203", "RL406"),
}
OF_THE_REWARD = frozenset(code for codes in PROBED.values() for code in codes) | {"RL204", "RL208"}
#: The codes whose probes alter a right answer, and cannot where no made-up answer wins.
NEED_RIGHT = ("RL402", "RL403", "RL407", "RL408")
NOTHING_WINS = "no made-up answer wins in any format that was tried"


def asked_by_audit() -> tuple[str, ...]:
    """The codes that an audit asks about."""
    return tuple(code for code in CATALOGUE if not code.startswith(("RL8", "RL9")))


def unasked(findings: Sequence[FindingPart]) -> Mapping[str, str]:
    """The codes that could not be asked, each with the reason."""
    found: dict[str, str] = {}
    for one in findings:
        names = one.evidence.get("not_asked", ())
        if one.code in {"RL204", "RL208"} and isinstance(names, list | tuple):
            why = "time ran out" if one.code == "RL204" else "made-up answers lack the tokens that the reward reads"
            found |= {code: f"not asked: {why}" for name in names for code in PROBED.get(str(name), ())}
        if one.code == "RL401" and "formats_tried" in one.evidence:
            found |= dict.fromkeys(NEED_RIGHT, f"not asked: {NOTHING_WINS}")
    told = {one.code for one in findings}
    return {code: why for code, why in found.items() if code not in told}


def cases(
    told: Sequence[Told],
    codes: Sequence[str],
    *,
    undecided: Mapping[str, str],
    skipped: Mapping[str, str],
) -> Iterator[Case]:
    """A case for each code that is asked about, and for each that was found; in the order of the catalogue.

    A blocker fails; `undecided` says why a question has no answer, `skipped` why one was not meant to be asked.
    """
    found = {one.code: one for one in told}
    for code in sorted({*codes, *found}):
        name = f"{code} {CATALOGUE[code].title if code in CATALOGUE else found[code].title}"
        one = found.get(code)
        if one is not None and one.severity == "blocker":
            yield Case(name, "failed", one.title, "\n".join(filter(None, [*one.lines, one.remedy])))
        elif code in undecided:
            yield Case(name, "error", undecided[code], "" if one is None else "\n".join([*one.lines, one.remedy]))
        elif one is not None:
            yield Case(name, "passed", f"{one.severity}: {one.title}", "\n".join([*one.lines, one.remedy]))
        elif code in skipped:
            yield Case(name, "skipped", skipped[code])
        else:
            yield Case(name, "passed")
