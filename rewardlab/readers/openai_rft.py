"""OpenAI's rows for reinforcement fine-tuning and evaluation: a grader reads a row's columns as item.*."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Any


def is_item(values: Mapping[str, Json]) -> bool:
    """Whether a row lies in `item`, as the rows of evaluations do."""
    return isinstance(values.get("item"), Mapping) and not {"messages", "prompt"} & values.keys()


def prompt(values: Mapping[str, Json]) -> Mapping[str, Json]:
    """The item as the row; its input is the conversation, its ideal answer the reference."""
    beside = {name: value for name, value in values.items() if name not in {"item", "sample"}}
    row = {**beside, **values["item"]}
    if "messages" not in row and "prompt" not in row and "input" in row:
        row["prompt"] = row["input"]
    if "reference_answer" not in row and row.get("ideal") is not None:
        row["reference_answer"] = row["ideal"]
    return row
