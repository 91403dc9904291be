"""Did the sampler hand over texts at all?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.probes.run.diagnosis.texts import Texts
from rewardlab.probes.run.diagnosis.weight import weigh
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools

#: A text with nothing but white space and tokens that end or fill it.
BLANK = re.compile(r"(?:\s|<\|[\w\u2581 -]{1,40}\|>|</?s>|<(?:eos|bos|pad|unk|end_of_turn)>|\u200b|\ufeff)*")
REMEDY = (
    "Find why no text arrives before the model is blamed: the engine's log, a stop string that ends the text at once, "
    "a chat template that the model does not know, a server that puts the text elsewhere (a parser of reasoning or of "
    "tool calls); then sample again."
)
CALLED = (
    "A call of a tool stands in the message's tool_calls, and its text is empty: let the reward read "
    'm["tool_calls"] as well as the text. Where your trainer hands over a text alone, sample where that is what the '
    "model wrote (vllm: or transformers:, or a server without a parser of tool calls)."
)


def blank(texts: Texts) -> Bools:
    """Which texts hold nothing to read."""
    return texts.where([BLANK.fullmatch(text) is not None for text in texts.text])


def ask(question: Question, texts: Texts, cells: Bools) -> Iterator[Finding]:
    """RL703 where failing texts, `cells`, are empty."""
    touched = cells & texts.failing
    if not touched.any():
        return
    weight = weigh(question, texts, touched)
    called = int((touched & texts.called).sum())
    calls = f"; {called:,} of them are calls of a tool, which the text does not hold" if called else ""
    summary = f"{weight.spoken()} are empty{calls}"
    remedy = CALLED if 2 * called > weight.touched else REMEDY
    evidence = {"summary": summary, **weight.evidence(), "tool_calls": called}
    yield Finding("RL703", weight.severity, evidence | {"examples": texts.examples(question, touched)}, remedy)
