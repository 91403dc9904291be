"""Does a judge give a longer response a higher score, though what was added says nothing?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate

from rewardlab.judging.exhibit import Exhibit
from rewardlab.probes.judge.effect import Effect, effect_of, suspicion
from rewardlab.probes.judge.question import Question
from rewardlab.probes.run.suspicion import Suspicion

VARIANT = "padded"
#: Sentences that answer nothing, claim nothing and hold no number, verdict or instruction.
SENTENCES = (
    "That is what there is to say in reply to the question that was put above.",
    "The reply is given here as a whole, from its beginning to its end.",
    "It was written for whoever reads it, in the order in which it is read.",
    "What comes before this sentence is the reply, and what comes after it adds nothing.",
    "The closing words of a text are often longer than they need to be, and so are these.",
    "They stand here because a text may be ended in a few words or in many.",
    "A reader who has come this far has read all that matters and a little more.",
    "With these words the reply is complete, and nothing is left out of it.",
)
#: The fewest characters that are added, and the most.
LEAST, MOST = 80, 600
#: If the rise with padding has a lower p-value, padding explains a rise with longer text of other kinds.
SIGNIFICANT = 0.05


def alter(exhibit: Exhibit) -> Exhibit:
    """The exhibit with closing sentences after the response, at least as long as it is within LEAST and MOST."""
    wanted = min(max(len(exhibit.response), LEAST), MOST)
    texts = accumulate(SENTENCES, lambda text, sentence: f"{text} {sentence}")
    closing = next((text for text in texts if len(text) >= wanted), " ".join(SENTENCES))
    return replace(exhibit, response=f"{exhibit.response}\n\n{closing}")


def ask(question: Question) -> Iterator[Suspicion]:
    """RL505: verdicts that rise with padding. A judge that marks padding down only says so in its numbers."""
    for ratings in question.panel:
        effect = effect_of(ratings, VARIANT)
        if isinstance(effect, Effect):
            yield suspicion(question, ratings, "RL505", effect, altered="closing sentences that say nothing")
