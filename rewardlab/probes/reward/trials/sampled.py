"""Lets sampled generations with high and low scores stand in for right and wrong answers where references cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from rewardlab.answers.reference.accepted import Kind, kind_of, plain, recurring, rights_of
from rewardlab.answers.reference.learnt import learnt_formats
from rewardlab.answers.reference.wording import BARE, KNOWN, Format, asked_formats
from rewardlab.findings import Finding, shortened
from rewardlab.measurement.evidence import NOTHING_KNOWN, Evidence
from rewardlab.measurement.success import Success, success_rule
from rewardlab.probes.reward.trials.gold import Gold
from rewardlab.probes.reward.trials.scale import scale_of, score_of
from rewardlab.probes.reward.trials.subject import Case, Subject
from rewardlab.probes.reward.trials.survey import Survey, lowest
from rewardlab.probes.reward.trials.trial import SHOWN, earned
from rewardlab.task import Prompt

#: The share of the generations that a way of reading must fit, and in which right stays right and wrong stays wrong.
FITS = 0.8
TRIED_PROMPTS = 8
MOST_FORMATS = 3
#: The share of prompts with winners of several lines from which on the last line may be the answer.
SEVERAL_LINES = 0.3
REMEDY = (
    "Few references are answers that this reward is known to read: sampled answers that it scored high stood in for "
    "right ones, and some that it scored low for wrong ones. Read the cases: what is asked of right answers rests on "
    "them."
)


@dataclass(frozen=True, slots=True)
class Sampled:
    """A sampled generation: its text, its score, and its index among its prompt's.

    `is_right` is what labels say, None where they say nothing; `token_ids` is None if the run keeps no tokens.
    """

    text: str
    score: float
    is_right: bool | None = None
    index: int = 0
    token_ids: tuple[int, ...] | None = None


#: Finds the format and the answer in a text; None if there is no answer.
Reader: TypeAlias = Callable[[str], tuple[Format, str] | None]


@dataclass(frozen=True, slots=True)
class Way:
    """A way of reading answers; `is_whole` where the answer is all of the text."""

    read: Reader
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """A prompt with the right and the wrong answer that stand in for it."""

    prompt: Prompt
    form: Format
    right: str
    wrong: str


def stand_in(
    subject: Subject, sampled: Mapping[str, Sequence[Sampled]], evidence: Evidence = NOTHING_KNOWN
) -> Survey | None:
    """A survey with sampled right and wrong answers; None if no way of reading them tells them apart.

    `sampled` holds scored generations by prompt id; one that its label contradicts is not used. The answer of a text is
    what stands in a format that nearly all winners share, or on the last line, if that alone succeeds again and a
    failed text's answer put there fails; otherwise it is the whole text. `evidence` is what right and wrong answers
    earned so far, from which success follows.
    """
    scores = np.array([one.score for every in sampled.values() for one in every])
    if not len(scores):
        return None
    success = success_rule(scores, success_at=subject.success_at, reward_range=subject.reward_range, evidence=evidence)
    prompts = [prompt for prompt in subject.prompts if prompt.id in sampled]
    wins = {prompt.id: _of(sampled[prompt.id], success, succeed=True) for prompt in prompts}
    fails = {prompt.id: _of(sampled[prompt.id], success, succeed=False) for prompt in prompts}
    for way in _ways(subject, prompts, wins):
        pairs = _pairs(prompts, wins, fails, way)
        if pairs and _works(subject, pairs, success):
            return replace(_survey(subject, pairs, is_whole=way.is_whole), rule=success)
    return None


def told(survey: Survey) -> Finding:
    """The note that says which answers stood in, and how they were read."""
    cases = [
        {
            "prompt_id": gold.prompt.id,
            "right_answer": shortened(gold.form.final(gold.text)),
            "score": earned(gold.outcome),
            "wrong_answer": shortened(gold.form.final(gold.wrong or "")),
            "wrong_answer_score": earned(gold.wrong_outcome),
        }
        for gold in survey.sound[:SHOWN]
    ]
    name = survey.form.name if all(gold.is_sure for gold in survey.golds) else "the whole text"
    return Finding("RL401", "note", {"stand_ins": len(survey.sound), "read_as": name, "cases": cases}, REMEDY)


def _of(sampled: Sequence[Sampled], success: Success, *, succeed: bool) -> list[str]:
    """The texts that succeed with the best score, or those that fail, the worst first; none that labels contradict."""
    hits = success.of(np.array([one.score for one in sampled], float))
    agreed = [(one, hit) for one, hit in zip(sampled, hits, strict=True) if one.is_right in {None, bool(hit)}]
    kept = [one for one, hit in agreed if hit == succeed and one.text.strip()]
    best = max((one.score for one in kept), default=0.0)
    chosen = [one for one in kept if one.score == best] if succeed else sorted(kept, key=lambda one: one.score)
    return [one.text for one in chosen]


def _ways(subject: Subject, prompts: Sequence[Prompt], wins: Mapping[str, Sequence[str]]) -> Iterator[Way]:
    """The ways to try: formats that nearly all share (alone, after reasoning, in place), the last line, all of it."""
    texts = [text for prompt in prompts for text in wins[prompt.id]]
    asked = dict.fromkeys(form for prompt in prompts for form in asked_formats(prompt))
    known = [form for form in (*asked, *learnt_formats(subject.every_prompt), *KNOWN) if form.before.strip()]
    shares = {form: np.mean([form.find(text) is not None for text in texts]) if texts else 0.0 for form in known}
    shared = sorted((form for form in known if shares[form] >= FITS), key=lambda form: -shares[form])
    for form in shared[:MOST_FORMATS]:
        yield Way(_alone(form))
        yield Way(_alone(form.reasoned()))
        yield Way(_in_place(form))
    lined = [prompt for prompt in prompts if any(len(text.strip().splitlines()) > 1 for text in wins[prompt.id])]
    if lined and len(lined) >= SEVERAL_LINES * len(prompts):
        yield Way(_last_line)
    yield Way(lambda text: (BARE, text), is_whole=True)


def _alone(form: Format) -> Reader:
    def read(text: str) -> tuple[Format, str] | None:
        found = form.find(text)
        return (form, found[1]) if found else None

    return read


def _in_place(form: Format) -> Reader:
    def read(text: str) -> tuple[Format, str] | None:
        found = form.find(text)
        return (replace(form, lead=text[: found[0]]), found[1]) if found else None

    return read


def _last_line(text: str) -> tuple[Format, str] | None:
    """The last of several lines: a single one cannot be told from a text that is graded as a whole."""
    lines = text.strip().splitlines()
    return (replace(BARE, name="the last line"), lines[-1].strip()) if len(lines) > 1 else None


def _pairs(
    prompts: Sequence[Prompt], wins: Mapping[str, Sequence[str]], fails: Mapping[str, Sequence[str]], way: Way
) -> list[Pair]:
    """A right and a wrong answer for each prompt that has them."""
    read = {prompt.id: [found for text in wins[prompt.id] if (found := way.read(text))] for prompt in prompts}
    # An answer that wins on many prompts may be a sampled shortcut: answers of few prompts come first.
    spread = Counter(answer for found in read.values() for answer in {answer for _, answer in found})
    rights = {
        identifier: min(found, key=lambda one: (spread[one[1]], len(one[1]), one[1]))
        for identifier, found in read.items()
        if found
    }
    pairs = []
    for prompt in (prompt for prompt in prompts if prompt.id in rights):
        form, right = rights[prompt.id]
        failed = [found[1] for text in fails[prompt.id] if (found := way.read(text))]
        others = [answer for other, (_, answer) in rights.items() if other != prompt.id]
        wrong = next((one for one in (*failed, *others) if one.strip() and one.strip() != right.strip()), None)
        if wrong is not None:
            pairs.append(Pair(prompt, form, right, wrong))
    return pairs


def _works(subject: Subject, pairs: Sequence[Pair], success: Success) -> bool:
    """Whether, written in this way, the right answers still succeed and the wrong ones do not."""
    some = pairs[:: max(1, len(pairs) // TRIED_PROMPTS)][:TRIED_PROMPTS]
    right = success.of(_scores(subject, [(pair, pair.right) for pair in some]))
    wrong = success.of(_scores(subject, [(pair, pair.wrong) for pair in some]))
    return bool(np.mean(right & ~wrong) >= FITS)


def _scores(subject: Subject, written: Sequence[tuple[Pair, str]]) -> np.ndarray:
    outcomes = subject.score([Case(pair.prompt, pair.form.write(answer)) for pair, answer in written])
    return np.array([np.nan if (score := score_of(one)) is None else score for one in outcomes], float)


def _survey(subject: Subject, pairs: Sequence[Pair], *, is_whole: bool) -> Survey:
    labels = () if is_whole else recurring([pair.right.strip() for pair in pairs])
    rights = subject.score([Case(pair.prompt, pair.form.write(pair.right)) for pair in pairs])
    wrongs = subject.score([Case(pair.prompt, pair.form.write(pair.wrong)) for pair in pairs])
    nothing = subject.score([Case(pair.prompt, "") for pair in pairs])
    golds = tuple(
        Gold(
            pair.prompt,
            pair.right,
            _kind(pair.right, labels, is_whole=is_whole),
            not is_whole,
            pair.form,
            right,
            (),
            pair.wrong,
            wrong,
            lowest((wrong, empty)),
        )
        for pair, right, wrong, empty in zip(pairs, rights, wrongs, nothing, strict=True)
    )
    good = [score for one in rights if (score := score_of(one)) is not None]
    others = [score for one in (*wrongs, *nothing) if (score := score_of(one)) is not None]
    scale = scale_of(good, others, reward_range=subject.reward_range, success_at=subject.success_at)
    guess = _best_guess(pairs) if labels else 0.0
    return Survey(golds, (), pairs[0].form, scale, labels, guess)


def _best_guess(pairs: Sequence[Pair]) -> float:
    """The share of prompts that the commonest right answer wins, by the references where they are known."""
    rights = Counter(plain((rights_of(pair.prompt) or (pair.right,))[0]) for pair in pairs)
    return rights.most_common(1)[0][1] / len(pairs)


def _kind(text: str, labels: Sequence[str], *, is_whole: bool) -> Kind:
    """The kind of an answer; a phrase or text may be code, where a letter's case matters: then it is an expression."""
    kind = "text" if is_whole else kind_of(text, labels)
    return "expression" if kind in {"phrase", "text"} and not is_whole else kind
