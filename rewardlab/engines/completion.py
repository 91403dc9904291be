"""Reads a server's chat completions: each choice by its index; anything that cannot be scored or stored is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rewardlab.engines import told_apart
from rewardlab.engines.ladder import Rung, odds_of, text_of
from rewardlab.engines.server import Server
from rewardlab.engines.template import writes_hermes
from rewardlab.engines.thought import form_at, holds_thought, thought_in
from rewardlab.readers.calls import read_calls
from rewardlab.task import Generation, Json, Request, Sampling

NO_INDEX = "the server's choices have no index: they are taken in their order"
DOUBLED = "the server gave several choices of one index: the first is taken, what is missing is asked for again"
STRANGE = "the server gave choices of an index that nobody asked for: they are left out"
NO_CHOICE = "the server left out some of the choices asked for: they were asked for again"
NO_REASON = "the server's finish_reason is no text: how these responses ended is not known"
NO_CALLS = "the server gave calls of tools in a form that is not known: they are left out"
SILENT = 'some responses are calls of tools without any text; a reward that reads m["tool_calls"] gets them'
OTHERWISE = "calls of tools are handed to verl's rewards in Hermes's form, and the chat template of"
NO_REST = "some responses are a thought without a rest: whether it was closed the server does not tell; it is left open"


def told_joined(model: str, source: str) -> str:
    """The notice that a thought returned apart from the text was put back into it."""
    return f"the server keeps the reasoning of {model} apart; it was put back before the text, {source}"


@dataclass(frozen=True, slots=True)
class Found:
    """The generations in an answer, and whether it has fewer distinct choices than were requested."""

    generations: Sequence[Generation]
    is_short: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads answers. `template` returns the model's chat template and its place, if known; called only if needed."""

    server: Server
    sampling: Sampling
    notices: dict[str, None]
    template: Callable[[], tuple[str, str] | None]

    def read(self, answer: Json, request: Request, indexes: Sequence[int], rung: Rung) -> Found:
        """The generations in `answer`, at most those of `indexes`; choices that are not completions are left out."""
        fields = _table(answer)
        listed = fields.get("choices")
        choices = listed if isinstance(listed, list) else []
        placed = self._placed(choices, len(indexes))
        usage = _table(fields.get("usage"))
        self._tell_of_cuts(choices, _count(usage.get("completion_tokens")))
        return Found(
            [
                Generation(
                    request.prompt.id,
                    indexes[place],
                    *self._text(choice, rung),
                    prompt_tokens=_count(usage.get("prompt_tokens")),
                    completion_tokens=_count(usage.get("completion_tokens")) if len(choices) == 1 else None,
                    first_logprobs=odds_of(rung, choice.get("logprobs"), self.sampling.logprobs),
                    token_ids=_ids(choice.get("token_ids")) if self.sampling.token_ids else None,
                    tool_calls=self._calls(choice["message"]),
                )
                for place, choice in placed.items()
            ],
            is_short=len({_index(one) for one in choices}) < len(indexes),
        )

    def _tell_of_cuts(self, choices: Sequence[Json], tokens: int | None) -> None:
        """Add a notice if every choice was cut off below the token limit, which points to a limit of the server."""
        cut = bool(choices) and all(_table(one).get("finish_reason") == "length" for one in choices)
        if cut and tokens is not None and tokens < self.sampling.max_tokens * len(choices):
            limit = "a limit of its own (vLLM: max_new_tokens of its generation config), or its context"
            self._tell(f"the server cuts responses off before {self.sampling.max_tokens} tokens, at {limit}")

    def _placed(self, choices: Sequence[Json], count: int) -> dict[int, Mapping[str, Json]]:
        """The completions among the choices, by index; the index of a single choice is ignored."""
        whole = [one for one in choices if _is_completion(one)]
        if count == 1:
            return dict(enumerate(whole[:1]))
        if whole and all("index" not in one or one["index"] is None for one in choices if isinstance(one, dict)):
            self._tell(NO_INDEX)
            return {place: one for place, one in enumerate(choices[:count]) if _is_completion(one)}
        placed: dict[int, Mapping[str, Json]] = {}
        for choice in whole:
            index = _index(choice)
            if index is None or not 0 <= index < count:
                self._tell(STRANGE)
            elif index in placed:
                self._tell(DOUBLED)
            else:
                placed[index] = choice
        return placed

    def _text(self, choice: Mapping[str, Json], rung: Rung) -> tuple[str, str | None]:
        """A choice's text for scoring, and how it ended."""
        message, reason = choice["message"], choice.get("finish_reason")
        if reason is not None and not isinstance(reason, str):
            self._tell(NO_REASON)
            reason = None
        text = text_of(rung, self.server.plain(_text(message.get("content"))))
        thought = self.server.plain(thought_in(message))
        if thought:
            text = self._joined(text, thought, called=bool(message.get("tool_calls")))
        return text, None if reason is None else self.server.plain(reason)

    def _joined(self, text: str, thought: str, *, called: bool) -> str:
        """The text with its separate thought put back, unless the thought is to be dropped or already in the text."""
        if self.sampling.reasoning == "drop":
            self._tell(told_apart(self.server.model))
            return text
        if holds_thought(text, thought):
            return text
        form = form_at(self.template())
        self._tell(told_joined(self.server.model, form.source))
        if not text and not called and form.writes:
            self._tell(NO_REST)
        return form.join(thought, text, finished=called)

    def _calls(self, message: Mapping[str, Json]) -> str | None:
        """The tool calls in a message, including the single call of older servers."""
        listed = message.get("tool_calls")
        if not listed and isinstance(single := message.get("function_call"), dict):
            listed = [single]
        calls, wrong = read_calls(listed or None)
        if wrong:
            self._tell(NO_CALLS)
        if calls is None:
            return None
        if not _text(message.get("content")).strip():
            self._tell(SILENT)
        found = self.template()
        if found is not None and _writes_otherwise(found[0]):
            self._tell(f"{OTHERWISE} {found[1]} writes them in another: verl would hand over that")
        return self.server.plain(calls)

    def _tell(self, notice: str) -> None:
        self.notices[notice] = None


@cache
def _writes_otherwise(template: str) -> bool:
    return writes_hermes(template) is False


def _table(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _is_completion(choice: Json) -> bool:
    fields = _table(choice)
    return isinstance(fields.get("message"), dict) and fields.get("finish_reason") != "error"


def _index(choice: Json) -> int | None:
    index = _table(choice).get("index")
    return index if type(index) is int else None


def _count(value: Json) -> int | None:
    return value if type(value) is int and 0 <= value < 2**31 else None


def _ids(listed: Json) -> tuple[int, ...] | None:
    """A choice's token ids; None if the server gives none."""
    if not isinstance(listed, list) or not all(type(one) is int and 0 <= one < 2**31 for one in listed):
        return None
    return tuple(listed)


def _text(content: Json) -> str:
    """A message's text, which may be missing (a refusal, a tool call), a string, or a list of parts."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
    return content if isinstance(content, str) else ""
