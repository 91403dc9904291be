"""Scores sampled winners under other prompts, where they must lose, to see whether the reward reads the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rewardlab.answers.reading.reader import Reader
from rewardlab.answers.reference.accepted import NUMBER, answers_of, is_answer, kind_of, labels_of, mentions, number
from rewardlab.answers.values.quantities import quantity_of
from rewardlab.answers.wrong.exchanged import Answered, Swap, is_integral, neighbourhood, swaps
from rewardlab.measurement.evidence import Evidence, Exchanged
from rewardlab.measurement.success import success_rule
from rewardlab.probes.reward.trials.sampled import Sampled
from rewardlab.probes.reward.trials.scale import score_of
from rewardlab.probes.reward.trials.subject import Case, OutOfTimeError, Subject
from rewardlab.task import Prompt

#: Prompts that are given other prompts' winners, and the fewest, however slow the reward is.
MOST_RECEIVERS, LEAST_RECEIVERS = 200, 30
#: About how many of its own seconds the exchange of a slow reward takes.
BUDGET_SECONDS = 20.0
#: How many cases are scored at once; those that are done are kept when time runs out.
CHUNK = 256
#: How many characters from the end are searched for a winner's final answer.
TAIL = 2000
NO_WINNER = "no sampled answer succeeded, so none could be given to another prompt"
ALL_ALIKE = "the prompts all have one and the same right answer, so every answer is right under every other prompt"


@dataclass(frozen=True, slots=True)
class Winner:
    """A sampled answer that succeeds under its own prompt."""

    prompt: Prompt
    index: int
    text: str
    token_ids: tuple[int, ...] | None = None

    def given_to(self, prompt: Prompt) -> Case:
        """This answer under that prompt, with the tokens that it was drawn as."""
        return Case(prompt, self.text, self.token_ids)


def exchange_winners(
    subject: Subject, sampled: Mapping[str, Sequence[Sampled]], evidence: Evidence
) -> tuple[tuple[Exchanged, ...], str]:
    """Score sampled winners under prompts with another right answer; also say why not, empty if some were scored.

    `sampled` holds scored generations by prompt id; `evidence` is that of made-up answers. Every winner is scored first
    under its own prompt, in the same process, which shows whether the reward remembers scores by answer.
    """
    winners = _winners(subject, sampled, evidence)
    if not winners:
        return (), NO_WINNER
    pairs = _pairs(subject, winners)
    if not pairs:
        return (), ALL_ALIKE
    given = {winner.prompt.id: winner for _, winner, _ in pairs}
    own = _scores(subject, [one.given_to(one.prompt) for one in given.values()])
    earned_at_home = dict(zip(given, own, strict=False))
    scores = _scores(subject, [winner.given_to(prompt) for prompt, winner, _ in pairs])
    return tuple(
        Exchanged(prompt.id, winner.prompt.id, winner.index, swap.relation, earned_at_home.get(winner.prompt.id), score)
        for (prompt, winner, swap), score in zip(pairs, scores, strict=False)
    ), ""


def _winners(subject: Subject, sampled: Mapping[str, Sequence[Sampled]], evidence: Evidence) -> dict[str, Winner]:
    """For each prompt its best sampled answer that succeeds, of equals the shortest."""
    scores = np.array([one.score for every in sampled.values() for one in every], float)
    rule = success_rule(scores, success_at=subject.success_at, reward_range=subject.reward_range, evidence=evidence)
    found = {}
    for prompt in subject.every_prompt:
        good = [one for one in sampled.get(prompt.id, ()) if one.text.strip() and one.is_right in {None, True}]
        hits = rule.of(np.array([one.score for one in good], float))
        won = [one for one, hit in zip(good, hits, strict=True) if hit]
        if won:
            best = min(won, key=lambda one: (-one.score, len(one.text), one.index))
            found[prompt.id] = Winner(prompt, best.index, best.text, best.token_ids)
    return found


def _pairs(subject: Subject, winners: Mapping[str, Winner]) -> list[tuple[Prompt, Winner, Swap]]:
    """Prompts with the winners to score under them."""
    every = subject.every_prompt
    with_answers = [prompt for prompt in every if answers_of(prompt)]
    if len(with_answers) * 2 < len(every):
        return _strangers(subject, winners)
    sure = [prompt for prompt in with_answers if is_answer(prompt)]
    chosen = sure if len(sure) * 2 >= len(with_answers) else with_answers
    receivers = _receivers(subject, chosen)
    # Prompts that only give follow those that also receive.
    known = {prompt.id for prompt in receivers}
    givers = [prompt for prompt in chosen if prompt.id in winners]
    line = [*receivers, *(prompt for prompt in givers if prompt.id not in known)]
    place = {prompt.id: at for at, prompt in enumerate(line)}
    answered = [Answered.of(prompt, answers_of(prompt)[0]) for prompt in line]
    labels = labels_of(every)
    reader = Reader(every, None)
    found = swaps(answered, labels, rng=subject.stream("givers"), givers=[place[prompt.id] for prompt in givers])
    integral = is_integral(answered)
    pairs = []
    for swap in found:
        if swap.receiver < len(receivers):
            winner = winners[line[swap.donor].id]
            if not _may_be_right(reader, answered[swap.receiver], labels, winner.text, is_integral=integral):
                relation = swap.relation if chosen is sure else "row"
                pairs.append((line[swap.receiver], winner, Swap(swap.receiver, swap.donor, relation)))
    return pairs


def _may_be_right(reader: Reader, receiver: Answered, labels: Sequence[str], text: str, *, is_integral: bool) -> bool:
    """Whether another prompt's winner could rightly win here too, as far as its text tells."""
    side = reader.side(receiver.prompt, text)
    if side is not None:
        return side == "right"
    if not is_integral and _is_near(receiver, text):
        return True
    kind = kind_of(receiver.text, labels)
    return kind in {"phrase", "label"} and mentions(text, receiver.text)


def _is_near(receiver: Answered, text: str) -> bool:
    """Whether another prompt's text holds a number so near the right one that a tolerance may rightly take it.

    A winner's number may differ from its own reference in the direction of this one.
    """
    held = quantity_of(receiver.text)
    value = receiver.number if held is None else held.value
    if value is None:
        return False
    given = (number(one) for one in NUMBER.findall(text[-TAIL:]))
    return any(one is not None and abs(one - value) <= neighbourhood(receiver.prompt, value) for one in given)


def _strangers(subject: Subject, winners: Mapping[str, Winner]) -> list[tuple[Prompt, Winner, Swap]]:
    """Without references: give each prompt winners of prompts with another text."""
    receivers = _receivers(subject, subject.every_prompt)
    giving = list(winners.values())
    order = [giving[int(place)] for place in subject.stream("strangers").permutation(len(giving))]
    pairs = []
    for place, prompt in enumerate(receivers):
        line = (*order[place % len(order) :], *order[: place % len(order)])
        winner = next((one for one in line[:20] if one.prompt.messages != prompt.messages), None)
        if winner is not None:
            pairs.append((prompt, winner, Swap(place, place, "unknown")))
    return pairs


def _receivers(subject: Subject, prompts: Sequence[Prompt]) -> list[Prompt]:
    affordable = int(BUDGET_SECONDS / max(3 * (subject.pace or 0.0), 1e-9))
    most = min(len(prompts), MOST_RECEIVERS, max(LEAST_RECEIVERS, affordable))
    drawn = sorted(int(place) for place in subject.stream("receivers").choice(len(prompts), most, replace=False))
    return [prompts[place] for place in drawn]


def _scores(subject: Subject, cases: Sequence[Case]) -> list[float | None]:
    """What each case earned, None where it has no score; fewer than the cases where time ran out."""
    scores: list[float | None] = []
    for start in range(0, len(cases), CHUNK):
        try:
            scores += [score_of(outcome) for outcome in subject.score(cases[start : start + CHUNK])]
        except OutOfTimeError:
            break
    return scores
