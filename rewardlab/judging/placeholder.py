"""Finds and fills the fields of a prompt text, such as {question} and {row.NAME}, in one pass."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

#: The fields that a text may have, with their contents; besides these, {row.NAME} is a column of the prompt's row.
FIELDS: Mapping[str, str] = {
    "question": "the prompt's conversation",
    "reference": "the known answer",
    "response": "the response, between marks that it cannot close",
    "other": "the second response of a pair, likewise",
    "criteria": "the row's criteria, else the definition's",
    "answer": "how to answer: the labels and the form",
}
ROW = "row."
#: The line that separates the system message above it from the user's turn below.
USER_LINE = "[user]"
#: {{name}} stands for the literal text {name}; braces around anything but a name are left alone, as in JSON and code.
NAME = r"row\.[^{}\n]+|[A-Za-z_]\w*"
PLACEHOLDER = re.compile(rf"\{{\{{(?P<literal>{NAME})\}}\}}|\{{(?P<field>{NAME})\}}")


class PlaceholderError(ValueError):
    """A prompt text that cannot be used, with the line, what is wrong, and what was expected."""

    def __init__(self, line: int, what: str, *, expected: str) -> None:
        self.line, self.what, self.expected = line, what, expected
        super().__init__(f"line {line}: {what}; expected {expected}")


def fields_in(text: str) -> dict[str, int]:
    """The fields in `text`, each with the line of its first occurrence, counted from 1."""
    found: dict[str, int] = {}
    for match in PLACEHOLDER.finditer(text):
        if match["field"]:
            found.setdefault(match["field"], text.count("\n", 0, match.start()) + 1)
    return found


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with each field replaced by its value; fields within values are not replaced.

    Raises: KeyError for a field without a value.
    """
    return PLACEHOLDER.sub(
        lambda match: values[match["field"]] if match["field"] else "{" + match["literal"] + "}", text
    )


def turns_of(text: str) -> tuple[str | None, str]:
    """The system message (None without one) and the user's turn: the texts above and below the line [user].

    Raises: PlaceholderError when there are two such lines, or nothing above or below it.
    """
    lines = text.splitlines()
    marks = [number for number, line in enumerate(lines) if line.strip() == USER_LINE]
    if not marks:
        return None, text
    system, user = "\n".join(lines[: marks[0]]).strip("\n"), "\n".join(lines[marks[0] + 1 :]).strip("\n")
    if len(marks) > 1 or not system.strip() or not user.strip():
        raise PlaceholderError(
            marks[-1] + 1,
            f"{USER_LINE} is there twice" if len(marks) > 1 else f"nothing on one side of {USER_LINE}",
            expected=f"the system message, one line {USER_LINE}, the user's turn",
        )
    return system, user


def check_text(text: str, *, is_pairwise: bool) -> None:
    """Refuse a prompt text with an unknown field, or one that does not show what is to be judged.

    Raises: PlaceholderError.
    """
    found = fields_in(text)
    for name, line in found.items():
        if name not in FIELDS and not name.startswith(ROW):
            close = difflib.get_close_matches(name, FIELDS, n=1)
            raise PlaceholderError(
                line,
                f"no field {{{name}}}",
                expected=("perhaps {" + close[0] + "}; " if close else "")
                + f"one of {', '.join(FIELDS)}, row.NAME for a column, or {{{{{name}}}}} for the text itself",
            )
    for name in ("response", "other") if is_pairwise else ("response",):
        if name not in found:
            kind = "pairwise prompt" if is_pairwise else "prompt"
            raise PlaceholderError(1, f"the {kind} does not show {{{name}}}", expected=f"{{{name}}} in the text")
    if "other" in found and not is_pairwise:
        raise PlaceholderError(found["other"], "{other} is for pairs", expected='kind = "pairwise", or no {other}')
    system, _ = turns_of(text)
    for name in {"response", "other"} & fields_in(system or "").keys():
        raise PlaceholderError(
            found[name], f"{{{name}}} in the system message", expected=f"what is judged below the line {USER_LINE}"
        )
