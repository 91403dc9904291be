"""Helpers shared by engines for responses restricted to choices or a schema, and for the first token's odds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rewardlab.errors import EngineError
from rewardlab.task import Json

#: The field with the choice in a JSON object, for interfaces that can only enforce JSON.
ANSWER = "answer"


def likeliest(alternatives: Iterable[tuple[str, float]], count: int) -> tuple[tuple[str, float], ...]:
    """The `count` alternatives of highest log-probability, best first, without those that cannot occur.

    vLLM's server writes -9999 for minus infinity, which JSON lacks. Values that cannot be log-probabilities are left
    out too, but those slightly above 0 are kept, which rounding may produce for a certain token.
    """
    possible = [(text, float(value)) for text, value in alternatives if -9999 < value < 1]
    return tuple(sorted(possible, key=lambda pair: -pair[1])[:count])


def spell(tokenizer: Any, choices: Sequence[str], *, model: str) -> list[list[int]]:
    """The token ids of each choice.

    Raises: EngineError for a choice that the model's vocabulary cannot write, since it could never be the response.
    """
    spelt = [list(tokenizer.encode(choice, add_special_tokens=False)) for choice in choices]
    for choice, ids in zip(choices, spelt, strict=True):
        if not ids or tokenizer.decode(ids, skip_special_tokens=True).strip() != choice.strip():
            raise EngineError(
                f"the model cannot write the choice {choice!r}",
                where=model,
                expected="choices made of its vocabulary",
                do="name the choice otherwise, or use another model",
            )
    return spelt


def choice_schema(choices: Sequence[str]) -> Mapping[str, Json]:
    """The schema of an object whose one field is one of `choices`."""
    return {
        "type": "object",
        "properties": {ANSWER: {"type": "string", "enum": list(choices)}},
        "required": [ANSWER],
        "additionalProperties": False,
    }


def choice_of(text: str) -> str:
    """The choice in a JSON object of `choice_schema`; any other text unchanged."""
    try:
        held = json.loads(text)
    except ValueError:
        return text
    answer = held.get(ANSWER) if isinstance(held, dict) else None
    return answer if isinstance(answer, str) else text
