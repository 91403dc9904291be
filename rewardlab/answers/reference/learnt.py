"""Learns answer formats from the rows' own texts: worked solutions, other columns, earlier assistant turns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rewardlab.answers.reference.accepted import NUMBER, answers_of, labels_of, number
from rewardlab.answers.reference.wording import Format
from rewardlab.task import Json, Prompt

#: A format must recur in at least this many rows and this share of them.
LEAST_ROWS, LEAST_SHARE = 2, 0.2
#: About so many rows are read.
MOST_ROWS = 200
MOST_FORMATS = 4
#: Anything longer before or after an answer is a sentence of that row, no format.
LONGEST_BEFORE, LONGEST_AFTER = 60, 40
LONGEST_ANSWER = 200
#: The share of examples of right answers that must be written in one format.
MOST_EXAMPLES = 0.9
#: How deep nested columns are searched.
DEEPEST = 3
#: Columns with the question, and columns that identify the row.
QUESTION = ("id", "messages", "prompt")


def learnt_formats(prompts: Sequence[Prompt]) -> tuple[Format, ...]:
    """The formats that recur around the answers in these rows, the commonest first."""
    labels = labels_of(prompts)
    some = prompts[:: max(1, len(prompts) // MOST_ROWS)]
    counts = Counter(pair for prompt in some for pair in set(_pairs(prompt, labels)))
    least = max(LEAST_ROWS, LEAST_SHARE * len(some))
    common = [pair for pair, count in counts.most_common(MOST_FORMATS) if count >= least]
    return tuple(Format(f"{before}X{after} (as in the data)", before, after) for before, after in common)


def format_of_examples(examples: Sequence[tuple[Prompt, str]]) -> Format | None:
    """The format in which nearly all of these right responses give their reference; None if there is none."""
    found = [_place_in(prompt, right) for prompt, right in examples]
    pair, count = Counter(found).most_common(1)[0]
    if pair is None or count < MOST_EXAMPLES * len(examples):
        return None
    before, after = pair
    return Format(f"{before}X{after} (as in the examples)", before, after, explicit=True)


def _place_in(prompt: Prompt, right: str) -> tuple[str, str] | None:
    """What stands before and after the reference in a right response; empty texts where it is the whole of it."""
    for answer in answers_of(prompt)[:1]:
        return ("", "") if right.strip() == answer.strip() else around(right, answer)
    return None


def _pairs(prompt: Prompt, labels: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The text before and after the answer, for each text of the row that contains it."""
    answers = [text for text in answers_of(prompt) if len(text) <= LONGEST_ANSWER]
    for text in _texts(prompt):
        for answer in answers:
            if (pair := around(text, answer)) is not None:
                yield pair
                break
    # An example answers another question: with a value of the same kind on its last line.
    for turn in prompt.messages:
        lines = str(turn.get("content") or "").strip().splitlines() if turn.get("role") == "assistant" else []
        value = _value(lines[-1], answers, labels) if lines else None
        if value is not None and (pair := around("\n".join(lines), value)) is not None:
            yield pair


def _texts(prompt: Prompt) -> Iterator[str]:
    """The texts of the row that may hold its answer in a format: not the question, which may hold it as a choice."""
    columns = {key: value for key, value in prompt.row.items() if key not in QUESTION}
    # A turn that ended the row and was cut may be a worked answer.
    for text in (*_strings(columns, DEEPEST), *([prompt.cut] if prompt.cut else [])):
        if text not in answers_of(prompt)[:1]:
            yield text


def _strings(value: Json, depth: int) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping() if depth:
            for part in value.values():
                yield from _strings(part, depth - 1)
        case list() if depth:
            for part in value:
                yield from _strings(part, depth - 1)
        case _:
            return


def around(text: str, answer: str) -> tuple[str, str] | None:
    """The text before and after the last occurrence of the answer; None if there is none.

    That is the rest of its line; if nothing precedes the answer there, also the line above.
    """
    places = list(re.finditer(rf"(?<![\w.]){re.escape(answer.strip())}(?!\w|\.\d)", text))
    if not places or not answer.strip():
        return None
    start, end = places[-1].span()
    head, tail = text[:start], text[end:]
    above, line_break, before = head.rpartition("\n")
    after = tail.partition("\n")[0]
    if not before.strip() and line_break:
        before = f"{above.rstrip().rpartition(chr(10))[2]}\n{before}"
        following = tail.partition("\n")[2].partition("\n")[0]
        after = f"\n{following}" if not after.strip() and following.strip() else after
    fits = len(before) <= LONGEST_BEFORE and len(after) <= LONGEST_AFTER
    return (before, after) if before.strip() and fits else None


def _value(line: str, answers: Sequence[str], labels: Sequence[str]) -> str | None:
    """The last value on a line that is of the kind of the row's answers; None where there is none."""
    if any(number(answer) is not None for answer in answers):
        found: list[str] = NUMBER.findall(line)
        return found[-1] if found else None
    held = [label for label in labels if re.search(rf"(?<!\w){re.escape(label)}(?!\w)", line)]
    return max(held, key=line.rfind) if held else None
