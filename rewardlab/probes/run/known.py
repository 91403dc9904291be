"""What is known of right and wrong answers to a run: made up, exchanged between prompts, and read from the samples."""

from __future__ import annotations

from collections.abc import Sequence

from rewardlab.measurement.evidence import Evidence
from rewardlab.probes.run.reading import Read, earned_of, read
from rewardlab.runs.tables import Answers
from rewardlab.task import Prompt


def known_answers(stored: Evidence, prompts: Sequence[Prompt], answers: Answers) -> tuple[Evidence, tuple[Read, ...]]:
    """The evidence that the run keeps, with exchanged and sampled answers added, and how each sampled one reads."""
    reads = tuple(read(prompts, answers, stored.form))
    right, wrong = earned_of(answers, reads)
    return stored.with_exchanged().with_answers(right, wrong), reads
