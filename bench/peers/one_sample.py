"""Calls a reward of any form for one completion, as a user would wrap it for a tool that wants a plain function.

Standard library only: it runs in the peer's own interpreter. Nothing is checked here, so that what is found is the
peer's: a return value of the wrong shape raises at the index that a trainer would use, and ids are not looked at.
"""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import json
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias

#: score(completion, reference, prompt)
Score: TypeAlias = Callable[[str, Any, str], Any]
IN_METADATA = {"hyperpod", "bedrock"}


class Context:
    """As much of a Lambda's context as rewards use."""

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def load(file: Path) -> dict[str, Any]:
    """The names that the reward's file defines; its folder goes on the path, as when it is deployed."""
    sys.path.insert(0, str(file.parent))
    spec = importlib.util.spec_from_file_location("reward_under_audit", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return vars(module)


def event_sample(platform: str, identifier: str, prompt: str, completion: str, reference: Any) -> dict[str, Any]:
    """One sample as `platform` sends it."""
    if platform == "scorer-oss":
        texts = {"query": prompt, "response": str(reference), "model_response": completion}
        return {"id": identifier, **texts, "reference_answer": {"text": reference}}
    turn: dict[str, Any] = {"role": "assistant", "content": completion}
    if platform == "rft-eval":
        turn = {"role": "nova_assistant", "content": [{"type": "text", "text": completion}]}
    messages = [{"role": "user", "content": prompt}, turn]
    place = {"reference_answer": reference}
    return {"id": identifier, "messages": messages, **({"metadata": place} if platform in IN_METADATA else place)}


def scorer(names: Mapping[str, Any], form: str, entry: str, platform: str) -> Score:
    """`names[entry]` as a function of one completion; it gives back whatever the reward gives as the score."""
    call = names[entry]

    def score(completion: str, reference: Any, prompt: str) -> Any:
        match form:
            case "lambda":
                event = [event_sample(platform, "sample-1", prompt, completion, reference)]
                return _lambda_score(call(event, Context()), platform)
            case "verl":
                value = _now(call("bank", completion, reference))
                return value["score"] if isinstance(value, dict) else value
            case "openai":
                return _now(call({"output_text": completion}, {"reference_answer": reference}))
            case "trl":
                return _now(call(prompts=[prompt], completions=[completion], reference_answer=[reference]))[0]
            case "verifiers":
                message = [{"role": "assistant", "content": completion}]
                return _now(call(completion=message, answer=reference))
            case _:
                return _now(call(completion, reference))

    return score


def _lambda_score(value: Any, platform: str) -> Any:
    if platform == "scorer":
        value = value["body"]
    elif platform in {"serverless-oss", "scorer-oss"}:
        value = json.loads(value["body"])
    return value[0]["aggregate_reward_score"]


def _now(value: Any) -> Any:
    """The value itself, awaited where it is a coroutine; in a thread, for the peer may run a loop of its own."""
    if not inspect.iscoroutine(value):
        return value
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, value).result()
