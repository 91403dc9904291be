"""Amazon Nova's rows for supervised tuning: bedrock-conversation-2024, with `system` beside the turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from rewardlab.readers.turns import text_of, turns_of

Json: TypeAlias = Any


def is_conversation(values: Mapping[str, Json]) -> bool:
    """Whether a row is a conversation of Bedrock's: it says so, or has the system's text beside turns made of parts."""
    version, system, turns = values.get("schemaVersion"), values.get("system"), values.get("messages")
    if isinstance(version, str) and version.startswith("bedrock-conversation"):
        return True
    return isinstance(system, list) and isinstance(turns, list) and bool(turns) and "reference_answer" not in values


def prompt(values: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The row in our form, thoughts left out; None where its turns are not text alone (images, calls of tools)."""
    messages = turns_of(values.get("messages"))
    if messages is None:
        return None
    system = text_of(values.get("system"))
    head = [{"role": "system", "content": system}] if system else []
    kept = {name: value for name, value in values.items() if name not in {"schemaVersion", "system"}}
    return {**kept, "messages": [*head, *messages]}
