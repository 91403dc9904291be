"""Does the reward tell any two answers apart?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding, shortened
from rewardlab.probes.reward.trials.scale import score_of
from rewardlab.probes.reward.trials.subject import Case, Subject
from rewardlab.probes.reward.trials.survey import survey_of
from rewardlab.probes.reward.trials.trial import SHOWN, earned
from rewardlab.stats.spread import SAME_SCORE

#: Fewer prompts may all deserve one score.
LEAST_PROMPTS = 5


def ask(subject: Subject) -> Iterator[Finding]:
    """RL301: right, wrong and empty answers to every prompt earn one and the same score.

    A warning, for the reward may read a format that was not tried; an audit holds it against what was sampled.

    Silent without references that are answers: then nothing says that the made-up answers differ in worth.
    """
    golds = survey_of(subject).golds
    if len(golds) < LEAST_PROMPTS:
        return
    empty = subject.score([Case(gold.prompt, "") for gold in golds])
    outcomes = [*empty, *(gold.outcome for gold in golds), *(gold.wrong_outcome for gold in golds)]
    outcomes += [outcome for gold in golds for _, outcome in gold.asked]
    scores = [score for outcome in outcomes if (score := score_of(outcome)) is not None]
    if len(scores) < len(golds) * 2 or max(scores) - min(scores) > SAME_SCORE:
        return
    cases = [
        {
            "prompt_id": gold.prompt.id,
            "right_answer": shortened(gold.response),
            "score": earned(gold.outcome),
            "wrong_answer": shortened(gold.form.write(gold.wrong)) if gold.wrong is not None else None,
            "wrong_answer_score": earned(gold.wrong_outcome),
        }
        for gold in golds[:SHOWN]
    ]
    yield Finding("RL301", "warning", {"score": scores[0], "answers": len(scores), "cases": cases})
