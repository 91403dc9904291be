"""What goes in: prompts, generations, and the readers of the files that hold them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from rewardlab.calls import EXPECTED, read_calls
from rewardlab.conversation import ONE_ROW, kind_of_json, read_conversation
from rewardlab.errors import InputError
from rewardlab.strict import read_json

Json: TypeAlias = Any
Message: TypeAlias = Mapping[str, Json]

Reasoning: TypeAlias = Literal["keep", "drop"]

#: Where the trainers of the field put the reference answer, in the order in which they are looked for.
REFERENCE_KEYS = ("reference_answer", "ground_truth", "answer", "solution", "target")
#: Looked for last, and taken where they hold a text: a number may be the id of a class.
TEXT_KEYS = ("reference", "label")


#: The column that holds the text of a response that is right. It is for rewardlab: the reward does not see it.
RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One row of prompts.jsonl.

    `messages` is the conversation up to the model's turn; `reference` the known answer, None when the row has none;
    `row` the whole row as read, which the reward function sees; `line` counts from 1. `is_text` marks a row whose
    prompt was a bare string: it becomes one user turn, or raw text for a model without a chat template. `cut` is the
    assistant's turn that ended the row: it is no part of the prompt, and nothing says that it is right. `right` is a
    whole text that the user gave as an example of a right answer, None where none was given.
    """

    id: str
    messages: tuple[Message, ...]
    reference: Json
    row: Mapping[str, Json]
    line: int
    is_text: bool = False
    cut: str | None = None
    right: str | None = None

    @property
    def digest(self) -> str:
        """A hash of the row without its id and its example of a right answer: what is sampled and scored.

        Two prompts with one id are the same only if their digests are.
        """
        content = {key: value for key, value in self.row.items() if key not in {"id", RIGHT}}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Generation:
    """One finished response to a prompt.

    `index` counts a prompt's generations from 0; `finish_reason` is "stop", "length" (cut off at the token limit), or
    what the engine said, None when it is not known; token counts are None where the engine does not tell them.
    `first_logprobs` are the likeliest first tokens, best first: each token's text and the natural logarithm of its
    probability at temperature 1 (among the tokens that the choices allow, where the engine narrows first: renormalise);
    empty where unknown. They are not stored. `token_ids` are the tokens drawn, the one that ended it included; None
    where they are not known or were not asked for. `tool_calls` is the JSON text of the calls of tools that a server
    took out of the text (`rewardlab.calls`), None without any.
    """

    prompt_id: str
    index: int
    text: str
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    first_logprobs: tuple[tuple[str, float], ...] = ()
    token_ids: tuple[int, ...] | None = None
    tool_calls: str | None = None


@dataclass(frozen=True, slots=True)
class Sampling:
    """How generations are drawn, all of a run alike; `max_tokens` bounds a response, `seed` makes it repeatable.

    The filters are vLLM's: `top_p` in (0, 1], 1 for none; `top_k` the number of tokens kept, 0 for all; `min_p` in
    [0, 1], relative to the likeliest token's probability, 0 for none; `repetition_penalty` above 0, 1 for none, on each
    token of prompt and response so far. A response ends before the first of the texts in `stop`.
    `thinking` is "on", "off" or an effort, None for the model's own way; with `thinking_if_known` a model that does not
    know it is sampled without, which becomes a notice.
    With `choices` a response is exactly one of these texts; with `schema` it is JSON that satisfies this JSON Schema;
    never both. `logprobs` is how many alternatives of the first token are wanted; `token_ids` asks for each response's
    tokens, which the draw does not depend on. `reasoning` says what becomes of a thought that a server keeps apart from
    the text: put back before it, or left out. An engine or a server that cannot do one of them samples without it and
    says so in its notices.
    """

    temperature: float = 1.0
    max_tokens: int = 512
    seed: int = 0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    stop: tuple[str, ...] = ()
    thinking: str | None = None
    thinking_if_known: bool = False
    choices: tuple[str, ...] = ()
    schema: Mapping[str, Json] | None = None
    logprobs: int = 0
    token_ids: bool = False
    reasoning: Reasoning = "drop"

    def __post_init__(self) -> None:
        assert not (self.choices and self.schema is not None), "choices or a schema, not both"

    def seed_of(self, prompt_id: str) -> int:
        """The seed of a prompt's generation 0; generation i has this plus i. 31 bits, so that every engine takes it."""
        digest = hashlib.sha256(f"{self.seed}:{prompt_id}".encode()).digest()
        return int.from_bytes(digest[:4], "big") >> 1


@dataclass(frozen=True, slots=True)
class Request:
    """One prompt and the indexes of the generations still to be drawn for it."""

    prompt: Prompt
    indexes: tuple[int, ...]


@dataclass(slots=True)
class Rows:
    """The objects of a JSONL file, line by line; blank lines are skipped, anything else that is no object raises."""

    path: Path
    what: str
    shown: str = field(init=False)

    def __post_init__(self) -> None:
        self.shown = str(self.path)

    def __iter__(self) -> Iterator[tuple[int, dict[str, Json]]]:
        try:
            with self.path.open("rb") as file:
                for line, raw in enumerate(file, start=1):
                    if raw.strip():
                        yield line, self._parse(line, raw)
        except IsADirectoryError:
            raise InputError("is a folder", where=self.shown, expected=f"a file with {self.what}") from None
        except OSError as error:
            raise InputError(
                f"cannot be read ({error.strerror})", where=self.shown, expected=f"a file with {self.what}"
            ) from None

    def _parse(self, line: int, raw: bytes) -> dict[str, Json]:
        where = f"{self.shown}:{line}"
        try:
            text = raw.decode("utf-8-sig" if line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"not UTF-8 (byte {raw[error.start]:#04x} at column {error.start + 1})",
                where=where,
                expected=self.what,
                do="save the file as UTF-8",
            ) from None
        try:
            row = read_json(text)
        except json.JSONDecodeError as error:
            raise InputError(
                f"not JSON ({error.msg} at column {error.colno})",
                where=where,
                expected=self.what,
                do="write one object per line, with no line breaks inside",
            ) from None
        except ValueError as error:
            raise InputError(f"not usable JSON ({_first_line(error)})", where=where, expected=self.what) from None
        if not isinstance(row, dict):
            raise InputError(f"a JSON {kind_of_json(row)}", where=where, expected=self.what)
        return row


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def read_prompts(path: Path) -> tuple[Prompt, ...]:
    """Read prompts.jsonl in the Nova RFT form, or in the forms of TRL and verl.

    A row that ends with the assistant's turn is cut before it; a row without any reference, or with null beside rows
    that have one, is read: findings tell of both.
    Raises: InputError with file:line for the first row that cannot be used: not JSON, no messages, an unknown role, an
    empty reference, an id used before.
    """
    prompts: list[Prompt] = []
    seen: dict[str, int] = {}
    for line, row in Rows(path, ONE_ROW):
        prompt = _prompt(row, line, where=f"{path}:{line}")
        if prompt.id in seen:
            raise InputError(
                f"id {prompt.id!r} was used on line {seen[prompt.id]}",
                where=f"{path}:{line}",
                expected="every id once",
                do="rename one of the two, or delete it if it is a copy",
            )
        seen[prompt.id] = line
        prompts.append(prompt)
    if not prompts:
        raise InputError("empty", where=str(path), expected=ONE_ROW, do="give at least 100 rows")
    if all(prompt.reference is None for prompt in prompts):
        for prompt in prompts:
            if places := _places(prompt.row):
                raise _empty(*places[0], where=f"{path}:{prompt.line}")
    return tuple(prompts)


def note_of_cuts(prompts: Sequence[Prompt]) -> str | None:
    """What is said of rows that were cut before the assistant's turn that ended them; None where none was."""
    cut = [prompt for prompt in prompts if prompt.cut is not None]
    if not cut:
        return None
    return f"cut before the assistant's turn that ended them: {len(cut):,} rows, the first on line {cut[0].line}"


def _prompt(row: dict[str, Json], line: int, *, where: str) -> Prompt:
    identifier = f"row-{line}" if row.get("id") is None else row["id"]
    if isinstance(identifier, bool) or not isinstance(identifier, str | int) or identifier == "":
        raise InputError(f"id is {json.dumps(identifier)[:60]}", where=where, expected="a string or a whole number")
    conversation = read_conversation(row, where=where)
    return Prompt(
        id=str(identifier),
        messages=conversation.messages,
        reference=_reference(row, where=where),
        row=row,
        line=line,
        is_text=conversation.is_text,
        cut=conversation.cut,
        right=row[RIGHT] if isinstance(row.get(RIGHT), str) and row[RIGHT].strip() else None,
    )


def _reference(row: dict[str, Json], *, where: str) -> Json:
    """The first of the known places that holds something, None where all are null: `datasets` writes absent fields so.

    Raises: InputError where there are such places, all are empty, and one of them holds a blank.
    """
    places = _places(row)
    held = next((value for _, value in places if not is_empty(value)), None)
    if held is None and any(value is not None for _, value in places):
        raise _empty(*places[0], where=where)
    return held


def _places(row: Mapping[str, Json]) -> list[tuple[str, Json]]:
    """The known places of a reference that the row has, and what they hold."""
    model, metadata = row.get("reward_model"), row.get("metadata")
    places = [(key, row[key]) for key in REFERENCE_KEYS if key in row]
    if isinstance(model, dict) and "ground_truth" in model:
        places.insert(0, ("reward_model.ground_truth", model["ground_truth"]))
    if isinstance(metadata, dict) and "reference_answer" in metadata:
        places.append(("metadata.reference_answer", metadata["reference_answer"]))
    places += [(key, row[key]) for key in TEXT_KEYS if isinstance(row.get(key), str) and row[key].strip()]
    return places


def _empty(name: str, value: Json, *, where: str) -> InputError:
    return InputError(
        f"{name} is empty ({json.dumps(value)})",
        where=where,
        expected="the known answer",
        do="fill it in, or delete the row: a reward compares with it",
    )


def is_empty(value: Json) -> bool:
    """Whether a field says nothing: null, a blank text, an empty list or object."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


def read_generations(path: Path) -> tuple[Generation, ...]:
    """Read recorded generations: `{"prompt_id", "index", "text", "finish_reason"}` on each line.

    A row may hold `prompt_tokens`, `completion_tokens`, `token_ids` and `tool_calls` too; with calls of tools the text
    may be null. `index` may be left out of every row of a
    prompt; they then count in the order of the file.
    Raises: InputError with file:line for a row that cannot be used, and for a prompt_id and index given twice.
    """
    expected = '{"prompt_id": ..., "index": ..., "text": ...} on each line'
    seen: dict[tuple[str, int], int] = {}
    counted: dict[str, int] = {}
    generations: list[Generation] = []
    for line, row in Rows(path, expected):
        where = f"{path}:{line}"
        prompt_id, text = row.get("prompt_id"), row.get("text")
        if isinstance(prompt_id, bool) or not isinstance(prompt_id, str | int):
            raise InputError(f"prompt_id is a {kind_of_json(prompt_id)}", where=where, expected=expected)
        calls = _calls_or_none(row.get("tool_calls"), where=where)
        if text is None and calls is not None:
            text = ""
        if not isinstance(text, str):
            raise InputError(f"text is a {kind_of_json(text)}", where=where, expected=expected)
        index = row.get("index", counted.get(str(prompt_id), 0))
        if isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < 2**31:
            raise InputError(f"index is {json.dumps(index)[:60]}", where=where, expected="a whole number from 0")
        counted[str(prompt_id)] = counted.get(str(prompt_id), 0) + 1
        key = (str(prompt_id), index)
        if key in seen:
            raise InputError(
                f"generation {index} of prompt {key[0]!r} was given on line {seen[key]}",
                where=where,
                expected="every prompt_id and index once",
                do="delete one of the two lines",
            )
        seen[key] = line
        generations.append(
            Generation(
                key[0],
                index,
                text,
                _text_or_none(row.get("finish_reason"), "finish_reason", where=where),
                _count_or_none(row.get("prompt_tokens"), "prompt_tokens", where=where),
                _count_or_none(row.get("completion_tokens"), "completion_tokens", where=where),
                token_ids=_ids_or_none(row.get("token_ids"), where=where),
                tool_calls=calls,
            )
        )
    if not generations:
        raise InputError("empty", where=str(path), expected=expected)
    return tuple(generations)


def _text_or_none(value: Json, name: str, *, where: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise InputError(f"{name} is a {kind_of_json(value)}", where=where, expected="a text, or nothing")


def _count_or_none(value: Json, name: str, *, where: str) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31):
        return value
    raise InputError(f"{name} is {json.dumps(value)[:60]}", where=where, expected="a whole number from 0, or nothing")


def _calls_or_none(value: Json, *, where: str) -> str | None:
    calls, wrong = read_calls(value)
    if wrong:
        raise InputError(f"tool_calls holds {wrong} that are no call of a tool", where=where, expected=EXPECTED)
    return calls


def _ids_or_none(value: Json, *, where: str) -> tuple[int, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise InputError(
            f"token_ids is a {kind_of_json(value)}", where=where, expected="a list of whole numbers from 0"
        )
    if wrong := [one for one in value if type(one) is not int or not 0 <= one < 2**31]:
        raise InputError(f"token_ids holds {json.dumps(wrong[0])[:60]}", where=where, expected="whole numbers from 0")
    return tuple(value)
