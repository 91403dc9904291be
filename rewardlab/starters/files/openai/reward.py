"""A Python grader of OpenAI's reinforcement fine-tuning: 1.0 for the right number in the last line, else 0.0."""

import re


def grade(sample, item):
    return float(_number(sample["output_text"]) == float(item["reference_answer"]))


def _number(text):
    """The number after the last "Answer:"; None if there is none."""
    said = text.rpartition("Answer:")[2].strip(" \t\n*$.").replace(",", "")
    return float(said) if "Answer:" in text and re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?", said) else None
