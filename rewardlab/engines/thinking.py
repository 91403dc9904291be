"""`--thinking on|off|EFFORT` in the words of a chat template, which differ by the model's maker."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rewardlab.errors import EngineError

#: The names of a switch in templates: Qwen 3's and SmolLM 3's, then DeepSeek's and Granite's.
SWITCHES = ("enable_thinking", "thinking")
#: gpt-oss's.
EFFORT = "reasoning_effort"
ON, OFF = "on", "off"


def template_arguments(thinking: str | None, template: object, *, where: str) -> Mapping[str, object]:
    """What a chat template is given, so that the model thinks as asked; empty where nothing was asked.

    `thinking` is "on", "off", or an effort; "on" needs a switch, an effort the template's own variable for it.
    Raises: EngineError for a template that does not know what is asked.
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
    """Whether a Jinja template reads this variable; `<think>` tags and other names that hold it do not count."""
    # Only inside of Jinja's marks: the words may stand in the text as well.
    marks = re.findall(r"\{[%{].*?[%}]\}", str(template or ""), re.DOTALL)
    return any(re.search(rf"(?<![\w.'\"]){name}(?![\w'\"])", mark) for mark in marks)
