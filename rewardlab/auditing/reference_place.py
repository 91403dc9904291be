"""Finds where a handler reads the reference, if the platform's documentation and samples put it in several places."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from rewardlab.platforms import ReferencePlace, Shape
from rewardlab.probes.reward.shapes import shape_read
from rewardlab.probes.reward.trials.subject import Case, Subject
from rewardlab.rewards.code.columns import named_column
from rewardlab.rewards.isolation.process import WorkerProcess
from rewardlab.rewards.isolation.reply import Worker
from rewardlab.settings.audit import Settings
from rewardlab.task import Prompt

#: The key that a handler looks up in a sample to read the reference, by its place.
KEYS: Mapping[ReferencePlace, str] = {"top": "reference_answer", "metadata": "metadata.reference_answer"}
#: Prompts that the handler is asked about in each shape.
PROMPTS = 8


def reference_column(reward: Path, prompts: Sequence[Prompt], settings: Settings) -> str | None:
    """The column that the reward takes by name and that is the reference; None if rows have one, or it is not clear."""
    if "reference" in settings.columns or any(prompt.reference is not None for prompt in prompts):
        return None
    return named_column(reward, settings.entry, [prompt.row for prompt in prompts])


def settle(worker: Worker, prompts: Sequence[Prompt], settings: Settings) -> Settings:
    """The settings, with the shape of samples in which the handler reads the reference; asked once, before all else.

    The settings stay as they were if the platform has one place, if the code is no handler, or if it reads several
    places or none. Closes the worker.
    Raises: RewardError when the code cannot be loaded.
    """
    if not settings.profile.is_disputed:
        return settings
    try:
        entry = worker.start()
        if entry.kind != "lambda":
            return settings
        subject = Subject(
            worker,
            entry,
            prompts[:PROMPTS],
            every_prompt=prompts[:PROMPTS],
            platform=settings.profile,
            reward_range=settings.reward_range,
            success_at=settings.success_at,
            timeout=settings.reward_timeout,
            rng=np.random.default_rng(settings.seed),
        )
        shape = shape_read(subject)
        if shape == settings.profile.shape and isinstance(worker, WorkerProcess):
            shape = _looked_up(worker, subject)
        return settings.reading(shape)
    finally:
        worker.close()


def _looked_up(worker: WorkerProcess, subject: Subject) -> Shape:
    """The shape with the one place of the reference that the handler looks up; the first if there is not exactly one.

    This works if scores say nothing: every made-up answer loses if the handler wants a format that none of them has.
    """
    first = subject.platform.shape
    event = json.dumps(subject.samples([Case(prompt, "1") for prompt in subject.prompts[:1]])).encode()
    keys = worker.lookups(event)
    if first.reference != "metadata" and "metadata" in keys:  # the sample has none, so the handler cannot look further
        keys |= {KEYS["metadata"]}
    read = [shape for shape in subject.platform.shapes if KEYS.get(shape.reference) in keys]
    return read[0] if len({shape.reference for shape in read}) == 1 else first
