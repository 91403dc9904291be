"""Does a judge score the same words differently under a heading and in bold?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rewardlab.judging.exhibit import Exhibit
from rewardlab.probes.judge.effect import Effect, effect_of, suspicion
from rewardlab.probes.judge.question import Question
from rewardlab.probes.run.suspicion import Suspicion

VARIANT = "styled"
HEADING = "## Response"


def alter(exhibit: Exhibit) -> Exhibit:
    """The exhibit with a markdown heading over the response and each of its lines in bold; its words are the same."""
    lines = [f"**{line.strip()}**" if line.strip() else "" for line in exhibit.response.splitlines()]
    return replace(exhibit, response="\n".join([HEADING, "", *lines]))


def ask(question: Question) -> Iterator[Suspicion]:
    """RL505: verdicts that rise with markdown. A judge that marks it down only says so in its numbers."""
    for ratings in question.panel:
        effect = effect_of(ratings, VARIANT)
        if isinstance(effect, Effect):
            yield suspicion(question, ratings, "RL505", effect, altered="a heading and bold type around the same words")
