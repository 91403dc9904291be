"""Do generations fail because they were cut off before they could answer?"""

from __future__ import annotations

from collections.abc import Iterator

from rewardlab.findings import Finding
from rewardlab.probes.run.diagnosis.readings import Readings
from rewardlab.probes.run.diagnosis.texts import Texts
from rewardlab.probes.run.diagnosis.weight import weigh
from rewardlab.probes.run.question import Question
from rewardlab.runs.tables import Bools
from rewardlab.stats.interval import Estimate

#: The token limit explains failures where surely more than this share of them was cut off.
MOST = 0.5


def ask(question: Question, texts: Texts, readings: Readings, explained: Bools) -> Iterator[tuple[Finding, Bools]]:
    """RL409, a blocker, where most failing texts were cut off without an answer, with those texts.

    Where fewer were, rewardlab.probes.run.truncation warns. A text that holds a final answer failed by that answer.
    """
    answered = texts.where([bool(text.finals) for text in readings.said])
    cells = texts.failing & texts.cut & ~answered & ~readings.right & ~explained
    if not cells.any():
        return
    weight = weigh(question, texts, cells)
    if weight.severity != "blocker" or not isinstance(weight.share, Estimate) or weight.share.low <= MOST:
        return
    summary = f"{weight.spoken()} were cut off at the token limit before they gave an answer"
    evidence = {"summary": summary, **weight.evidence(), "examples": texts.examples(question, cells)}
    yield Finding("RL409", "blocker", evidence), cells
