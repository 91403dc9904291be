"""Puts a thought that a server has separated from a response back into it, as the model's own template writes it.

A trainer scores what the model wrote. A server that parses reasoning returns the thought and the rest separately,
without the tags and mostly without the space around them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rewardlab.engines.template import rendered
from rewardlab.task import Json

#: The fields in which servers return the thought: vLLM 0.32 in the first, older ones in the second.
APART = ("reasoning", "reasoning_content")
#: Placeholders for the thought and for the rest that occur in no template.
THOUGHT, REST = "\u241eTHOUGHT\u241e", "\u241eREST\u241e"
#: The names under which templates read a turn's thought.
NAMES = (*APART, "thinking")
QUESTION = {"role": "user", "content": "?"}
#: The opening tag of a thought at the end of a prompt.
OPENED = re.compile(r"(<think>|\[THINK\]|<reasoning>|<thought>|<seed:think>)\s*\Z")
CLOSES = {"<think>": "</think>", "[THINK]": "[/THINK]"}
TAG = re.compile(r"</?think>|\[/?THINK\]|</?reasoning>|</?thought>|</?seed:think>")


@dataclass(frozen=True, slots=True)
class ThoughtForm:
    """How a model writes a thought: `opens` before it and `closes` between it and the rest, each with its white space.

    `opens` is empty if the prompt already ends with the opening tag. `source` says where the form is from. `writes` is
    False for a model whose template knows no thoughts; a thought without a rest is then taken as the text itself.
    """

    opens: str
    closes: str
    source: str
    writes: bool = True

    def join(self, thought: str, rest: str, *, finished: bool) -> str:
        """The response as the model wrote it; without a rest the thought stays open unless it is `finished`.

        White space that the server left at the joints replaces the form's own.
        """
        if not rest and not finished:
            return (_seam(self.opens, thought) if self.writes else "") + thought
        middle = self.closes
        if thought[-1:].isspace():
            middle = middle.lstrip()
        if rest[:1].isspace():
            middle = middle.rstrip()
        return _seam(self.opens, thought) + thought + middle + rest


def _seam(before: str, after: str) -> str:
    return before.rstrip() if after[:1].isspace() else before


COMMON = ThoughtForm("<think>\n", "\n</think>\n\n", "in the common form, <think> and </think>")


def thought_in(message: Mapping[str, Json]) -> str:
    """The thought in a message apart from its text, or "" if there is none.

    It is in a field of its own, or in parts of the content with the type "thinking".
    """
    for name in APART:
        if isinstance(found := message.get(name), str) and found:
            return found
    content = message.get("content")
    return "".join(_thinking(part) for part in content) if isinstance(content, list) else ""


def _thinking(part: Json) -> str:
    held = part.get("thinking") if isinstance(part, dict) and part.get("type") == "thinking" else None
    if isinstance(held, list):
        return "".join(one["text"] for one in held if isinstance(one, dict) and isinstance(one.get("text"), str))
    return held if isinstance(held, str) else ""


def holds_thought(text: str, thought: str) -> bool:
    """Whether the text already contains the thought, as with servers that return it twice."""
    return TAG.search(text) is not None and thought.strip() in text


def form_at(found: tuple[str, str] | None) -> ThoughtForm:
    """The form of thoughts in a chat template (given with its place); the common form if none can be found."""
    return COMMON if found is None else form_of(*found) or COMMON


def form_of(template: str, place: str) -> ThoughtForm | None:
    """The form in which a chat template writes a thought, found by rendering one; None if that fails."""
    source = f"as the chat template of {place} writes it"
    turn = {"role": "assistant", "content": REST, **dict.fromkeys(NAMES, THOUGHT)}
    prompt = rendered(template, [QUESTION], opening=True)
    if prompt is None:
        return None
    opened = OPENED.search(prompt)
    whole = rendered(template, [QUESTION, turn], opening=False) or ""
    before, thought, after = whole.partition(THOUGHT)
    middle, rest, _ = after.partition(REST)
    if thought and rest and middle.strip():
        opens = before[len(prompt) :] if before.startswith(prompt) else _last_tag(before)
        return ThoughtForm("" if opened else opens, middle, source)
    if opened:
        tag = opened[1]
        closes = CLOSES.get(tag, tag.replace("<", "</", 1))
        return ThoughtForm("", f"\n{closes}\n\n", f"{source}: its prompts end with {tag}")
    if TAG.search(template):
        return None
    none = f"{COMMON.source}: the chat template of {place} has none"
    return ThoughtForm(COMMON.opens, COMMON.closes, none, writes=False)


def _last_tag(before: str) -> str:
    """The text that opens the thought: the last tag before it, with the white space after the tag."""
    tags = list(TAG.finditer(before))
    return before[tags[-1].start() :] if tags else COMMON.opens
