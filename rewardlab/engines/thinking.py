"""Translates `--thinking on|off|EFFORT` into a chat template's arguments, which differ between models."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rewardlab.errors import EngineError

#: The names of the switch in templates: for Qwen 3 and SmolLM 3, then for DeepSeek and Granite.
SWITCHES = ("enable_thinking", "thinking")
#: The name of the effort in gpt-oss's template.
EFFORT = "reasoning_effort"
ON, OFF = "on", "off"


def template_arguments(thinking: str | None, template: object, *, where: str) -> Mapping[str, object]:
    """The arguments for a chat template that make the model think as asked; empty if nothing was asked.

    `thinking` is "on", "off", or an effort. "on" and "off" require a switch in the template, an effort its variable.
    Raises: EngineError for a template that does not have it.
    """
    if thinking is None:
        return {}
    switches = [name for name in SWITCHES if knows(template, name)]
    if thinking in (ON, OFF) and switches:
        return dict.fromkeys(switches, thinking == ON)
    if thinking not in (ON, OFF) and knows(template, EFFORT):
        return {EFFORT: thinking, **dict.fromkeys(switches, True)}
    if switches:
        known = f"--thinking {ON} or {OFF}"
    elif knows(template, EFFORT):
        known = "--thinking low, medium or high"
    else:
        known = f"a chat template that reads one of {', '.join((*SWITCHES, EFFORT))}"
    raise EngineError(f"the model's chat template knows no --thinking {thinking}", where=where, expected=known)


def knows(template: object, name: str) -> bool:
    """Whether a Jinja template reads this variable; `<think>` tags and names that contain it do not count."""
    # Search only within Jinja's tags, since the word may also occur in the text.
    marks = re.findall(r"\{[%{].*?[%}]\}", str(template or ""), re.DOTALL)
    return any(re.search(rf"(?<![\w.'\"]){name}(?![\w'\"])", mark) for mark in marks)
