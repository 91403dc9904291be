"""NVIDIA's: rows and rollouts of NeMo Gym (its Responses API shape), rows of NeMo RL.

A Gym row asks with responses_create_params.input; a rollout adds response.output, reward and its place
(_ng_task_index, _ng_rollout_index). NeMo RL's chat rows end with the reference as the assistant's turn; its problem
sets have problem and expected_answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from rewardlab.readers.answer import Answer
from rewardlab.readers.calls import read_calls
from rewardlab.readers.reading import Row
from rewardlab.readers.turns import SEVERAL, count_of, finish_of, number_of, text_of, turns_of

Json: TypeAlias = Any

ASKED = "responses_create_params"
TASK, ROLLOUT = "_ng_task_index", "_ng_rollout_index"


def is_gym_prompt(values: Mapping[str, Json]) -> bool:
    """Whether a row asks in NeMo Gym's way, with no response yet."""
    return isinstance(values.get(ASKED), Mapping) and "response" not in values


def is_gym_rollout(values: Mapping[str, Json]) -> bool:
    """Whether a row is a rollout of NeMo Gym."""
    return isinstance(values.get("response"), Mapping) and "reward" in values and (ASKED in values or TASK in values)


def gym_prompt(values: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The row in our form, its own columns kept; None where its input is no conversation."""
    asked = values.get(ASKED)
    if not isinstance(asked, Mapping):
        return None
    spoken = asked.get("input")
    turns = [{"role": "user", "content": spoken}] if isinstance(spoken, str) and spoken.strip() else turns_of(spoken)
    if turns is None:
        return None
    system = asked.get("instructions")
    head = [{"role": "system", "content": system}] if isinstance(system, str) and system else []
    kept = {name: value for name, value in values.items() if name not in {ASKED, "response", "reward", TASK, ROLLOUT}}
    tools = asked.get("tools")
    held = {"tools": tools} if isinstance(tools, list) and tools and "tools" not in kept else {}
    return expected({**kept, **held, "messages": [*head, *turns]})


def expected(row: Mapping[str, Json]) -> Mapping[str, Json]:
    """The row with expected_answer, NVIDIA's name, as its reference."""
    answer = row.get("expected_answer")
    return row if answer is None or "reference_answer" in row else {**row, "reference_answer": answer}


def gym_rollout(row: Row) -> Iterator[Answer]:
    """The generation of a rollout: the text of its messages, its thoughts left out."""
    values = row.values
    response = values["response"]
    listed = response.get("output")
    items = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    spoken = [
        text_of(one.get("content"))
        for one in items
        if one.get("type", "message") == "message" and one.get("role") != "user"
    ]
    texts = [text for text in spoken if text is not None]
    calls, _ = read_calls(
        [{"id": one.get("call_id"), "function": one} for one in items if one.get("type") == "function_call"] or None
    )
    many = any(one.get("type") == "function_call_output" for one in items) or len(texts) > 1
    lost = SEVERAL if many else "no answer" if not texts and calls is None else None
    usage = response.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    score, place, turn = number_of(values["reward"]), values.get(TASK), values.get(ROLLOUT)
    details = response.get("incomplete_details")
    cut = details.get("reason") if isinstance(details, Mapping) else response.get("status")
    yield Answer(
        where=row.where,
        text=None if lost is not None else "".join(texts),
        lost=lost,
        prompt=_without_id(gym_prompt(values)),
        id=str(values["id"]) if isinstance(values.get("id"), str | int) else None if place is None else str(place),
        id_is_place="id" not in values,
        index=turn if type(turn) is int and turn >= 0 else None,
        finish_reason=finish_of(cut),
        prompt_tokens=count_of(usage.get("input_tokens")),
        completion_tokens=count_of(usage.get("output_tokens")),
        tool_calls=calls,
        scores=() if score is None else (("reward", score),),
    )


def _without_id(row: Mapping[str, Json] | None) -> Mapping[str, Json] | None:
    return None if row is None else {name: value for name, value in row.items() if name != "id"}


def is_rl_prompt(values: Mapping[str, Json]) -> bool:
    """Whether a row is one of NeMo RL's: chat rows with a task_name, or a problem with its expected_answer."""
    if isinstance(values.get("problem"), str) and "expected_answer" in values:
        return True
    return "task_name" in values and (isinstance(values.get("messages"), list) or isinstance(values.get("input"), str))


def rl_prompt(values: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The row in our form. The assistant's last turn is the reference, as NeMo RL's math processor takes it."""
    messages = values.get("messages")
    if isinstance(messages, list):
        last = messages[-1] if messages else None
        reference = (
            text_of(last.get("content")) if isinstance(last, Mapping) and last.get("role") == "assistant" else None
        )
        if reference is None or "reference_answer" in values:
            return values
        return {**values, "messages": messages[:-1], "reference_answer": reference}
    asked = values.get("problem", values.get("input"))
    if not isinstance(asked, str) or not asked.strip():
        return None
    answer = values.get("expected_answer", values.get("output"))
    return {**values, "prompt": asked, **({} if answer is None else {"reference_answer": answer})}
