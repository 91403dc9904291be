"""Does a sample's score depend on its neighbours, its place, or the size of its batch?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from rewardlab.findings import Finding
from rewardlab.probes.reward.trials.exchange import Exchange, Sample, brief, same
from rewardlab.probes.reward.trials.ordinary import ordinary_cases, right_text, wrong_text
from rewardlab.probes.reward.trials.subject import Case, Subject

SAMPLES = 24
ALONE = 4
EXAMPLES = 3
#: Different arrangements, without the repeats that an alarm costs.
INVOCATIONS = 12

Event = Sequence[Sample]


def ask(subject: Subject) -> Iterator[Finding]:
    """RL207, a blocker, for scores that depend on the other samples of the event.

    If the same event does not score alike twice, only fresh processes in which it does are evidence: state that is kept
    between calls then makes a score depend on the samples before it.
    """
    size = subject.platform.batch_size
    if size < 2:
        return  # the platform sends one at a time
    count = max(2, min(subject.afford(SAMPLES, invocations=INVOCATIONS), size // 2))
    samples = subject.samples(ordinary_cases(subject, count))
    base = subject.exchange(samples)
    if base.failure:
        return  # returns.py tells
    arranged = _arrangements(subject, samples)
    suspects = {name: events for name, events in arranged.items() if _moved(base.scores, _scores(subject, events))}
    if suspects and not _moved(base.scores, subject.exchange(samples).scores):
        yield from _finding(subject, base, suspects)
    elif suspects:
        yield from _follows_state(subject, samples)


def _follows_state(subject: Subject, samples: Event) -> Iterator[Finding]:
    """Send a process's first event twice in order and once reversed: does a score follow its place or its sample?"""
    first = {}
    for name, event in (("in order", samples), ("in order again", samples), ("reversed", samples[::-1])):
        subject.restart()
        first[name] = subject.exchange(event).scores
    moved = _moved(first["in order"], first["reversed"])
    if _moved(first["in order"], first["in order again"]) or not moved:
        return
    shown_samples = {sample["id"]: brief(sample) for sample in samples}
    examples = [
        {"sample": shown_samples[key], "scores": {name: first[name][key] for name in ("in order", "reversed")}}
        for key in moved[:EXAMPLES]
    ]
    evidence = {"batch": len(samples), "changed_when": ["reversed, each in a fresh process"], "examples": examples}
    yield Finding(
        "RL207", "blocker", evidence, "Keep no state: a running mean or a cache makes a score follow its place."
    )


def _arrangements(subject: Subject, samples: Event) -> dict[str, list[Event]]:
    """The same samples in other company. Each arrangement is a list of events; only these samples' scores count."""
    few, order = samples[: max(2, len(samples) // 4)], subject.stream("neighbours").permutation(len(samples))
    half = (len(samples) + 1) // 2
    return {
        "alone": [[sample] for sample in samples[:ALONE]],
        "reversed": [samples[::-1]],
        "shuffled": [[samples[int(place)] for place in order]],
        "in two batches": [samples[:half], samples[half:]],
        "among wrong answers": [[*few, *_company(subject, len(samples), right=False)]],
        "among right answers": [[*_company(subject, len(samples), right=True), *few]],
        "beside its double": [[one for sample in samples for one in (sample, {**sample, "id": f"{sample['id']}-2"})]],
    }


def _company(subject: Subject, count: int, *, right: bool) -> list[Sample]:
    """Samples with ids of their own, all right or all wrong."""
    prompts = itertools.islice(itertools.cycle(subject.prompts), count)
    cases = [
        Case(one, right_text(one, layout=turn) if right else wrong_text(one, subject.prompts, layout=turn))
        for turn, one in enumerate(prompts)
    ]
    return [{**sample, "id": f"{sample['id']}-company"} for sample in subject.samples(cases)]


def _scores(subject: Subject, events: Sequence[Event]) -> dict[str, float | None]:
    return {key: score for event in events for key, score in subject.exchange(event).scores.items()}


def _moved(base: Mapping[str, float | None], other: Mapping[str, float | None]) -> list[str]:
    """The samples with a score in both that is not the same; why others lack one is told by other probes."""
    return [key for key, score in other.items() if None not in {score, base.get(key)} and not same(score, base[key])]


def _finding(subject: Subject, base: Exchange, suspects: Mapping[str, Sequence[Event]]) -> Iterator[Finding]:
    """RL207 for arrangements that, asked twice, give the same changed scores twice: noise does not."""
    samples = {sample["id"]: sample for sample in base.samples}
    examples = []
    for name, events in suspects.items():
        one, other = _scores(subject, events), _scores(subject, events)
        for key in [key for key in _moved(base.scores, one) if same(one[key], other[key])][:1]:
            scores = {"in its batch": base.scores[key], name: one[key]}
            examples.append((name, {"sample": brief(samples[key]), "scores": scores}))
    if examples:
        yield Finding(
            "RL207",
            "blocker",
            {
                "batch": len(samples),
                "changed_when": [name for name, _ in examples],
                "examples": [example for _, example in examples[:EXAMPLES]],
            },
        )
