"""Do sampled answers that win under one prompt lose under others, and do answers that read as wrong lose?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from rewardlab.answers.reading.reader import DENIED, OTHER_DIGIT, OTHER_UNIT
from rewardlab.findings import Finding, Severity
from rewardlab.measurement.evidence import Exchanged
from rewardlab.probes.reward.trials import slips
from rewardlab.probes.reward.trials.scale import USEFUL
from rewardlab.probes.run.diagnosis.weight import percent
from rewardlab.probes.run.question import Question
from rewardlab.probes.run.reading import Read
from rewardlab.runs.tables import Bools
from rewardlab.stats.interval import Estimate, mean_over_prompts

#: A share of wrong answers that surely exceeds this is one that training finds.
PRACTICAL = 0.05
#: Where references are no answers (tests, a rubric), another row's winner may satisfy this row's by chance; a reward
#: that surely pays more than so many of them does not read the row.
UNREAD = 0.5
EXAMPLES = 3
#: The key in the evidence of a finding that rests on reading alone. Ways of being wrong that do not support such a
#: finding: the answer earns less than a right one, or the samples show it by themselves.
DISPUTED = "by_reading_alone"
NO_SUPPORT = {"another answer, for half of the score or more", "the right label denied", slips.UNIT, slips.DIGIT}
REMEDY = (
    "Answers that win under one prompt win under others whose right answer is another: the reward does not compare the "
    "answer with this prompt's reference, or not all of it. Compare the final answer whole, for this prompt alone."
)
UNREAD_REMEDY = (
    "No row has a reference, and answers written for one prompt win under others as well: the reward judges the form "
    "alone, and nothing here tells whether an answer is right. Give references or --labels."
)
UNASKED_REMEDY = (
    "Whether the reward reads the answer was not asked with sampled answers: answers to prompts with different right "
    "answers are needed for it."
)
UNKNOWN_REMEDY = (
    "Nothing tells what right and wrong answers earn, and no sampled answer could be given to another prompt: say from "
    "which score on an answer is right (--success-at SCORE), or give --labels or an example of a right answer."
)
UNREFERENCED_REMEDY = (
    "Without references it can be seen whether the reward reads the prompt, and not whether what it pays is right: "
    "give references or --labels."
)
REMEDIES: Mapping[str, str] = {
    OTHER_UNIT: "compare the unit or the currency with the number",
    DENIED: "take a label that the text denies for no answer, or compare the whole answer",
    OTHER_DIGIT: "compare the number to its last decimal, for it is computed from the prompt alone",
}
PAID_REMEDY = (
    "Sampled answers whose final answer is plainly another than the reference succeed: look at the examples, and "
    "compare the final answer whole with the reference."
)
DISPUTED_REMEDY = (
    "Sampled answers whose final answer reads as another than the reference succeed, while no wrong answer that was "
    "made up or given to another prompt does. Look at the examples. If they are right in another notation, label some "
    "thirty generations (--labels): labels settle it. If they are wrong, compare the final answer whole."
)


def ask(question: Question) -> Iterator[Finding]:
    """RL407 for sampled winners that win under other prompts; and for sampled answers that read wrong and succeed.

    A warning where no row has a reference, for then a form may be all that is asked for.
    """
    found = [*_exchange(question), *_paid(question), *_unasked(question)]
    # Of equally severe findings the first is kept: it has to be the one that prevents a GO.
    yield from sorted(found, key=lambda one: not is_disputed([one]))


def _unasked(question: Question) -> Iterator[Finding]:
    """A note that says why no winner was given to another prompt, or that winners were exchanged without references."""
    evidence = question.evidence
    if not question.right.any():
        return  # the baseline tells
    if evidence.exchange_note:
        yield Finding("RL407", "note", {"not_asked": evidence.exchange_note}, UNASKED_REMEDY)
    elif evidence.exchanged and all(one.relation == "unknown" for one in evidence.exchanged):
        told = "no row has a reference: winners were given to prompts that read otherwise"
        yield Finding("RL407", "note", {"asked": told}, UNREFERENCED_REMEDY)


def reads_nothing(question: Question) -> bool:
    """Whether nothing tells right from wrong: no labels, no references, and winners win under any prompt."""
    found = [one for one in question.evidence.exchanged if one.relation == "unknown" and one.score is not None]
    if question.measured.labelled is not None or not found:
        return False
    wins = _share(found, _hits(question, found))
    return wins is not None and wins.low > UNREAD


def is_unknown(question: Question) -> bool:
    """Whether the threshold rests on the sampled scores alone and no answer could be given to another prompt.

    Then any score would have counted as success, and a reward for form looks like one for right answers.
    """
    measured = question.measured
    return measured.success.source == "levels" and measured.labelled is None and bool(question.evidence.exchange_note)


def _exchange(question: Question) -> Iterator[Finding]:
    found: dict[str, list[Exchanged]] = defaultdict(list)
    for one in question.evidence.exchanged:
        if one.score is not None:
            found["unknown" if one.relation == "unknown" else "row" if one.relation == "row" else "known"].append(one)
    for kind, pairs in found.items():
        hits = _hits(question, pairs)
        wins = _share(pairs, hits)
        if wins is None or wins.estimate == 0:
            continue
        severity = _severity(kind, wins)
        if severity is None:
            continue
        evidence = {
            "exchanged": len(pairs),
            "won": int(hits.sum()),
            "share": wins.estimate,
            "low": wins.low,
            "high": wins.high,
            "prompts": wins.units,
            "success_at": question.measured.success.at,
            "cases": _cases(question, [one for one, hit in zip(pairs, hits, strict=True) if hit]),
        }
        yield Finding("RL407", severity, evidence, UNREAD_REMEDY if kind == "unknown" else REMEDY)


def _severity(kind: str, wins: Estimate) -> Severity | None:
    """The severity of a share of winners that win elsewhere; None if chance and sound rewards give as much."""
    if kind == "known":
        return "blocker" if wins.low > PRACTICAL else "note" if wins.estimate < PRACTICAL else "warning"
    if wins.low > UNREAD:
        return "blocker" if kind == "row" else "warning"
    return None


def _hits(question: Question, pairs: Sequence[Exchanged]) -> Bools:
    """Which of the exchanged answers succeed and earn about what they do at home: a graded overlap earns clearly less.

    Noise does not count: the winner must have won at home again.
    """
    scores = np.array([np.nan if one.score is None else one.score for one in pairs], float)
    home = np.array([np.nan if one.own_score is None else one.own_score for one in pairs], float)
    rule = question.measured.success
    low, high = rule.reward_range
    as_much = scores >= np.where(np.isnan(home), scores, home) - USEFUL * (high - low)
    return np.asarray(rule.of(scores) & as_much & (rule.of(home) | np.isnan(home)))


def _share(pairs: Sequence[Exchanged], hits: Bools) -> Estimate | None:
    """The share of hits, with its interval over the prompts that were given the answers."""
    by_prompt: dict[str, list[bool]] = defaultdict(list)
    for one, hit in zip(pairs, hits, strict=True):
        by_prompt[one.prompt_id].append(bool(hit))
    return _over(by_prompt)


def _over(by_prompt: dict[str, list[bool]]) -> Estimate | None:
    shares = np.array([np.mean(hits) for hits in by_prompt.values()], float)
    counts = np.array([len(hits) for hits in by_prompt.values()], float)
    found = mean_over_prompts(shares, counts)
    return found if isinstance(found, Estimate) else None


def _cases(question: Question, won: Sequence[Exchanged]) -> list[dict[str, Any]]:
    place = {identifier: row for row, identifier in enumerate(question.answers.prompt_ids)}
    cases = []
    for one in won[:EXAMPLES]:
        case: dict[str, Any] = {"prompt_id": one.prompt_id, "answer_of": one.donor, "score": one.score}
        if one.donor in place and one.index < question.answers.row.shape[1]:
            case["answer"] = question.answers.example(place[one.donor], one.index)["text"]
        if one.prompt_id in place and question.prompts:
            case["reference"] = question.prompts[place[one.prompt_id]].reference
        cases.append(case)
    return cases


def _paid(question: Question) -> Iterator[Finding]:
    """RL407 for sampled answers that read as another value than the reference and succeed."""
    wrong = [one for one in question.reads if one.side == "wrong"]
    shown = [one for one in wrong if question.right[one.row, one.column]]
    paid = _share_of(question, wrong)
    surely = _surely_wrong(question)
    if paid is None or (paid.estimate < PRACTICAL and (surely is None or surely.estimate < PRACTICAL)):
        return
    examples = [
        question.answers.example(one.row, one.column) | {"reference": question.prompts[one.row].reference}
        for one in {one.row: one for one in reversed(shown)}.values()
    ]
    reasons = _by_reason(question, wrong)
    evidence = {
        "summary": _summary(len(wrong), len(shown), paid, reasons),
        "read_wrong": len(wrong),
        "succeed": len(shown),
        "share": paid.estimate,
        "low": paid.low,
        "high": paid.high,
        "prompts": paid.units,
        "by_reason": reasons,
        "examples": examples[::-1][:EXAMPLES],
    }
    # Without knowing what right answers earn, it is not known what the success of these means.
    known = question.measured.success.source in {"declared", "labels", "answers", "texts"}
    if known and surely is not None and surely.low > PRACTICAL:
        yield Finding("RL407", "blocker", evidence, _remedy(reasons))
    elif not known or paid.low <= PRACTICAL:
        yield Finding("RL407", "warning", evidence, PAID_REMEDY)
    elif 2 * sum(one["succeed"] for one in reasons) > len(shown):  # most of them are wrong in any notation
        yield Finding("RL407", "blocker", evidence, _remedy(reasons))
    elif is_supported(question):
        yield Finding("RL407", "blocker", evidence, PAID_REMEDY)
    else:
        yield Finding("RL407", "warning", evidence | {DISPUTED: True}, DISPUTED_REMEDY)


def _summary(wrong: int, paid: int, share: Estimate, reasons: Sequence[Mapping[str, Any]]) -> str:
    """What was sampled, in counts."""
    surely = "; ".join(f"{one['succeed']:,} of {one['sampled']:,} with {one['reason']}" for one in reasons)
    return (
        f"{paid:,} of {wrong:,} sampled answers that read as wrong succeed ({percent(share.estimate)} of them over "
        f"{share.units:,} prompts, {percent(share.low)} to {percent(share.high)})"
        + (f"; surely wrong are {surely}" if surely else "")
    )


def _remedy(reasons: Sequence[Mapping[str, Any]]) -> str:
    """What to do about sampled answers that are surely wrong and succeed, in their own counts."""
    told = [f"{one['succeed']:,} with {one['reason']}" for one in reasons if one["succeed"]]
    ways = [REMEDIES[one["reason"]] for one in reasons if one["succeed"]]
    return f"Sampled answers that are surely wrong succeed, {'; '.join(told)}: {'; '.join(ways)}."


def _share_of(question: Question, wrong: Sequence[Read]) -> Estimate | None:
    """The share of these wrong answers that succeed."""
    by_prompt: dict[str, list[bool]] = defaultdict(list)
    for one in wrong:
        by_prompt[question.answers.prompt_ids[one.row]].append(bool(question.right[one.row, one.column]))
    return _over(by_prompt) if by_prompt else None


def _surely_wrong(question: Question) -> Estimate | None:
    """The share, among the readable answers that succeed, of those that are wrong in any notation."""
    by_prompt: dict[str, list[bool]] = defaultdict(list)
    for one in question.reads:
        if question.right[one.row, one.column]:
            by_prompt[question.answers.prompt_ids[one.row]].append(one.side == "wrong" and one.reason is not None)
    return _over(by_prompt) if by_prompt else None


def _by_reason(question: Question, wrong: Sequence[Read]) -> list[dict[str, Any]]:
    """For each reason why an answer is surely wrong, how many sampled answers have it and how many of these succeed."""
    found: dict[str, list[bool]] = defaultdict(list)
    for one in wrong:
        if one.reason is not None:
            found[one.reason].append(bool(question.right[one.row, one.column]))
    return [{"reason": name, "sampled": len(hits), "succeed": sum(hits)} for name, hits in found.items()]


def is_supported(question: Question) -> bool:
    """Whether answers that are wrong for sure, being made up or given to another prompt, succeed too.

    What merely reads as wrong may be the right value in a notation that is not known here.
    """
    ways = [way for one in question.examined if one.code == "RL407" for way in one.evidence.get("ways", ())]
    if any(way["share"] >= PRACTICAL and way["wrong"] not in NO_SUPPORT for way in ways):
        return True
    pairs = [one for one in question.evidence.exchanged if one.score is not None and one.relation != "unknown"]
    wins = _share(pairs, _hits(question, pairs)) if pairs else None
    return wins is not None and wins.estimate >= PRACTICAL


def is_disputed(findings: Iterable[Finding]) -> bool:
    """Whether a finding says on the grounds of reading alone that successful answers are wrong."""
    return any(one.code == "RL407" and one.evidence.get(DISPUTED, False) for one in findings)
