"""A reward Lambda for Amazon Nova on any of its platforms: 1.0 for the right number in the last line, else 0.0."""

import re


def lambda_handler(event, context):
    return [_scored(sample) for sample in event]


def _scored(sample):
    """The score of one sample; a broken one earns nothing, is named in the log, and fails no other."""
    try:
        response = sample["messages"][-1]["content"]
        known = sample.get("reference_answer") or sample["metadata"]["reference_answer"]
        right = float(_number(response) == float(known))
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        print(f"sample {sample.get('id')!r} is broken: {error!r}")
        right = 0.0
    return {"id": sample["id"], "aggregate_reward_score": right}


def _number(text):
    """The number after the last "Answer:"; None if there is none."""
    said = text.rpartition("Answer:")[2].strip(" \t\n*$.").replace(",", "")
    return float(said) if "Answer:" in text and re.fullmatch(r"[+-]?\d{1,30}(\.\d{1,30})?", said) else None
