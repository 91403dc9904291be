"""A reward function of verifiers, as a rubric takes it: 1.0 for the right number in the last line, else 0.0.

verifiers 0.4 wants it as a method of a Task under @vf.reward; rewardlab reads that too.
"""

import re


def right(completion, answer, **kwargs):
    text = completion if isinstance(completion, str) else completion[-1]["content"]
    return float(_number(text) == float(answer))


def _number(text):
    """The number after the last "Answer:"; None if there is none."""
    said = text.rpartition("Answer:")[2].strip(" \t\n*$.").replace(",", "")
    return float(said) if "Answer:" in text and re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?", said) else None
