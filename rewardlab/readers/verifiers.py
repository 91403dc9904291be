"""verifiers: results.jsonl of its evaluations (before 0.2), traces.jsonl of later versions (0.4.0).

A trace is a graph of messages; one that the model wrote is `sampled`. Rewards are named and weighted; null is a reward
that failed, which is no zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from rewardlab.readers.answer import Answer
from rewardlab.readers.reading import Row
from rewardlab.readers.turns import SEVERAL, answer_of, count_of, finish_of, last_turn, number_of, turns_of

Json: TypeAlias = Any


def is_result(values: Mapping[str, Json]) -> bool:
    """Whether a row is one of results.jsonl."""
    return {"example_id", "prompt", "completion", "reward"} <= values.keys()


def result(row: Row) -> Iterator[Answer]:
    """The generation of a row of results.jsonl."""
    values = row.values
    completion = values["completion"]
    text, calls, lost = (completion, None, None) if isinstance(completion, str) else last_turn(completion)
    if values.get("error"):
        text, lost = None, f"an error: {_short(values['error'])}"
    prompt = values["prompt"]
    said = prompt if isinstance(prompt, str) else turns_of(prompt)
    score, cut = number_of(values["reward"]), values.get("is_truncated")
    yield Answer(
        where=row.where,
        text=text,
        lost=lost,
        prompt=None if said is None else _row({"prompt": said}, values),
        id=str(values["example_id"]),
        id_is_place=True,
        finish_reason="length" if cut is True else "stop" if cut is False else None,
        tool_calls=calls,
        scores=() if score is None else (("reward", score),),
    )


def _row(prompt: Mapping[str, Json], values: Mapping[str, Json]) -> dict[str, Json]:
    kept = {name: values[name] for name in ("answer", "info", "task") if values.get(name) not in (None, "", {})}
    return {**prompt, **kept}


def is_trace(values: Mapping[str, Json]) -> bool:
    """Whether a row is an episode or a trace."""
    return isinstance(values.get("task"), Mapping) and (
        isinstance(values.get("traces"), list) or isinstance(values.get("nodes"), list)
    )


def traced(row: Row) -> Iterator[Answer]:
    """The generations of an episode: one of each trace of an agent that is trained."""
    traces = row.values.get("traces", [row.values])
    if not traces:
        yield Answer(where=row.where, text=None, lost=_why(row.values), prompt=_asked(row.values))
    for trace in traces:
        agent = trace.get("agent") if isinstance(trace, Mapping) else None
        if isinstance(trace, Mapping) and not (isinstance(agent, Mapping) and agent.get("trainable") is False):
            yield _of_trace(row.where, trace)


def _of_trace(where: str, trace: Mapping[str, Json]) -> Answer:
    nodes = trace.get("nodes")
    nodes = [one for one in nodes if isinstance(one, Mapping)] if isinstance(nodes, list) else []
    drawn = [(place, one) for place, one in enumerate(nodes) if one.get("sampled") is True]
    message = drawn[0][1].get("message") if len(drawn) == 1 else None
    if isinstance(message, Mapping):
        text, calls, lost = answer_of(message)
    else:
        text, calls, lost = None, None, _why(trace) if not drawn else SEVERAL
    call = _call(trace, drawn[0][0]) if len(drawn) == 1 else {}
    usage = call.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    task = trace.get("task")
    data = task.get("data") if isinstance(task, Mapping) else None
    name = data.get("id", data.get("idx")) if isinstance(data, Mapping) else None
    return Answer(
        where=where,
        text=text,
        lost=lost,
        prompt=_asked(trace),
        id=None if name is None else str(name),
        id_is_place=type(name) is int,
        finish_reason=finish_of(call.get("finish_reason")),
        prompt_tokens=count_of(usage.get("input_tokens")),
        completion_tokens=count_of(usage.get("output_tokens")),
        tool_calls=calls,
        scores=_rewards(trace.get("rewards")),
    )


def _asked(trace: Mapping[str, Json]) -> dict[str, Json] | None:
    task = trace.get("task")
    data = task.get("data") if isinstance(task, Mapping) else None
    if not isinstance(data, Mapping):
        return None
    prompt, system = data.get("prompt"), data.get("system_prompt")
    turns = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else turns_of(prompt)
    if turns is None:
        return None
    head = [{"role": "system", "content": system}] if isinstance(system, str) and system else []
    own = {name: value for name, value in data.items() if name not in OF_TASKS}
    return {"prompt": [*head, *turns], **own}


#: What a task says of how it is run, and not what it asks.
OF_TASKS = (
    "idx",
    "id",
    "prompt",
    "system_prompt",
    "skills",
    "network_allow",
    "network_block",
    "artifacts",
    "artifact_max_bytes",
    "timeout",
    "resources",
    "image",
    "workdir",
    "agent_user",
)


def _call(trace: Mapping[str, Json], node: int) -> Mapping[str, Json]:
    calls = trace.get("calls")
    found = (
        [one for one in calls if isinstance(one, Mapping) and one.get("node") == node]
        if isinstance(calls, list)
        else []
    )
    return found[-1] if found else {}


def _rewards(rewards: Json) -> tuple[tuple[str, float], ...]:
    """The weighted sum, and each reward by itself; none where one of them failed."""
    if not isinstance(rewards, Mapping) or not rewards:
        return ()
    parts: dict[str, tuple[float, float]] = {}
    for name, one in rewards.items():
        score = number_of(one.get("score")) if isinstance(one, Mapping) else None
        weight = number_of(one.get("weight", 1.0)) if isinstance(one, Mapping) else None
        if score is None or weight is None:
            return ()
        parts[name] = (score, weight)
    total = sum(score * weight for score, weight in parts.values())
    return (("reward", total), *((name, score) for name, (score, _) in parts.items() if len(parts) > 1))


def _why(trace: Mapping[str, Json]) -> str:
    errors = trace.get("errors")
    last = errors[-1] if isinstance(errors, list) and errors else None
    return f"an error: {_short(last.get('message'))}" if isinstance(last, Mapping) else "no answer"


def _short(value: Json) -> str:
    return " ".join(str(value).split())[:60]
