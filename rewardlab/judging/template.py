"""The prompt a judge reads: its template, filled with one exhibit in one pass."""

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

#: What is judged stands between these marks; the second row is for pairs.
MARKS = {"response": "response"}
PAIR_MARKS = {"response": "response_a", "other": "response_b"}
#: Where a field comes from that is no column of the same name.
SUPPLIED = {
    "reference": "rows with a reference_answer, or another judge",
    "criteria": "rows with a column criteria, or criteria = [...] in the definition",
}


def messages_of(judge: Judge, exhibit: Exhibit) -> tuple[Message, ...] | Unscored:
    """The messages that ask `judge` about `exhibit`; Unscored("abstained", ...) when the row lacks a field it needs.

    The text above the line [user] is the system message; without that line all is one user's turn. What is judged
    stands between `<response>` and `</response>`, of a pair between `<response_a>` and `<response_b>` marks. Where any
    text holds such a mark, all marks get a suffix that none of the texts holds: a response cannot close its own.
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
    """Refuse a judge whose template names a field that none of `prompts` has: every judgment would be missing.

    Raises: UsageError naming the columns there are.
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
    """The columns there are, the one most like `name` first."""
    known = sorted({column for prompt in prompts[:1000] for column in prompt.row})
    close = difflib.get_close_matches(name, known, n=1)
    return ("perhaps {row." + close[0] + "}; " if close else "") + f"one of the rows' columns: {', '.join(known[:20])}"


def missing(field: str) -> str:
    """What is said of a judgment whose prompt lacks a field."""
    names = {
        "reference": "the prompt has no reference answer",
        "criteria": "neither the prompt nor the judge has criteria",
        "other": "there is no second response",
    }
    return names.get(field, f"the prompt's row has no {field.removeprefix(ROW)}")


def _text(field: str, criteria: str | None, exhibit: Exhibit) -> str | None:
    """What stands for a field, None where the exhibit lacks it."""
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
    """The prompt's conversation as text: a single user's turn as it is, several turns each behind its role."""
    if len(prompt.messages) == 1 and prompt.messages[0]["role"] == "user":
        return str(prompt.messages[0]["content"])
    return "\n\n".join(
        f"{str(message['role']).capitalize()}: {_shown(message.get('content') or message.get('tool_calls')) or ''}"
        for message in prompt.messages
    )


def _column(row: Json, name: str) -> Json:
    """The column `name`; where there is none, the one that its dots lead to."""
    if isinstance(row, dict) and name in row:
        return row[name]
    first, dot, rest = name.partition(".")
    inner = row.get(first) if isinstance(row, dict) else None
    return _column(inner, rest) if dot else None


def _shown(value: Json) -> str | None:
    """A text as it is, other JSON as JSON; None for what is not there."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _suffix(texts: Sequence[str]) -> str:
    """Nothing where no text holds a mark; else a hash of them all that none of them holds."""
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
    """Letters, digits and brackets in one case: a mark with spaces or unseen characters in it is one to a reader."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in plain if character.isalnum() or character in "<>/")
