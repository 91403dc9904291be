"""The reward of a TRL GRPOTrainer: 1.0 for the right number in the last line, else 0.0."""

import re


def right(completions, answer, **kwargs):
    """One score a completion; `answer` is the column of that name in prompts.jsonl."""
    texts = [turns if isinstance(turns, str) else turns[-1]["content"] for turns in completions]
    return [float(_number(text) == float(known)) for text, known in zip(texts, answer)]


def _number(text):
    """The number after the last "Answer:"; None if there is none."""
    said = text.rpartition("Answer:")[2].strip(" \t\n*$.").replace(",", "")
    return float(said) if "Answer:" in text and re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?", said) else None
