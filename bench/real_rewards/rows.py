"""prompts.jsonl as each trainer's users have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from bench.real_rewards.questions import Question

#: One row: the question, and the sentence that names the format.
Rows: TypeAlias = Callable[[Question, str], dict[str, Any]]


def trl(column: str, *, texts: bool = False) -> Rows:
    """TRL's rows: the reference is a column; `texts` for rewards that take completions as texts."""

    def row(question: Question, asks: str) -> dict[str, Any]:
        text = f"{question.text}\n{asks}"
        prompt = text if texts else [{"role": "user", "content": text}]
        return {"prompt": prompt, column: question.reference, **question.columns}

    return row


def verl(source: str) -> Rows:
    """verl's rows."""

    def row(question: Question, asks: str) -> dict[str, Any]:
        return {
            "data_source": source,
            "prompt": [{"role": "user", "content": f"{question.text}\n{asks}"}],
            "reward_model": {"style": "rule", "ground_truth": question.reference},
            "extra_info": {"split": "train"},
        }

    return row


def plain(question: Question, asks: str) -> dict[str, Any]:
    """Nova's rows."""
    text = f"{question.text}\n{asks}"
    return {"messages": [{"role": "user", "content": text}], "reference_answer": question.reference, **question.columns}
