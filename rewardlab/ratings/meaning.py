"""Reads the rating cells of all raters together: as numbers, labels, sets of labels, or missing ratings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rewardlab.errors import InputError
from rewardlab.ratings.cells import PERHAPS_ANSWERS, PLACEHOLDERS, Quantity, cleaned, fold, is_missing, quantity_of
from rewardlab.ratings.orders import known_order, numbered, partly_known, unnumbered
from rewardlab.ratings.sets import JOINED, NoLabelsError, delimiter_of, listed_labels, parts_of
from rewardlab.ratings.truth import RIGHT, SAME, WRONG

#: Numbers that are often written for a missing rating.
SENTINELS = (-1.0, -9.0, -99.0, -999.0, -9999.0, 88.0, 99.0, 888.0, 999.0, 9999.0)
#: How many cells or spellings a note shows.
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of each cell: `text` is its number or label, None for a missing rating.

    `order` holds the labels from lowest to highest, if known; `notes` say which cells were not read literally.
    """

    text: Mapping[str, str | None]
    order: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """The state while cells are read: how often each was given, and what it has been read as so far."""

    given: Counter[str]
    where: Callable[[str], str]
    order: Sequence[str]
    comma: bool
    text: dict[str, str | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def told(self) -> dict[str, str]:
        """The text of each cell that is not missing."""
        return {cell: said for cell, said in self.text.items() if said is not None}

    def meaning(self, order: tuple[str, ...] = ()) -> Meaning:
        return Meaning(self.text, order, tuple(self.notes))


def as_it_stands(cells: Collection[str], missing: Sequence[str] = ()) -> Meaning:
    """Each cell taken literally; only empty ones, NA, NaN, null and the words in `missing` are missing ratings."""
    words = {fold(word) for word in missing}
    return Meaning({cell: None if is_missing(cell) or fold(cell) in words else cell for cell in cells})


def meaning_of(
    given: Counter[str],
    where: Callable[[str], str],
    *,
    decimal_comma: bool,
    order: Sequence[str] = (),
    missing: Sequence[str] = (),
    ordered: bool = True,
) -> Meaning:
    """The meaning of the cells of all raters.

    Arguments: `given` counts the cells; `where` returns the place of one; `order` and `missing` are the user's;
    `ordered`, whether to look for a known order of the labels.
    Raises: InputError with file:line for a cell that holds an object, and for numbers on incompatible scales.
    """
    reading = _Reading(given, where, order, decimal_comma, text=dict(as_it_stands(given, missing).text))
    sets = _unwrap(reading)
    told = reading.told()
    kept = {fold(one) for one in order}
    numbers = {cell: found for cell, said in told.items() if (found := quantity_of(said)) and cell not in sets}
    words = {cell for cell in told if cell not in numbers and cell not in sets}
    empty = {cell for cell in words if fold(told[cell]) in PLACEHOLDERS - kept}
    if numbers and words <= empty and not sets:
        _leave(reading, empty)
        _numbers(reading, dict(numbers.items()))
        return reading.meaning()
    return _labels(reading, sets, empty, ordered=ordered)


def _unwrap(reading: _Reading) -> dict[str, tuple[str, ...]]:
    """Read the cells that are lists: a list of one label becomes that label; lists of several are returned."""
    found: dict[str, tuple[str, ...]] = {}
    for cell, said in reading.told().items():
        try:
            labels = listed_labels(said)
        except NoLabelsError:
            raise InputError(
                f"rating {cell[:40]!r} holds no label",
                where=reading.where(cell),
                expected="a number, a label, or a list of labels",
                do="write the rating into a column, as `jq -c '{unit: .id, rater: .who, rating: .what}'` does",
            ) from None
        if labels is not None:
            found[cell] = labels
    several = {cell: labels for cell, labels in found.items() if len(labels) > 1}
    for cell, labels in found.items():
        if cell not in several:
            reading.text[cell] = (
                labels[0] if labels and not is_missing(labels[0]) else ("(no label)" if several else None)
            )
    if any(not labels for labels in found.values()):
        count = sum(reading.given[cell] for cell, labels in found.items() if not labels)
        what = "count as a set without a label" if several else "count as missing"
        reading.notes.append(f"Empty lists ({count:,} cells) {what}.")
    return several


def _leave(reading: _Reading, cells: Collection[str]) -> None:
    """Treat these cells as missing, and add a note."""
    if cells:
        reading.notes.append(f"Taken for missing: {_counted(reading, cells)}.")
        reading.text |= dict.fromkeys(cells)


def _counted(reading: _Reading, cells: Collection[str]) -> str:
    first = sorted(cells, key=lambda cell: (-reading.given[cell], cell))[:SHOWN]
    more = f" and {len(cells) - SHOWN} more" if len(cells) > SHOWN else ""
    return ", ".join(f"{cell!r} ({reading.given[cell]:,})" for cell in first) + more


def _numbers(reading: _Reading, numbers: Mapping[str, Quantity]) -> None:
    """Read numbers in their various spellings as numbers on one scale."""
    forms = {
        form: [cell for cell in numbers if numbers[cell].form == form] for form in {q.form for q in numbers.values()}
    }
    wholes = {found.of: cell for cell, found in numbers.items() if found.of is not None}
    plain = forms.get("plain", [])
    if len(wholes) > 1:
        first, second = list(wholes.values())[:2]
        _refuse(reading, second, f"on another scale than {first!r}", "ratings out of one number")
    top = next(iter(wholes), None)
    above = next((cell for cell in plain if top is not None and numbers[cell].value > top), None)
    if above:
        _refuse(reading, above, f"above {top:g}, which others are out of", f"a number up to {top:g}")
    if "percent" in forms:
        if {*forms} - {"percent", "plain"}:
            other = next(cell for cell in numbers if numbers[cell].form not in {"percent", "plain"})
            _refuse(reading, other, "beside percentages", "one scale")
        if plain and all(abs(numbers[cell].value) <= 1 for cell in plain):
            _refuse(reading, plain[0], "a share or a percentage, as others have a %", "one scale")
    _commas(reading, plain)
    reading.text |= {cell: found.digits for cell, found in numbers.items()}
    reading.notes += _sentinels(reading, numbers)
    written = [cell for cell, found in numbers.items() if found.form != "plain"]
    if written:
        cell = max(written, key=reading.given.__getitem__)
        others = "; those without stand for numbers on the same scale" if plain else ""
        reading.notes.append(f"Cells such as {cell!r} are numbers ({numbers[cell].digits}){others}.")


def _sentinels(reading: _Reading, numbers: Mapping[str, Quantity]) -> Iterator[str]:
    """Notes about numbers such as 99 among 1 to 5, which programs write for missing ratings."""
    if reading.order:
        return
    values = {found.value: cell for cell, found in numbers.items()}
    rest = [value for value in values if value not in SENTINELS]
    for value in [one for one in SENTINELS if one in values and rest]:
        if (value > 0 and max(rest) <= 11 and min(rest) >= 0) or (value < 0 and min(rest) >= (1 if value == -1 else 0)):
            cell = values[value]
            yield (
                f"{cell} ({reading.given[cell]:,} cells) is taken for a rating; if it says that nobody rated, say "
                f"--missing={cell}."
            )


def _commas(reading: _Reading, plain: Sequence[str]) -> None:
    commas = [cell for cell in plain if "," in cell]
    if not commas or reading.comma:
        return
    if all(len(cell.partition(",")[2]) == 3 for cell in commas):
        _refuse(reading, commas[0], "either thousands or a decimal comma", "1000 or 1.0")
    reading.notes.append(f"The comma in cells such as {commas[0]!r} is a decimal comma.")


def _refuse(reading: _Reading, cell: str, why: str, expected: str) -> None:
    raise InputError(
        f"rating {cell[:40]!r} is {why}",
        where=reading.where(cell),
        expected=expected,
        do="bring them to one scale, or say --as-is --level nominal to take all as labels",
    )


def _labels(
    reading: _Reading, sets: Mapping[str, tuple[str, ...]], empty: Collection[str], *, ordered: bool
) -> Meaning:
    """Read labels: find missing ones, merge spellings, recognise sets, and look for a known order."""
    strong = {fold(said) for cell, said in reading.told().items() if cell not in empty}
    _leave(reading, {cell for cell in empty if not _answers(fold(reading.text[cell] or ""), strong)})
    told = reading.told()
    delimiter = None if sets else delimiter_of(list(told.values()))
    parted = {
        cell: sets.get(cell) or (parts_of(said, delimiter) if delimiter and delimiter in said else (said,))
        for cell, said in told.items()
    }
    spelling = _spelling(reading, parted)
    for cell, parts in parted.items():
        reading.text[cell] = JOINED.join(sorted({spelling[fold(part)] for part in parts}))
    if kept := [cell for cell in empty if reading.text[cell] is not None]:
        words = ",".join(sorted(kept))
        reading.notes.append(f"Taken for answers: {_counted(reading, kept)}; if they are none, say --missing {words}.")
    if any(len(parts) > 1 for parts in parted.values()):
        reading.notes.append(
            "Cells with several labels are sets: the order within does not count, and two sets agree only where they "
            "are the same."
        )
        return reading.meaning()
    labels = {fold(said): said for said in reading.told().values()}
    if not ordered or reading.order or all(quantity_of(said) is not None for said in labels.values()):
        return reading.meaning()
    bare = {unnumbered(one): said for one, said in labels.items()}
    if len(bare) == len(labels):
        labels = bare
    order = tuple(labels[one] for one in known_order(labels))
    reading.notes += _on_order(labels, order)
    return reading.meaning(order)


def _answers(word: str, labels: Collection[str]) -> bool:
    """Whether a word such as "none" is an answer, given the other labels."""
    if word in {"-", "–", "—"}:
        return "+" in labels
    if word not in PERHAPS_ANSWERS or word in {"/", "*", "_", ".", "skip"}:
        return False
    return not {*RIGHT, *WRONG}.issuperset(labels)


def _spelling(reading: _Reading, parted: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """One spelling for each folded label: the user's, else the most frequent; merged spellings are noted."""
    counts: Counter[str] = Counter()
    for cell, parts in parted.items():
        for part in parts:
            counts[cleaned(part)] += reading.given[cell]
    group = {one: fold(one) for one in counts}
    if not reading.order:
        group = _one_word(group)
    said = {fold(one): one for one in reading.order}
    members: dict[str, list[str]] = {}
    for one, key in group.items():
        members.setdefault(key, []).append(one)
    chosen = {key: said.get(key) or max(ones, key=lambda one: (counts[one], one)) for key, ones in members.items()}
    merged = [" = ".join(sorted(ones)) for ones in members.values() if len(ones) > 1]
    if merged:
        more = f" and {len(merged) - SHOWN} more" if len(merged) > SHOWN else ""
        reading.notes.append(
            f"Spellings of one label are merged: {'; '.join(merged[:SHOWN])}{more} (--as-is keeps them)."
        )
    return {fold(one): chosen[key] for one, key in group.items()}


def _one_word(group: Mapping[str, str]) -> dict[str, str]:
    """The groups with all words for yes merged, and all words for no, if several of them are used."""
    keys = {_numeral(key) for key in group.values()}
    right, wrong = keys & RIGHT, keys & WRONG
    if keys == right | wrong and not right & wrong and (len(right) > 1 or len(wrong) > 1):
        return {one: "yes" if _numeral(key) in right else "no" for one, key in group.items()}
    same = {word: min(words & keys) for words in SAME if len(words & keys) > 1 for word in words}
    return {one: same.get(key, key) for one, key in group.items()}


def _numeral(key: str) -> str:
    found = quantity_of(key)
    return f"{found.value:g}" if found is not None else key


def _on_order(labels: Mapping[str, str], order: Sequence[str]) -> Iterator[str]:
    if order:
        yield f"The labels are taken in their known order: {' < '.join(order)} (--level nominal undoes it)."
    elif some := partly_known(labels):
        shown = ", ".join(labels[one] for one in some[:SHOWN])
        yield f"{shown} have an order, which is not used: name that of all labels with --scale LOWEST,...,HIGHEST."
    elif numbered(labels.values()) or (len(labels) == 3 and "tie" in labels):
        shown = ", ".join(sorted(labels.values())[:3])
        yield f"Labels such as {shown} may have an order, which is not used: name it with --scale LOWEST,...,HIGHEST."
