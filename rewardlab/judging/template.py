"""Builds the prompt that a judge reads: its template, filled with one exhibit in one pass."""

from __future__ import annotations

import difflib
import hashlib
import json
import unicodedata
from collections.abc import Sequence

from rewardlab.errors import UsageError
from rewardlab.judging.definition import Judge, numbered
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.form import request
from rewardlab.judging.placeholder import ROW, fields_in, fill, turns_of
from rewardlab.outcome import Unscored
from rewardlab.task import Json, Message, Prompt

#: The marks around the response to be judged, and around the two responses of a pair.
MARKS = {"response": "response"}
PAIR_MARKS = {"response": "response_a", "other": "response_b"}
#: The sources of fields that are not columns of the same name.
SUPPLIED = {
    "reference": "rows with a reference_answer, or another judge",
    "criteria": "rows with a column criteria, or criteria = [...] in the definition",
}


def messages_of(judge: Judge, exhibit: Exhibit) -> tuple[Message, ...] | Unscored:
    """The messages that ask `judge` about `exhibit`; Unscored("abstained", ...) if the row lacks a field it needs.

    The text above the line [user] is the system message; without that line everything is one user turn. The response is
    put between `<response>` and `</response>`, the responses of a pair between `<response_a>` and `<response_b>` marks.
    If any text contains such a mark, all marks get a suffix that occurs in none of the texts, so that a response cannot
    close its own mark.
    """
    assert not judge.is_python, "a Python judge reads no prompt"
    texts: dict[str, str] = {}
    for field in fields_in(judge.template):
        text = request(judge.scale, judge.answer) if field == "answer" else _text(field, judge.criteria, exhibit)
        if text is None:
            return Unscored("abstained", missing(field), 0.0)
        texts[field] = text
    marks = PAIR_MARKS if judge.scale.kind == "pairwise" else MARKS
    suffix = _suffix([text for field, text in texts.items() if field != "answer"])
    for field, mark in marks.items():
        texts[field] = f"<{mark}{suffix}>\n{texts[field]}\n</{mark}{suffix}>"
    system, user = turns_of(judge.template)
    turns: tuple[Message, ...] = () if system is None else ({"role": "system", "content": fill(system, texts)},)
    return (*turns, {"role": "user", "content": fill(user, texts)})


def require_fields(judge: Judge, prompts: Sequence[Prompt]) -> None:
    """Refuse a judge whose template has a field that none of `prompts` has, since it could not judge any.

    Raises: UsageError naming the existing columns.
    """
    for field, line in fields_in(judge.template).items():
        if field in {"answer", "response", "other"} or not prompts:
            continue
        if all(_text(field, judge.criteria, Exhibit(prompt, "")) is None for prompt in prompts):
            raise UsageError(
                f"the judge {judge.name} needs {{{field}}} (line {line} of its prompt text), and no prompt has it",
                where=judge.source,
                expected=SUPPLIED.get(field) or _columns(field.removeprefix(ROW), prompts),
            )


def _columns(name: str, prompts: Sequence[Prompt]) -> str:
    """The existing columns in words, with the one most like `name` first."""
    known = sorted({column for prompt in prompts[:1000] for column in prompt.row})
    close = difflib.get_close_matches(name, known, n=1)
    return ("perhaps {row." + close[0] + "}; " if close else "") + f"one of the rows' columns: {', '.join(known[:20])}"


def missing(field: str) -> str:
    """The detail of a judgment whose prompt lacks a field."""
    names = {
        "reference": "the prompt has no reference answer",
        "criteria": "neither the prompt nor the judge has criteria",
        "other": "there is no second response",
    }
    return names.get(field, f"the prompt's row has no {field.removeprefix(ROW)}")


def _text(field: str, criteria: str | None, exhibit: Exhibit) -> str | None:
    """The value of a field; None if the exhibit lacks it."""
    match field:
        case "question":
            return question_of(exhibit.prompt)
        case "response":
            return exhibit.response
        case "other":
            return exhibit.other
        case "reference":
            return _shown(exhibit.reference)
        case "criteria":
            own = exhibit.prompt.row.get("criteria")
            return (numbered(own) if isinstance(own, list) else _shown(own)) or criteria
        case _:
            return _shown(_column(exhibit.prompt.row, field.removeprefix(ROW)))


def question_of(prompt: Prompt) -> str:
    """The prompt's conversation as text: a single user turn unchanged, several turns each with its role in front."""
    if len(prompt.messages) == 1 and prompt.messages[0]["role"] == "user":
        return str(prompt.messages[0]["content"])
    return "\n\n".join(
        f"{str(message['role']).capitalize()}: {_shown(message.get('content') or message.get('tool_calls')) or ''}"
        for message in prompt.messages
    )


def _column(row: Json, name: str) -> Json:
    """The column `name`, or the nested value to which its dots lead."""
    if isinstance(row, dict) and name in row:
        return row[name]
    first, dot, rest = name.partition(".")
    inner = row.get(first) if isinstance(row, dict) else None
    return _column(inner, rest) if dot else None


def _shown(value: Json) -> str | None:
    """A text unchanged, other JSON values as JSON; None for None."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _suffix(texts: Sequence[str]) -> str:
    """The suffix for the marks: empty if no text contains a mark, else a hash that occurs in none of the texts."""
    folded = [_folded(text) for text in texts if "<" in unicodedata.normalize("NFKC", text)]
    if not any("<response" in text or "</response" in text for text in folded):
        return ""
    digest = "\0".join(texts).encode(errors="replace")
    while True:
        digest = hashlib.sha256(digest).digest()
        suffix = digest.hex()[:8]
        if not any(suffix in text for text in folded):
            return f"-{suffix}"


def _folded(text: str) -> str:
    """Only the letters, digits and brackets, in one case, since a model may read a mark with spaces in it as a mark."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if character.isalnum() or character in "<>/")
