"""Does the reward read every shape of event that its platform sends?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rewardlab.findings import Finding
from rewardlab.outcome import Unscored
from rewardlab.platforms import PLATFORMS, Shape
from rewardlab.probes.reward.returns import FATAL
from rewardlab.probes.reward.trials.exchange import ROUNDING, Exchange, same, shown
from rewardlab.probes.reward.trials.ordinary import FORMS, right_text, wrong_text
from rewardlab.probes.reward.trials.subject import Case, Subject

PROMPTS = 4
EXAMPLES = 3
#: A shape is read better than another where right answers stand out from wrong ones by so much more.
BETTER = 1.1
#: Code that reads the reference, by its place in the sample.
PLACES = {
    "top": 'sample["reference_answer"]',
    "metadata": 'sample["metadata"]["reference_answer"]',
    "text": 'sample["reference_answer"]["text"]',
}


def ask(subject: Subject) -> Iterator[Finding]:
    """RL107 for shapes in which the same answers score otherwise than in the shape that the audit sends.

    A blocker; but a warning if only the place of the reference differs and the platform's pages and samples disagree on
    it. If right answers stand out more in another shape, even another platform's, the shape that the audit sends is the
    one that is not read. Code that is no Lambda is handed its arguments, and reads no shape.
    """
    if subject.entry.kind != "lambda":
        return
    sent, *others = subject.platform.shapes
    strangers = _strangers(subject)
    affordable = subject.afford(2 * PROMPTS * len(FORMS), invocations=2 + len(others) + len(strangers))
    cases = _cases(subject)[:affordable]
    first = _exchange(subject, cases, sent)
    if first.failure and first.failure.reason in FATAL:
        return  # returns.py tells
    answered = {shape: _exchange(subject, cases, shape) for shape in others}
    if _different(first, _exchange(subject, cases, sent)):
        return  # determinism.py tells
    for shape in (*others, *strangers):
        other = answered.get(shape) or _exchange(subject, cases, shape)
        if _contrast(other, cases) > BETTER * max(_contrast(first, cases), 0.0) + ROUNDING:
            yield _unread(sent, shape, first, other, disputed=False)
            return
    guilty = {shape: other for shape, other in answered.items() if _different(first, other)}
    for shape, other in guilty.items():
        if first.is_scored:
            yield _unread(shape, sent, other, first, disputed=_is_disputed(shape, sent, subject))


def shape_read(subject: Subject) -> Shape:
    """The documented shape in which the handler reads the reference; the first where it reads several, or none.

    A later shape is read where right answers stand out more from wrong ones than in the first, or where the first gives
    no scores and it does.
    """
    first, *others = subject.platform.shapes
    cases = _cases(subject)[: subject.platform.batch_size]
    sent = _exchange(subject, cases, first)
    for shape in others:
        if shape.reference == first.reference:
            continue
        other = _exchange(subject, cases, shape)
        stands_out = _contrast(other, cases) > BETTER * max(_contrast(sent, cases), 0.0) + ROUNDING
        if stands_out or (_scored(other) and not _scored(sent)):
            return shape
    return first


def _scored(exchange: Exchange) -> int:
    return sum(score is not None for score in exchange.scores.values())


def _strangers(subject: Subject) -> list[Shape]:
    """The shapes with messages that only other platforms send."""
    shapes = {shape: None for platform in PLATFORMS.values() for shape in platform.shapes}
    return [shape for shape in shapes if shape not in subject.platform.shapes and shape.content != "fields"]


def _cases(subject: Subject) -> list[Case]:
    """Right and wrong answers in turn, one form after the other, so that the first few cases hold both."""
    return [
        Case(
            prompt,
            right_text(prompt, form, layout=layout)
            if right
            else wrong_text(prompt, subject.prompts, form, layout=layout),
        )
        for form in FORMS
        for layout, prompt in enumerate(subject.prompts[:PROMPTS])
        for right in (True, False)
    ]


def _exchange(subject: Subject, cases: Sequence[Case], shape: Shape) -> Exchange:
    """Send the cases in one shape, in events of the platform's size; the first that fails stands for all."""
    samples, size = subject.samples(cases, shape=shape), subject.platform.batch_size
    if len(samples) <= size:
        return subject.exchange(samples)
    parts = [subject.exchange(samples[start : start + size]) for start in range(0, len(samples), size)]
    failed = next((part for part in parts if part.failure), parts[0])
    outcomes = tuple(outcome for part in parts for outcome in part.outcomes)
    return Exchange(tuple(samples), failed.reply, outcomes, failed.failure, subject.platform)


def _contrast(exchange: Exchange, cases: Sequence[Case]) -> float:
    """How far right answers score above the wrong ones beside them, on average; a pair without scores counts as 0."""
    scores = list(exchange.scores.values())
    pairs = list(zip(scores[0 : len(cases) : 2], scores[1 : len(cases) : 2], strict=False))
    return sum(right - wrong for right, wrong in pairs if right is not None and wrong is not None) / max(len(pairs), 1)


def _different(one: Exchange, other: Exchange) -> list[str]:
    return [key for key, score in one.scores.items() if not same(score, other.scores[key])]


def _is_disputed(one: Shape, other: Shape, subject: Subject) -> bool:
    """Whether both are the platform's own and put the reference in different places."""
    return one.reference != other.reference and {one, other} <= set(subject.platform.shapes)


def _unread(shape: Shape, read: Shape, exchange: Exchange, expected: Exchange, *, disputed: bool) -> Finding:
    """The finding for `shape`, whose scores differ from those of `read`: a warning where the platform has both."""
    different = _different(expected, exchange)
    samples = {sample["id"]: sample for sample in exchange.samples}
    said = {
        key: outcome.detail if isinstance(outcome, Unscored) else outcome.score
        for key, outcome in zip(exchange.ids, exchange.outcomes, strict=True)
    }
    examples = [
        {"sample": shown(samples[key]), "score": said[key], "score_in_the_shape_it_reads": expected.scores[key]}
        for key in different[:EXAMPLES]
    ]
    evidence = {"shape": asdict(shape), "read": asdict(read), "different": len(different), "examples": examples}
    if disputed:
        return Finding("RL107", "warning", evidence, _both(shape, read))
    return Finding("RL107", "blocker", evidence, _remedy(shape, read))


def _both(shape: Shape, read: Shape) -> str:
    """What to say if the platform's pages and samples disagree on the place, and how to read both."""
    return (
        f"AWS's documentation and its own samples disagree on where the reference lies: {PLACES[shape.reference]} or "
        f"{PLACES[read.reference]}. This handler reads it from the second alone, and the audit goes on there. Read "
        'both: sample.get("reference_answer", (sample.get("metadata") or {}).get("reference_answer")).'
    )


def _remedy(shape: Shape, read: Shape) -> str:
    """Which place the reward should read as well, from where the two shapes differ."""
    advice = []
    if shape.reference != read.reference:
        advice.append(f"Read the reference from {PLACES[shape.reference]} too.")
    if shape.role != read.role:
        advice.append(f"Take the last message whatever its role: the platform also sends {shape.role}.")
    if shape.content == "parts" != read.content:
        advice.append('Where content is a list, join the "text" of its parts.')
    if shape.content == "text" != read.content:
        advice.append("Take content as it is where it is a text.")
    if shape.extras != read.extras:
        place = 'sample["metadata"]' if shape.extras == "metadata" else "the sample itself"
        advice.append(f"Read the row's other columns from {place} too.")
    return " ".join(advice)
