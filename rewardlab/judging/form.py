"""The form of a verdict: how a judge is told to answer, and what makes an engine hold it to that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from rewardlab.judging.scale import Scale
from rewardlab.task import Json

#: The label alone; a JSON object with a reason and the verdict; free text that ends with the line "Verdict: LABEL".
Answer: TypeAlias = Literal["choice", "json", "line"]

#: How many alternatives of the first token are asked for: what OpenAI's servers and vLLM give at most by default.
MOST_LOGPROBS = 20
#: Room for a reason of some sentences before the verdict.
REASONED_TOKENS = 512
#: Room for the thoughts of a model that thinks first.
THOUGHT_TOKENS = 2048


def request(scale: Scale, answer: Answer) -> str:
    """The sentence that stands for {answer} in a prompt text."""
    if scale.is_continuous:
        named = f"a number from {scale.low:g} to {scale.high:g}"
    else:
        named = "one of: " + ", ".join(scale.labels)
    if answer == "choice":
        return f"Answer with exactly {named}. Write nothing else."
    if answer == "json":
        shown = "<number>" if scale.is_continuous else '"<label>"'
        return (
            "Answer with one JSON object and nothing else: "
            f'{{"reason": "<two sentences at most>", "verdict": {shown}}}. The verdict is {named}.'
        )
    return f'Give your reasons in a few sentences. Then end with a line "Verdict: X", where X is {named}.'


def schema_of(scale: Scale) -> Mapping[str, Json]:
    """The JSON Schema of an answer: the reason first, since what comes before the verdict can still change it."""
    verdict: dict[str, Json] = (
        {"type": "number", "minimum": scale.low, "maximum": scale.high}
        if scale.is_continuous
        else {"type": "string", "enum": list(scale.labels)}
    )
    return {
        "type": "object",
        "properties": {"reason": {"type": "string"}, "verdict": verdict},
        "required": ["reason", "verdict"],
        "additionalProperties": False,
    }


def tokens_for(scale: Scale, answer: Answer, *, is_remote: bool) -> int:
    """How many tokens an answer may take unless the definition says: room for reasons, or for the longest label.

    No tokenizer needs more tokens than a label has bytes. A remote model may think before it answers, and its thoughts
    count; one that does not ends after its answer, whatever the bound.
    """
    if is_remote:
        return THOUGHT_TOKENS
    return REASONED_TOKENS if answer != "choice" else max(len(label.encode()) for label in scale.labels) + 4


def logprobs_for(scale: Scale) -> int:
    """How many alternatives of the first token tell the labels apart; 0 where one label begins another."""
    return 0 if scale.is_coded or overlap(scale.labels) else MOST_LOGPROBS


def overlap(labels: tuple[str, ...]) -> tuple[str, str] | None:
    """Two labels of which the second begins with the first, or None."""
    for shorter in labels:
        for longer in labels:
            if longer != shorter and longer.startswith(shorter):
                return shorter, longer
    return None
