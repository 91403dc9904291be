"""A thought that a server took out of a response, put back as the model's own template writes it.

A trainer scores what the model wrote. A server with a parser of reasoning hands over the thought and the rest apart,
without the tags and mostly without the space around them.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from rewardlab.engines.names import cached
from rewardlab.task import Json

#: Where servers with a parser of reasoning put the thought: vLLM 0.32 in the first, older ones in the second.
APART = ("reasoning", "reasoning_content")
#: What no template holds: it stands for the thought, and for the rest.
THOUGHT, REST = "\u241eTHOUGHT\u241e", "\u241eREST\u241e"
#: By which names templates ask for a turn's thought.
NAMES = (*APART, "thinking")
QUESTION = {"role": "user", "content": "?"}
#: A thought that the end of a prompt opens.
OPENED = re.compile(r"(<think>|\[THINK\]|<reasoning>|<thought>|<seed:think>)\s*\Z")
CLOSES = {"<think>": "</think>", "[THINK]": "[/THINK]"}
#: What marks a template's parts to train on, in transformers' own dialect of Jinja; it writes nothing.
MASK = re.compile(r"\{%(-?)\s*(?:end)?generation\s*(-?)%\}")
SPECIAL = {"bos_token": "", "eos_token": "", "pad_token": "", "unk_token": ""}
TAG = re.compile(r"</?think>|\[/?THINK\]|</?reasoning>|</?thought>|</?seed:think>")

Places: TypeAlias = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class ThoughtForm:
    """How a model writes a thought: `opens` before it and `closes` between it and the rest, with the space that they
    stand in. `opens` is empty where the prompt ends with it, so that the model's own text has none. `source` says where
    this is from. `writes` is False for a model whose template knows no thoughts: one without a rest is then its text.
    """

    opens: str
    closes: str
    source: str
    writes: bool = True

    def join(self, thought: str, rest: str, *, finished: bool) -> str:
        """The response as the model wrote it; without a rest the thought stays open unless it is `finished`.

        Space that the server left at the seams takes the place of the form's own.
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
    """The thought that a message holds beside its text; empty without one.

    In a field of its own, or in parts of the content that are of the type thinking.
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
    """Whether the text has the thought in it already, as that of servers that give it twice."""
    return TAG.search(text) is not None and thought.strip() in text


def form_at(places: Places) -> ThoughtForm:
    """The form of the first chat template at these places, folders or names in the hub's cache; else the common one."""
    for place in places:
        template = None if place is None else template_at(place)
        if template is not None and (form := form_of(template, place or "")) is not None:
            return form
    return COMMON


def template_at(place: str) -> str | None:
    """The chat template of a model folder, or of a hub name whose tokenizer is in the cache; None without."""
    folder = Path(place)
    if not folder.is_dir():
        held = cached(place, "tokenizer_config.json")
        if held is None:
            return None
        folder = held
    try:
        if (file := folder / "chat_template.jinja").is_file():
            return file.read_text(encoding="utf-8")
        read = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    template = read.get("chat_template") if isinstance(read, dict) else None
    if isinstance(template, list):
        named = [one for one in template if isinstance(one, dict)]
        template = next((one.get("template") for one in named if one.get("name") == "default"), None)
    return template if isinstance(template, str) else None


def form_of(template: str, place: str) -> ThoughtForm | None:
    """The form in which a chat template writes a thought, found by letting it write one; None where it does not run."""
    source = f"as the chat template of {place} writes it"
    turn = {"role": "assistant", "content": REST, **dict.fromkeys(NAMES, THOUGHT)}
    prompt = _rendered(template, [QUESTION], opening=True)
    if prompt is None:
        return None
    opened = OPENED.search(prompt)
    whole = _rendered(template, [QUESTION, turn], opening=False) or ""
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
    """What opens the thought: the last tag before it, with the space behind."""
    tags = list(TAG.finditer(before))
    return before[tags[-1].start() :] if tags else COMMON.opens


def _rendered(template: str, messages: Sequence[Mapping[str, Json]], *, opening: bool) -> str | None:
    """What the template makes of the messages, run in Jinja's sandbox as transformers runs it; None where it fails."""
    if importlib.util.find_spec("jinja2") is None:
        return None
    from jinja2.ext import loopcontrols  # noqa: PLC0415 - comes with transformers, and is optional
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415 - as above

    sandbox = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    sandbox.globals["raise_exception"] = _refuse
    sandbox.globals["strftime_now"] = lambda _format: ""
    sandbox.filters["tojson"] = _json
    try:
        program = sandbox.from_string(MASK.sub(r"{#\1 \2#}", template))
        return program.render(messages=messages, add_generation_prompt=opening, **SPECIAL)
    except Exception:  # noqa: BLE001 - templates are programs of the model's author and raise whatever they like
        return None


def _json(value: Any, **_: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _refuse(message: str) -> None:
    raise ValueError(message)
