"""Exact match: 1.0 for the reference answer, spaces and case aside; 0.0 for anything else."""


def lambda_handler(event, context):
    """Score a batch of samples; each result carries its sample's id."""
    return [{"id": sample["id"], "aggregate_reward_score": score(sample)} for sample in event]


def score(sample):
    """1.0 when the model's last turn is the reference answer, else 0.0."""
    return float(normal(text_of(sample["messages"][-1])) == normal(str(reference_of(sample))))


def text_of(message):
    """The message's text, whether its content is a string or a list of parts."""
    content = message["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def reference_of(sample):
    """The reference answer, at the top level or in metadata; a sample without one is an error, not a free point."""
    reference = sample.get("reference_answer", (sample.get("metadata") or {}).get("reference_answer"))
    if reference is None or not str(reference).strip():
        message = f"sample {sample['id']} has no reference answer"
        raise ValueError(message)
    return reference


def normal(text):
    """The text without outer and repeated spaces, in one case."""
    return " ".join(text.split()).casefold()
