"""What every adapter is: a program that reads one job, lets its peer judge the reward, and prints the answer as JSON.

Standard library only: it runs in the peer's own interpreter.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

MEMORY_BYTES = 4 << 30
Level: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True)
class Flag:
    """One thing the peer said against the reward."""

    level: Level
    text: str


@dataclass(frozen=True)
class Answer:
    """What the peer made of a reward. `why` says why it could not take it; `verdict` is the peer's own word."""

    verdict: str
    flags: tuple[Flag, ...] = ()
    applicable: bool = True
    why: str = ""


@dataclass(frozen=True)
class Job:
    """One reward for one peer, and the data that go with it.

    `prompts` are {id, question, reference}; `responses` {prompt_id, index, text, label} in their order. `success` is
    the middle of the reward range. `scratch` is an empty folder, and `root` the folder that holds `bench`.
    """

    file: str
    form: str
    entry: str
    task: str
    platform: str
    success: float
    prompts: list[dict[str, Any]]
    responses: list[dict[str, Any]]
    scratch: str
    root: str


def main(judge: Callable[[Job], Answer]) -> None:
    """Read the job named on the command line and print the answer, under a limit on memory.

    The first line, `ready`, says that the peer has been imported: its clock starts there. The reward may print: its
    lines go to standard error, and the answer alone to standard output.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    print("ready", file=out, flush=True)
    job = Job(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    json.dump(asdict(judge(job)), out)
    out.close()
    os._exit(0)  # threads that a reward has left behind do not keep the process
