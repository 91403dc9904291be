"""The reward of verl (custom_reward_function.path): 1.0 for the right number in the last line, else 0.0."""

import re


def compute_score(data_source, solution_str, ground_truth, extra_info=None):
    return float(_number(solution_str) == float(ground_truth))


def _number(text):
    """The number after the last "Answer:"; None if there is none."""
    said = text.rpartition("Answer:")[2].strip(" \t\n*$.").replace(",", "")
    return float(said) if "Answer:" in text and re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?", said) else None
