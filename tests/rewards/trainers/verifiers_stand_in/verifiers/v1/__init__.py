from __future__ import annotations

import asyncio
import inspect

from pydantic import BaseModel, ConfigDict

from verifiers.v1.trace import Trace  # noqa: F401


class AgentConfig(BaseModel):
    name: str = "agent"


class TaskData(BaseModel):
    model_config = ConfigDict(frozen=True)
    idx: int | None = None
    name: str | None = None
    prompt: str | list[dict] | None = None


class Task:
    data_kind = TaskData

    def __init__(self, data, config=None):
        self.data = data

    def __class_getitem__(cls, kind):
        return type(cls.__name__, (cls,), {"data_kind": kind})

    @classmethod
    def data_type(cls):
        return cls.data_kind

    async def score(self, trace, runtime=None):
        marked = {name for base in type(self).__mro__ for name, one in vars(base).items() if hasattr(one, "reward")}
        for method in (getattr(self, name) for name in sorted(marked)):
            available = {"task": self.data, "trace": trace}
            asked = [name for name in inspect.signature(method).parameters if name in available]
            value = (await asyncio.gather(method(**{name: available[name] for name in asked})))[0]
            trace.rewards[method.__name__] = Reward(score=float(value), weight=method._vf_weight)


class Reward(BaseModel):
    score: float
    weight: float = 1.0


def reward(function=None, weight=1.0):
    def mark(one):
        one.reward, one._vf_weight = True, weight
        return one

    return mark if function is None else mark(function)
