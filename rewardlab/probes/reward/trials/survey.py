"""Finds out how this reward is answered rightly: each prompt's best format, its score, and a wrong answer's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np

from rewardlab.answers.reference.accepted import Kind, answers_of, is_answer, kind_of, labels_of, rights_of, wrong_for
from rewardlab.answers.reference.given import given_pairs
from rewardlab.answers.reference.learnt import MOST_EXAMPLES, format_of_examples, learnt_formats
from rewardlab.answers.reference.wording import BARE, GIVEN, KNOWN, Format, asked_formats
from rewardlab.measurement.evidence import NOTHING_KNOWN, Evidence
from rewardlab.measurement.success import Success, success_rule
from rewardlab.outcome import Outcome, Unscored
from rewardlab.probes.reward.trials.foreign import Blended, Foreign, ask_blends, ask_foreign, ask_near, evidence_from
from rewardlab.probes.reward.trials.gold import Gold
from rewardlab.probes.reward.trials.scale import Scale, presumed_range, scale_of, score_of
from rewardlab.probes.reward.trials.subject import Case, Subject
from rewardlab.stats.spread import SAME_SCORE
from rewardlab.task import Prompt

#: How many prompts the usual formats are tried on; each prompt is then asked in the best and in its own.
TRIED_PROMPTS = 8
#: A reference that may be a specification counts as an answer if it is this near the top, as a share of the range.
OUTRIGHT = 0.05
#: Sources of a threshold that holds for made-up answers too; the middle of a range is only a last resort.
LEARNT = {"declared", "labels", "answers", "winners"}
NOTHING = ("", "I do not know.")


@dataclass(frozen=True, slots=True)
class Survey:
    """What every probe starts from.

    `golds` holds the prompts whose reference is an answer, `unsure` those where it seems to be none; `form` is the
    format that reads best over all; `labels` the labels of the whole file, the commonest first, and `guess` the share
    of rows that the commonest answers; `tried` every format that was tried. `foreign` holds right answers given to
    other prompts, `blended` wrong ones that keep a part of the right one; `evidence` is what right and wrong answers
    earned, and `rule` the success that follows from it.
    """

    golds: tuple[Gold, ...]
    unsure: tuple[Gold, ...]
    form: Format
    scale: Scale
    labels: tuple[str, ...]
    guess: float
    tried: tuple[Format, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    evidence: Evidence = NOTHING_KNOWN
    rule: Success | None = None
    blended: tuple[Blended, ...] = ()

    def success(self, gold: Gold | None) -> float:
        """The least score that counts as success on this prompt, by the audit's own rule if that holds here."""
        if self.rule is not None and self.rule.source in LEARNT:
            return self.rule.at
        if gold is None or gold.score is None or gold.bottom is None or not self.scale.useful(gold.score - gold.bottom):
            return self.scale.success()
        return self.scale.success(gold.bottom, gold.score)

    @property
    def is_declared(self) -> bool:
        """Whether the user said from which score on an answer is right."""
        return self.rule is not None and self.rule.source == "declared"

    def succeeds(self, gold: Gold | None, outcome: Outcome | None) -> bool:
        """Whether the outcome counts as success on this prompt; without a score it does not."""
        score = score_of(outcome)
        if score is None:
            return False
        if self.rule is not None and self.rule.source in LEARNT:
            return bool(self.rule.of(np.array([score]))[0])
        return score >= self.success(gold)

    def stands_out(self, gold: Gold) -> bool:
        """Whether the right answer succeeds and earns usefully more than the worst."""
        return self.succeeds(gold, gold.outcome) and (
            gold.bottom is None or self.scale.useful((gold.score or 0.0) - gold.bottom)
        )

    @property
    def sound(self) -> tuple[Gold, ...]:
        """The prompts whose right answer stands out: only there can another answer be held against it."""
        return tuple(gold for gold in self.golds if self.stands_out(gold))

    @property
    def is_lost(self) -> bool:
        """Whether there are references that are answers, and none earns usefully more than the worst answer.

        Then the reward reads a format that was not tried, or nothing at all: which, no made-up answer tells.
        """
        scored = [gold for gold in self.golds if gold.score is not None]
        return bool(scored) and not any(_is_above(self.scale, gold) for gold in scored)


_KEPT: WeakKeyDictionary[Subject, Survey] = WeakKeyDictionary()


def survey_of(subject: Subject) -> Survey:
    """The survey of this subject, made once and shared by the probes for as long as the subject lives."""
    if subject not in _KEPT:
        _KEPT[subject] = survey(subject)
    return _KEPT[subject]


def sureness(subject: Subject) -> float | None:
    """The share of this subject's prompts whose reference is surely an answer that wins; None before it is known."""
    if subject not in _KEPT:
        return None
    return sum(gold.is_sure for gold in _KEPT[subject].sound) / len(subject.prompts)


def lost_in(subject: Subject) -> bool:
    """Whether no made-up answer to this subject's prompts wins; False before it is known."""
    return subject in _KEPT and _KEPT[subject].is_lost


def known_of(subject: Subject) -> Evidence:
    """What right and wrong answers to this subject's prompts earned; empty before the survey."""
    return _KEPT[subject].evidence if subject in _KEPT else NOTHING_KNOWN


def keep(subject: Subject, found: Survey) -> None:
    """Store this as the subject's survey."""
    _KEPT[subject] = found


def survey(subject: Subject) -> Survey:
    """Ask the reward which format it reads best, then what right and wrong answers earn in it.

    Where prompts have examples of right answers, these are asked, and no format is guessed: the examples tell it, or
    each stays whole.
    """
    if given := given_pairs(subject.prompts):
        rights = subject.score([Case(prompt, right) for prompt, right, _ in given])
        return _in_their_format(subject, given, rights) or _given(subject, given, rights)
    answered = [prompt for prompt in subject.prompts if answers_of(prompt)]
    formats = (*_formats_of(_tried(subject, answered), subject.every_prompt), *subject.formats)
    reading, best = _best_format(subject, answered, formats)
    labels = labels_of(subject.every_prompt)
    golds = _golds(subject, answered, labels, reading=reading, best=best)
    nothing = _ask_nothing(subject, subject.prompts)
    return _surveyed(subject, golds, nothing, form=best, labels=labels, tried=formats)


def _surveyed(
    subject: Subject,
    golds: Sequence[Gold],
    nothing: Sequence[tuple[str, Outcome]],
    *,
    form: Format,
    labels: tuple[str, ...],
    tried: tuple[Format, ...],
) -> Survey:
    """Make the survey from these golds and from the answers that say nothing, each with its prompt's id."""
    outcomes = [*(outcome for _, outcome in nothing), *(gold.wrong_outcome for gold in golds)]
    others = [score for outcome in outcomes if (score := score_of(outcome)) is not None]
    low, high = subject.reward_range or presumed_range(np.array([*others, *_scores(golds)]))
    outright = high - OUTRIGHT * (high - low)
    # A doubtful reference counts as an answer only if it wins outright: a reward for format shows nothing.
    unsure = tuple(gold for gold in golds if not gold.is_sure and (gold.score is None or gold.score < outright))
    golds = [gold for gold in golds if gold not in unsure]
    scale = scale_of(_scores(golds), others, reward_range=subject.reward_range, success_at=subject.success_at)
    foreign = ask_foreign(subject, golds, labels)
    blended = ask_blends(subject, golds)
    evidence = evidence_from(
        golds,
        stands_out=[gold for gold in golds if _is_above(scale, gold)],
        nothing=nothing,
        foreign=foreign,
        near=ask_near(subject, golds),
        blended=blended,
    )
    rule = success_rule(
        np.empty((0, 0)), success_at=subject.success_at, reward_range=subject.reward_range, evidence=evidence
    )
    guess = _guess(subject.every_prompt, labels)
    return Survey(tuple(golds), unsure, form, scale, labels, guess, tried, foreign, evidence, rule, blended)


def _ask_nothing(subject: Subject, prompts: Sequence[Prompt]) -> list[tuple[str, Outcome]]:
    """What answers that say nothing earn, each with its prompt's id."""
    cases = [Case(prompt, text) for prompt in prompts for text in NOTHING]
    return [(case.prompt.id, outcome) for case, outcome in zip(cases, subject.score(cases), strict=True)]


def _scores(golds: Sequence[Gold]) -> list[float]:
    return [gold.score for gold in golds if gold.score is not None]


def _is_above(scale: Scale, gold: Gold) -> bool:
    """Whether the right answer earns usefully more than the worst answer to this prompt."""
    return gold.score is not None and gold.bottom is not None and scale.useful(gold.score - gold.bottom)


def _in_their_format(
    subject: Subject, given: Sequence[tuple[Prompt, str, str | None]], rights: Sequence[Outcome]
) -> Survey | None:
    """The survey in the one format of the examples; None unless references written so earn what the examples do.

    Then answers can be altered within the format, and shortcuts be tried that whole texts do not show.
    """
    form = format_of_examples([(prompt, right) for prompt, right, _ in given])
    if form is None:
        return None
    prompts, labels = [prompt for prompt, _, _ in given], labels_of(subject.every_prompt)
    # An example asks for its format as plainly as words do: what the reward reads outside it is its own affair.
    golds = [
        replace(gold, asked=(*gold.asked, (gold.form, gold.outcome)))
        for gold in _golds(subject, prompts, labels, reading=0, best=form)
    ]
    earned = [
        gold.score is not None
        and gold.score >= score - SAME_SCORE
        and gold.bottom is not None
        and gold.score > gold.bottom + SAME_SCORE  # examples that lose show no format
        for gold, outcome in zip(golds, rights, strict=True)
        if (score := score_of(outcome)) is not None
    ]
    if not earned or sum(earned) < MOST_EXAMPLES * len(earned):
        return None
    return _surveyed(subject, golds, _ask_nothing(subject, prompts), form=form, labels=labels, tried=(form,))


def _given(subject: Subject, given: Sequence[tuple[Prompt, str, str | None]], rights: Sequence[Outcome]) -> Survey:
    """The survey if users gave whole texts as right answers."""
    wrongs = iter(subject.score([Case(prompt, wrong) for prompt, _, wrong in given if wrong is not None]))
    nothing = _ask_nothing(subject, [prompt for prompt, _, _ in given])
    golds = []
    for place, (prompt, right, wrong) in enumerate(given):
        wrong_outcome = None if wrong is None else next(wrongs)
        bottom = lowest((wrong_outcome, nothing[place * len(NOTHING)][1]))
        golds.append(
            Gold(prompt, right, "text", True, GIVEN, rights[place], (), wrong, wrong_outcome, bottom)  # noqa: FBT003
        )
    labels = labels_of(subject.every_prompt)
    return _surveyed(subject, golds, nothing, form=GIVEN, labels=labels, tried=(GIVEN,))


def _guess(prompts: Sequence[Prompt], labels: Sequence[str]) -> float:
    first = [found[0].strip() for prompt in prompts if (found := answers_of(prompt))]
    return first.count(labels[0]) / len(first) if labels else 0.0


def _tried(subject: Subject, prompts: Sequence[Prompt]) -> Sequence[Prompt]:
    """The prompts to try formats on; fewer if the reward is so slow that few are asked."""
    tries = min(TRIED_PROMPTS, max(2, len(subject.prompts) // 3))
    return prompts[:: max(1, len(prompts) // tries)][:tries]


def _formats_of(tried: Sequence[Prompt], rows: Sequence[Prompt]) -> tuple[Format, ...]:
    """The formats that prompts ask for, the usual ones, and those in which the rows themselves are written."""
    asked = dict.fromkeys(one for prompt in tried for one in asked_formats(prompt))
    formats = [*asked, *KNOWN, *learnt_formats(rows)]
    # Of equal formats the first is kept: one that a prompt names may be explicit.
    return tuple({(form.lead, form.before.strip(), form.after.strip()): form for form in formats[::-1]}.values())[::-1]


def _best_format(subject: Subject, prompts: Sequence[Prompt], plain: Sequence[Format]) -> tuple[int, Format]:
    """The reading and the format with the highest mean score; the format asked for wins a tie, then the plainest."""
    tried = _tried(subject, prompts)
    formats = [*plain, *(one.reasoned() for one in plain if not one.lead)]
    most_readings = max((len(answers_of(prompt)) for prompt in tried), default=0)
    options = [(reading, form) for reading in range(most_readings) for form in formats]
    asking = [(option, prompt) for option in options for prompt in tried]
    outcomes = subject.score([Case(prompt, form.write(_reading(prompt, at))) for (at, form), prompt in asking])
    totals = dict.fromkeys(options, 0.0)
    lowest = min((score for one in outcomes if (score := score_of(one)) is not None), default=0.0)
    for (option, _), outcome in zip(asking, outcomes, strict=True):
        score = score_of(outcome)
        totals[option] += (lowest if score is None else score) - lowest
    most = max(totals.values(), default=0.0)
    near = [option for option in options if totals[option] >= most - 1e-6]
    return near[0] if asking else (0, BARE)


def _reading(prompt: Prompt, at: int) -> str:
    found = answers_of(prompt)
    return found[min(at, len(found) - 1)]


def _golds(
    subject: Subject, prompts: Sequence[Prompt], labels: Sequence[str], *, reading: int, best: Format
) -> list[Gold]:
    """Each prompt's gold: in its own format if that earns as much as the best, else in the best."""
    texts = {prompt.id: _reading(prompt, reading) for prompt in prompts}
    forms = {prompt.id: _forms(prompt, best) for prompt in prompts}
    cases = [(prompt, form) for prompt in prompts for form in forms[prompt.id]]
    asked = subject.score([Case(prompt, form.write(texts[prompt.id])) for prompt, form in cases])
    earned: dict[str, dict[Format, Outcome]] = {prompt.id: {} for prompt in prompts}
    for (prompt, form), outcome in zip(cases, asked, strict=True):
        earned[prompt.id][form] = outcome
    chosen = {identifier: _chosen(found) for identifier, found in earned.items()}
    kinds = {identifier: kind_of(text, labels) for identifier, text in texts.items()}
    wrongs = _wrongs(prompts, texts, kinds)
    given = [prompt for prompt in prompts if wrongs[prompt.id] is not None]
    replies = subject.score([Case(one, chosen[one.id].write(wrongs[one.id] or "")) for one in given])
    wrong_outcomes = dict(zip((prompt.id for prompt in given), replies, strict=True))
    empties = dict(zip(texts, subject.score([Case(prompt, "") for prompt in prompts]), strict=True))
    return [
        Gold(
            prompt,
            texts[prompt.id],
            kinds[prompt.id],
            is_answer(prompt),
            chosen[prompt.id],
            earned[prompt.id][chosen[prompt.id]],
            tuple((form, outcome) for form, outcome in earned[prompt.id].items() if form in forms[prompt.id][:-1]),
            wrongs[prompt.id],
            wrong_outcomes.get(prompt.id),
            lowest((wrong_outcomes.get(prompt.id), empties[prompt.id])),
        )
        for prompt in prompts
    ]


def _forms(prompt: Prompt, best: Format) -> list[Format]:
    """The formats that the prompt asks for, without and with reasoning, and last the best."""
    own = list(asked_formats(prompt))
    return [*own, *(form.reasoned() for form in own if not form.lead), best]


def _chosen(earned: Mapping[Format, Outcome]) -> Format:
    def rank(form: Format) -> float:
        score = score_of(earned[form])
        return float("-inf") if score is None else round(score, 9)

    return max(earned, key=rank)


def _wrongs(prompts: Sequence[Prompt], texts: Mapping[str, str], kinds: Mapping[str, Kind]) -> dict[str, str | None]:
    """A wrong answer for each prompt, taken from the rows after it, so that not all are the same."""
    order = list(texts.values())
    return {
        prompt.id: wrong_for(texts[prompt.id], kinds[prompt.id], order[at + 1 :] + order[:at], rights_of(prompt))
        for at, prompt in enumerate(prompts)
    }


def lowest(outcomes: Sequence[Outcome | None]) -> float | None:
    """The lowest score among the outcomes; None where none has one."""
    return min((score for one in outcomes if (score := score_of(one)) is not None), default=None)


def abstained(outcome: Outcome | None) -> bool:
    """Whether the reward chose to give no score."""
    return isinstance(outcome, Unscored) and outcome.reason == "abstained"
