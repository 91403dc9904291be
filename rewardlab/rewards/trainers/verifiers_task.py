"""Calls a reward in the form of verifiers 0.4: methods of a Task, marked by @vf.reward, that score a rollout's trace.

Standard library only: this file runs in the isolated worker. The file under audit has imported verifiers itself, and
verifiers' own classes make the data, the task and the trace (seen at 0.4.0). Rubrics of earlier versions: rubric.py.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

from rewardlab.rewards.events.sample import Sample, columns_of, hidden_columns_of, reference_of, response_of, turns_of
from rewardlab.rewards.trainers.loop import Given
from rewardlab.rewards.trainers.rounds import Later
from rewardlab.rewards.trainers.rubric import Weighted
from rewardlab.rewards.trainers.signature import EITHER, REFERENCES

#: The attributes with which verifiers marks a reward method and stores its weight.
MARK, WEIGHT = "reward", "_vf_weight"


class TaskError(ValueError):
    """A task that cannot be scored without the environment that verifiers runs around it."""


def is_task(value: Any) -> bool:
    """Whether it is a class like verifiers' Task with at least one reward method."""
    return inspect.isclass(value) and callable(getattr(value, "data_type", None)) and any(_rewards(value))


def _rewards(task: type) -> Iterator[Any]:
    """The reward methods; an override without the mark is not one."""
    for name in sorted({name for base in task.__mro__ for name, one in vars(base).items() if hasattr(one, WEIGHT)}):
        method = getattr(task, name)
        if getattr(method, MARK, False):
            yield method


class TaskReward:
    """Computes the weighted sum of a Task class's rewards for one sample.

    Raises: TaskError from the constructor when a reward needs a rollout's container, which an audit does not have.
    """

    def __init__(self, task: type) -> None:
        self._task = task
        for method in _rewards(task):
            asked = inspect.signature(method).parameters.get("runtime")
            if asked is not None and asked.default is asked.empty:
                raise TaskError(f"{task.__name__}.{method.__name__} needs `runtime`, the container of a rollout")

    @property
    def weights(self) -> tuple[tuple[str, float], ...]:
        """The name and weight of each reward method."""
        return tuple((method.__name__, float(getattr(method, WEIGHT))) for method in _rewards(self._task))

    def __call__(self, sample: Sample) -> Later:
        """A Later that yields the weighted sum and its values.

        Raises: whatever a reward raises, and pydantic's error for a row that does not fit the task's data.
        """
        trace_of = sys.modules["verifiers.v1.trace"]
        task = self._task(self._data(sample))
        trace = trace_of.Trace(
            task=trace_of.TraceTask(type=self._task.__name__, data=task.data),
            agent=trace_of.AgentInfo(config=sys.modules["verifiers.v1"].AgentConfig()),
            nodes=list(_nodes(sample)),
            is_completed=True,
            ok=True,
        )
        return Later(task.score(trace), partial(_weighted, trace))

    def _data(self, sample: Sample) -> Any:
        """The row as the task's data: fields are filled from columns of the same name, or from the reference."""
        kind = self._task.data_type()  # type: ignore[attr-defined]
        own = set(kind.model_fields) - set(sys.modules["verifiers.v1"].TaskData.model_fields)
        columns = {**hidden_columns_of(sample), **columns_of(sample)}
        values = {name: columns[name] for name in own if name in columns}
        known = {name: reference_of(sample) for name in own - set(values) if name in REFERENCES | EITHER}
        prompt = sample.get("prompt")
        return kind(prompt=prompt if isinstance(prompt, str) else turns_of(sample), **known, **values)


def _weighted(trace: Any, scored: Given) -> Weighted:
    """The weighted sum in the trace, after its task has been scored."""
    scored()
    found = {name: reward for name, reward in trace.rewards.items() if reward is not None}
    values = tuple((name, float(reward.score)) for name, reward in found.items())
    return Weighted(sum(float(reward.score) * float(reward.weight) for reward in found.values()), values)


def _nodes(sample: Sample) -> Iterator[Any]:
    """The conversation as nodes of a trace, each the child of the one before; only the last one was sampled."""
    node = sys.modules["verifiers.v1.graph"].MessageNode
    turns = [{"role": turn.get("role"), "content": turn.get("content", "")} for turn in turns_of(sample)]
    for place, turn in enumerate(turns):
        yield node(message=turn, parent=place - 1 if place else None)
    answer = {"role": "assistant", "content": response_of(sample)}
    yield node(message=answer, parent=len(turns) - 1 if turns else None, sampled=True)
