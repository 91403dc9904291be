"""Reward code put before one probe, or all of this room, in a worker of its own."""

from __future__ import annotations

import math
import tempfile
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from rewardlab.findings import Finding
from rewardlab.platforms import PLATFORMS
from rewardlab.probes.reward.trials.subject import Subject
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.task import Prompt


def prompt(identifier: str, question: str, reference: Any, **columns: Any) -> Prompt:
    messages = ({"role": "user", "content": question},)
    row = {"id": identifier, "messages": list(messages), "reference_answer": reference, **columns}
    return Prompt(identifier, messages, reference, row, 1)


PROMPTS = tuple(prompt(f"p{number}", f"{number} * 7 = ?", str(7 * number)) for number in range(1, 7))


@contextmanager
def code_subject(
    code: str,
    prompts: Sequence[Prompt] = PROMPTS,
    *,
    platform: str = "smtj",
    reward_range: tuple[float, float] | None = None,
    timeout: float = 10,
    every_prompt: Sequence[Prompt] | None = None,
    seed: int = 0,
    pace: float | None = None,
    most_seconds: float = math.inf,
    patience: float | None = None,
) -> Iterator[Subject]:
    """The subject of a reward's code; its worker is killed on leaving."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "reward.py"
        path.write_text(textwrap.dedent(code))
        profile = PLATFORMS[platform]
        worker = WorkerProcess(
            RewardSource(path, None, timeout, 512), log=Path(folder) / "log", returns=profile.returns
        )
        try:
            yield Subject(
                worker,
                worker.start(),
                prompts,
                every_prompt=prompts if every_prompt is None else every_prompt,
                platform=profile,
                reward_range=reward_range,
                success_at=None,
                timeout=timeout,
                rng=np.random.default_rng(seed),
                pace=pace,
                most_seconds=most_seconds,
                patience=patience,
            )
        finally:
            worker.close()


def examine_code(
    ask: Callable[[Subject], Iterator[Finding]], code: str, prompts: Sequence[Prompt] = PROMPTS, **options: Any
) -> list[Finding]:
    """The findings of one probe."""
    with code_subject(code, prompts, **options) as subject:
        return list(ask(subject))


def codes(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in findings]


#: A handler that reads every shape and bears every sample; `score(text, reference)` follows it.
SOUND = """
def text_of(sample):
    if "model_response" in sample:
        return sample["model_response"]
    turns = sample.get("messages") or [{}]
    content = turns[-1].get("content") if turns[-1].get("role") in ("assistant", "nova_assistant") else ""
    if isinstance(content, list):
        content = "".join(part.get("text", "") for part in content)
    return content or ""

def reference_of(sample):
    reference = sample.get("reference_answer", (sample.get("metadata") or {}).get("reference_answer"))
    return reference.get("text") if isinstance(reference, dict) else reference

def lambda_handler(event, context):
    return [{"id": s["id"], "aggregate_reward_score": score(text_of(s), reference_of(s))} for s in event]

def score(text, reference):
    return float(str(reference) in text.replace("$", "").split() or text.endswith(f"{{{reference}}}"))
"""


def handler(body: str, rest: str = "") -> str:
    """A Lambda whose `one(sample)` gives the score: `body` is its code."""
    one = textwrap.indent(textwrap.dedent(body).strip(), "    ")
    loop = 'return [{"id": s["id"], "aggregate_reward_score": one(s)} for s in event]'
    return f"{textwrap.dedent(rest)}\ndef one(s):\n{one}\n\ndef lambda_handler(event, context):\n    {loop}\n"
