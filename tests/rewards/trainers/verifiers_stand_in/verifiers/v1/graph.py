from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class Message(BaseModel):
    role: str
    content: str


class MessageNode(BaseModel):
    parent: int | None = None
    message: Message
    sampled: bool = False
    extra: Any = None
