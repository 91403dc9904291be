"""Reads `--labels FILE.csv`: known truth or human labels of sampled generations."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from rewardlab.errors import InputError

COLUMNS = ("prompt_id", "index", "annotator", "label")
#: Words accepted as labels besides numbers.
WORDS = {
    **dict.fromkeys(("true", "yes", "correct", "right", "pass", "good"), 1.0),
    **dict.fromkeys(("false", "no", "incorrect", "wrong", "fail", "bad"), 0.0),
}
#: Each annotator's label of a generation, by its prompt id and index.
Annotations: TypeAlias = Mapping[tuple[str, int], Mapping[str, float]]
EXPECTED = f"a header {','.join(COLUMNS)} and one row for each label; annotator may be left out"


def read_labels(path: Path) -> dict[tuple[str, int], float]:
    """The mean label of each generation over its annotators, by prompt id and index.

    Raises: InputError as `read_annotations` does.
    """
    return mean_labels(read_annotations(path))


def mean_labels(annotations: Annotations) -> dict[tuple[str, int], float]:
    """The mean label of each generation over its annotators."""
    return {key: math.fsum(labels.values()) / len(labels) for key, labels in annotations.items()}


def sides_of(labels: Mapping[tuple[str, int], float]) -> dict[tuple[str, int], bool]:
    """Sort the generations into right (True) and wrong (False): labels above and below the middle of the range.

    The range is 0 to 1 unless a label lies outside of it; a label exactly in the middle is left out.
    """
    low, high = min(labels.values(), default=0.0), max(labels.values(), default=1.0)
    middle = 0.5 if low >= 0 and high <= 1 else (low + high) / 2
    return {key: label > middle for key, label in labels.items() if label != middle}


def read_annotations(path: Path) -> dict[tuple[str, int], dict[str, float]]:
    """Each annotator's label of each generation, by prompt id and index; the annotator is "" where none is named.

    A label is a number, or a word such as correct, wrong, yes, no.
    Raises: InputError with file:line for text that is not UTF-8 or CSV, a missing column, an index that is no whole
    number, a label that is neither, or a generation labelled twice by one annotator.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(path), expected=EXPECTED) from None
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        raise InputError(f"is not UTF-8 (byte {error.start})", where=f"{path}:{line}", expected=EXPECTED) from None
    given: dict[tuple[str, int], dict[str, float]] = {}
    for line, row in _rows(path, text):
        where = f"{path}:{line}"
        key = (row["prompt_id"], _index(row["index"], where))
        annotator = row.get("annotator") or ""
        if annotator in given.setdefault(key, {}):
            who = f" by {annotator}" if annotator else ""
            raise InputError(f"generation {key[1]} of prompt {key[0]!r} is labelled twice{who}", where=where)
        given[key][annotator] = _label(row["label"], where)
    if not given:
        raise InputError("holds no label", where=str(path), expected=EXPECTED)
    return given


def annotators_of(annotations: Annotations) -> tuple[str, ...]:
    """Everybody who gave a label, in alphabetical order."""
    return tuple(sorted({annotator for labels in annotations.values() for annotator in labels}))


def _rows(path: Path, text: str) -> Iterable[tuple[int, Mapping[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        names = [name.strip() for name in next(reader, [])]
        missing = [name for name in COLUMNS if name not in names and name != "annotator"]
        if missing:
            raise InputError(f"no column {missing[0]!r}", where=f"{path}:1", expected=EXPECTED)
        doubled = [name for name in COLUMNS if names.count(name) > 1]
        if doubled:
            raise InputError(f"two columns {doubled[0]!r}", where=f"{path}:1", expected=EXPECTED)
        for row in reader:
            if not any(row):
                continue
            if len(row) != len(names):
                raise InputError(
                    f"{len(row)} fields", where=f"{path}:{reader.line_num}", expected=f"{len(names)}, as in the header"
                )
            yield reader.line_num, {name: value.strip() for name, value in zip(names, row, strict=True)}
    except csv.Error as error:
        raise InputError(f"is not CSV ({error})", where=f"{path}:{reader.line_num}", expected=EXPECTED) from None


def _index(text: str, where: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InputError(f"index {text[:40]!r}", where=where, expected="a generation's number, from 0")
    return int(text)


#: A larger number is probably no label, and its square would overflow where labels are compared with scores.
LARGEST = 1e30


def _label(text: str, where: str) -> float:
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not abs(value) <= LARGEST:
        raise InputError(
            f"label {text[:40]!r}",
            where=where,
            expected="a number up to 1e30, or a word such as correct, wrong, yes, no",
        )
    return value


def check_labels(
    labels: Mapping[tuple[str, int], float], prompt_ids: Sequence[str], *, num_generations: int, where: Path
) -> None:
    """Check that every label belongs to a generation of this run; labels of another run would mislead.

    Raises: InputError when one does not.
    """
    known = set(prompt_ids)
    for prompt_id, index in labels:
        if prompt_id not in known or index >= num_generations:
            what = f"no prompt {prompt_id!r}" if prompt_id not in known else f"no generation {index} of {prompt_id!r}"
            raise InputError(f"{what} in this run", where=str(where), do="give labels of this run's generations")
