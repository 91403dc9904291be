"""The form of a judge's answer: the instruction in its prompt, and the constraints for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from rewardlab.judging.scale import Scale
from rewardlab.task import Json

#: The forms: only the label; a JSON object with reason and verdict; free text that ends with "Verdict: LABEL".
Answer: TypeAlias = Literal["choice", "json", "line"]

#: How many alternatives of the first token to request; the default maximum of OpenAI's servers and vLLM.
MOST_LOGPROBS = 20
#: The tokens for a reason of a few sentences before the verdict.
REASONED_TOKENS = 512
#: The tokens for a model that thinks before it answers.
THOUGHT_TOKENS = 2048


def request(scale: Scale, answer: Answer) -> str:
    """The sentence that replaces {answer} in a prompt text."""
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
    """The JSON Schema of an answer, with the reason first, since only text before the verdict can influence it."""
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
    """The default token limit of an answer: enough for a reason, or for the longest label.

    No tokenizer needs more tokens than a label has bytes. A remote model may think before it answers, and its thoughts
    count; a model that does not think stops after its answer, whatever the limit.
    """
    if is_remote:
        return THOUGHT_TOKENS
    return REASONED_TOKENS if answer != "choice" else max(len(label.encode()) for label in scale.labels) + 4


def logprobs_for(scale: Scale) -> int:
    """How many alternatives of the first token to request; 0 if it cannot tell the labels apart."""
    return 0 if scale.is_coded or overlap(scale.labels) else MOST_LOGPROBS


def overlap(labels: tuple[str, ...]) -> tuple[str, str] | None:
    """Two labels of which the second starts with the first, or None."""
    for shorter in labels:
        for longer in labels:
            if longer != shorter and longer.startswith(shorter):
                return shorter, longer
    return None
