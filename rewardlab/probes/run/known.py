"""What is known of right and wrong answers to a run: made up, exchanged between prompts, and read from the samples."""

from __future__ import annotations

from collections.abc import Sequence

from rewardlab.measurement.evidence import Earned, Evidence
from rewardlab.probes.run.reading import Read, earned_of, read
from rewardlab.runs.tables import Answers
from rewardlab.task import Prompt


def known_answers(stored: Evidence, prompts: Sequence[Prompt], answers: Answers) -> tuple[Evidence, tuple[Read, ...]]:
    """The evidence that the run keeps, with exchanged and sampled answers in it, and the sampled ones as they read.

    What was exchanged without references tells nothing of wrong answers.
    """
    reads = tuple(read(prompts, answers, stored.form))
    right, wrong = earned_of(answers, reads)
    exchanged = [
        Earned(one.prompt_id, "exchanged", one.score)
        for one in stored.exchanged
        if one.score is not None and one.relation != "unknown"
    ]
    return stored.with_answers(right, [*exchanged, *wrong]), reads
