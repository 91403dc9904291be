"""Finds a model's own chat template on this machine, and renders it to see what it writes."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rewardlab.engines.names import cached
from rewardlab.task import Json

#: Tags of transformers' dialect of Jinja that mark the parts to train on; they produce no output.
MASK = re.compile(r"\{%(-?)\s*(?:end)?generation\s*(-?)%\}")
SPECIAL = {"bos_token": "", "eos_token": "", "pad_token": "", "unk_token": ""}
#: An artificial tool call that is rendered to see how the template writes calls.
FUNCTION: Mapping[str, Any] = {"name": "\u241eNAME", "arguments": {"a": 1}}
CALL = {"id": "call_000000", "type": "function", "function": FUNCTION}
HERMES = re.compile(r'<tool_call>\s*\{\s*"name":\s*"\u241eNAME",\s*"arguments":\s*\{"a":\s*1\}\s*\}\s*</tool_call>')


def first_template(places: Sequence[str | None]) -> tuple[str, str] | None:
    """The first chat template found at these places (folders or names in the hub's cache), and its place; or None."""
    for place in places:
        template = None if place is None else template_at(place)
        if template is not None:
            return template, str(place)
    return None


def template_at(place: str) -> str | None:
    """The chat template of a model folder, or of a hub name whose tokenizer is in the cache; None if there is none."""
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


def writes_hermes(template: str) -> bool | None:
    """Whether the template writes tool calls in Hermes's form; None if it writes none or fails."""
    turn = {"role": "assistant", "content": "", "tool_calls": [CALL]}
    whole = rendered(template, [{"role": "user", "content": "?"}, turn], opening=False)
    return None if whole is None or FUNCTION["name"] not in whole else HERMES.search(whole) is not None


def rendered(template: str, messages: Sequence[Mapping[str, Json]], *, opening: bool) -> str | None:
    """The messages rendered with the template, in Jinja's sandbox as in transformers; None if that fails."""
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
    except Exception:  # noqa: BLE001 - a template is a program of the model's author and may raise anything
        return None


def _json(value: Any, **_: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _refuse(message: str) -> None:
    raise ValueError(message)
