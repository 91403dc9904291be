"""Answers that a model may write and reward code stumbles over; and samples that only broken data hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rewardlab.probes.reward.trials.exchange import Sample

LENGTH = 30_000  # characters: within the 8,192 tokens of the recipes

SHOWN = 24

#: No answer, half an answer, and values that match a pattern but break the code behind it.
CONTENTS = (
    "",
    "-",
    ".",
    ",",
    "1.2.3",
    "1/0",
    "²",
    "nan",
    "1e999",
    "None",
    "(",
    "9**9**9",
    "a\x00b",
    "٤٢",
    "👍🏽",
    "{0} %s",
)
FORMS = ("{}", "\\boxed{{{}}}", "<answer>{}</answer>", "#### {}", "Answer: {}", '{{"answer": "{}"}}')

#: What a policy writes early in training: nothing, a broken form, or another kind of answer than was asked for.
SHORT: tuple[str, ...] = (
    " \n\t",
    "\\boxed{",
    "\\boxed{\\boxed{1}",
    "<answer>",
    "</answer><answer>",
    "<think>",
    "</think>",
    "{",
    "{}",
    "[]",
    "[1]",
    "null",
    "true",
    "7",
    '"text"',
    '{"answer": ',
    '{"answer": null}',
    '{"answer": []}',
    '{"answer": {"answer": 1}}',
    "```json\n```",
    "```json\n{",
    "```python\ndef f(",
    "```python\nimport sys\nsys.exit(1)\n```",
    "```python\nwhile True:\n    pass\n```",
    "exit()",
    "[(.*+?\\",
    "Answer:\n\n",
    "שלום, התשובה היא",
    "\ufffd\u200b\u2028",
)

#: Texts that are expensive for a pattern with nested or adjacent repeats, a recursive parser, or int().
LONG: tuple[str, ...] = (
    " " * LENGTH,
    " " * LENGTH + "!",
    "a" * LENGTH + "!",
    "\n" * LENGTH + "!",
    "1" * LENGTH,
    "-" * LENGTH,
    "1," * (LENGTH // 2),
    "(" * LENGTH,
    "[" * LENGTH,
    "{" * LENGTH,
    '{"a":' * (LENGTH // 5),
    "\\boxed{" * (LENGTH // 7),
    "\\boxed{" + "1" * 400 + "}",
    "\\boxed{" + " " * LENGTH,
    "<answer>" * (LENGTH // 8),
    "<answer>" + " " * LENGTH,
    "<think>" * (LENGTH // 7),
    "####" * (LENGTH // 4),
    "word " * (LENGTH // 5),
    "Answer: " * (LENGTH // 8),
)


def named(text: str) -> str:
    """The text as evidence: a long one by its beginning and its length."""
    return repr(text) if len(text) <= SHOWN else f"{text[:SHOWN]!r} ... ({len(text):,} characters)"


def short_texts() -> tuple[str, ...]:
    """Every content in every form, then the rest; each text once, the likeliest first."""
    wrapped = [form.format(content) for content in CONTENTS for form in FORMS]
    return tuple(dict.fromkeys(["", *SHORT[:12], *wrapped, *SHORT[12:]]))


def _with_content(sample: Sample, content: object) -> Sample:
    *before, turn = sample["messages"]
    return {**sample, "messages": [*before, {**turn, "content": content}]}


def _without_content(sample: Sample) -> Sample:
    *before, turn = sample["messages"]
    return {**sample, "messages": [*before, {key: value for key, value in turn.items() if key != "content"}]}


def without_reference(sample: Sample) -> Sample:
    """The sample of a row that has no reference."""
    kept = {key: value for key, value in sample.items() if key != "reference_answer"}
    if isinstance(kept.get("metadata"), dict):
        kept["metadata"] = {key: value for key, value in kept["metadata"].items() if key != "reference_answer"}
    return kept


def _with_reference(sample: Sample, reference: object) -> Sample:
    """The sample with its reference replaced, wherever that stands."""
    if "reference_answer" in sample:
        return {**sample, "reference_answer": reference}
    return {**sample, "metadata": {**sample.get("metadata", {}), "reference_answer": reference}}


#: References that only broken data hold.
UNREADABLE: Mapping[str, Callable[[Sample], Sample]] = {
    "the reference is missing": without_reference,
    "the reference is null": lambda sample: _with_reference(sample, None),
    "the reference is empty": lambda sample: _with_reference(sample, ""),
}

#: Samples with messages, each made from a good one. A model writes no lone surrogate and no megabyte.
BROKEN: Mapping[str, Callable[[Sample], Sample]] = {
    "content is null": lambda sample: _with_content(sample, None),
    "content is missing": _without_content,
    "content is a list of parts": lambda sample: _with_content(sample, [{"type": "text", "text": "1"}]),
    "content is an empty list": lambda sample: _with_content(sample, []),
    "messages is empty": lambda sample: {**sample, "messages": []},
    "messages is missing": lambda sample: {key: value for key, value in sample.items() if key != "messages"},
    "no model's turn": lambda sample: {**sample, "messages": sample["messages"][:-1]},
    "content has a lone surrogate": lambda sample: _with_content(sample, "\ud800"),
    "content of 1 MB": lambda sample: _with_content(sample, "word " * (1 << 18)),
}
