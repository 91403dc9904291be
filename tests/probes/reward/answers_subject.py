"""Small tasks of each kind, and a subject that asks a reward written in a test about them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rewardlab.findings import Finding
from rewardlab.platforms import PLATFORMS
from rewardlab.probes.reward.trials.subject import Subject
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.task import Prompt

ROWS = 24


def prompt(number: int, question: str, reference: Any) -> Prompt:
    message = {"role": "user", "content": question}
    row = {"id": f"r{number}", "messages": [message]}
    return Prompt(
        f"r{number}", (message,), reference, row if reference is None else {**row, "reference_answer": reference}, 1
    )


def numbers(ask: str = "Give the final answer in \\boxed{}.") -> list[Prompt]:
    return [prompt(i, f"What is {17 * i} plus {i * i + 3}? {ask}", str(17 * i + i * i + 3)) for i in range(1, ROWS)]


def labels(ask: str = 'End with a line of the form "Label: X".') -> list[Prompt]:
    names = ("refund", "delivery", "login")
    return [
        prompt(i, f"Which of refund, delivery, login is this ticket, number {i}? {ask}", names[(i * i + i // 5) % 3])
        for i in range(ROWS)
    ]


def records(ask: str = "Answer with a JSON object with name, city and age.") -> list[Prompt]:
    names, cities = ("Ann", "Bob", "Cem", "Dee", "Eva"), ("Oslo", "Rome", "Lima", "Bonn")
    rows = [{"name": names[i % 5], "city": cities[i % 4], "age": 20 + i} for i in range(ROWS)]
    return [prompt(i, f"{row['name']} ({row['age']}), {row['city']}. {ask}", row) for i, row in enumerate(rows)]


def texts() -> list[Prompt]:
    who, what = (
        ("the pilot", "a nurse", "our cook", "that clerk"),
        ("lost a red bag", "found two old coins", "sold bread"),
    )
    when = ("at dawn", "on Sunday", "after the storm", "before lunch", "in March")
    told = [f"{who[i % 4]} {what[i % 3]} {when[i % 5]} in place {i}".split() for i in range(ROWS)]
    return [
        prompt(i, f"Put it into one sentence: {', '.join(reversed(words))}.", " ".join(words))
        for i, words in enumerate(told)
    ]


#: Reading helpers that the rewards of the tests share, as users write them.
PRELUDE = """
import json, re
from collections import Counter

def boxed(text):
    found = re.findall(r"\\\\boxed\\{([^{}]*)\\}", text)
    return found[-1].strip() if found else None

def as_number(text):
    try:
        return float(str(text).replace(",", "").replace("\\u2212", "-").strip(" $"))
    except ValueError:
        return None

def overlap(one, other):
    left, right = one.lower().split(), other.lower().split()
    shared = sum((Counter(left) & Counter(right)).values())
    return 2 * shared / (len(left) + len(right)) if left and right else 0.0

def last_object(text):
    try:
        found = json.loads(text[text.index("{"):text.rindex("}") + 1])
        return found if isinstance(found, dict) else None
    except ValueError:
        return None
"""

Ask = Callable[..., list[Finding]]
Probe = Callable[[Subject], Iterator[Finding]]


@pytest.fixture(name="ask")
def ask_fixture(tmp_path: Path) -> Iterator[Ask]:
    """What a probe finds about the reward whose code is given, over the prompts."""
    workers = []

    def run(probe: Probe, code: str, prompts: list[Prompt], **options: Any) -> list[Finding]:
        path = tmp_path / f"reward{len(workers)}.py"
        path.write_text(PRELUDE + textwrap.dedent(code))
        worker = WorkerProcess(RewardSource(path, "score", 20, 512), log=tmp_path / "log")
        workers.append(worker)
        asked = Subject(
            worker,
            worker.start(),
            prompts,
            every_prompt=prompts,
            platform=PLATFORMS["smtj"],
            **{"reward_range": None, "success_at": None, **options},
            timeout=20,
            rng=np.random.default_rng(0),
        )
        return list(probe(asked))

    yield run
    for worker in workers:
        worker.close()


def severities(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.severity) for finding in findings]
