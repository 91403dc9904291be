"""Where a handler reads the reference, on a platform whose documentation and samples put it in different places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rewardlab.probes.reward.shapes import shape_read
from rewardlab.probes.reward.subject import Subject
from rewardlab.rewards.process import Worker
from rewardlab.settings import Settings
from rewardlab.task import Prompt

#: Prompts that the handler is asked about in each shape.
PROMPTS = 8


def settle(worker: Worker, prompts: Sequence[Prompt], settings: Settings) -> Settings:
    """The settings with the shape in which the handler reads the reference, asked once, before anything else.

    Where the platform has one place, where the code is no handler, and where it reads several places or none, the
    settings are as they were. Closes the worker.
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
        return settings.reading(shape_read(subject))
    finally:
        worker.close()
