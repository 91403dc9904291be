from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from verifiers.v1.graph import MessageNode


class TraceTask(BaseModel):
    type: str
    data: Any


class AgentInfo(BaseModel):
    config: Any


class Trace(BaseModel):
    task: TraceTask
    agent: AgentInfo
    nodes: list[MessageNode]
    rewards: dict[str, Any] = {}
    is_completed: bool = False
    ok: bool = False

    @property
    def last_reply(self):
        return next(node.message.content for node in reversed(self.nodes) if node.sampled)
