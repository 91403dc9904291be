"""Does one bad sample cost more than itself: the batch, the process, the time?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rewardlab.findings import Finding, Severity
from rewardlab.outcome import Scored
from rewardlab.probes.reward.harm import SLOW_SECONDS, Bad, Harm, failures, lost_batches, unusable
from rewardlab.probes.reward.returns import FATAL, range_of
from rewardlab.probes.reward.trials.awkward import BROKEN, LONG, UNREADABLE, named, short_texts, without_reference
from rewardlab.probes.reward.trials.exchange import Exchange, Sample
from rewardlab.probes.reward.trials.ordinary import ordinary_cases
from rewardlab.probes.reward.trials.subject import Case, OutOfTimeError, PartlyAskedError, Subject
from rewardlab.rewards.contracts.contract import Violation

GOOD = 8
#: The most samples that may hang or kill, for each costs a timeout or a process; and the most slow ones, which a
#: comparison with its own time limit makes by the dozen. Other blockers are still to be asked.
DEATHS = 2
#: An answer that takes this many times as long as ordinary ones is slow.
SLOW_FACTOR = 50
#: An answer that takes this many seconds is slow, whatever else the machine does.
SURELY_SLOW = 10.0
#: A first look waits so many seconds, or so many times what ordinary texts take: a text that is run or parsed under a
#: time limit takes all of it. What needs longer is asked once more, with patience.
GLANCE_SECONDS, GLANCE_FACTOR = 2.0, 3
#: The share of the examination's time, in addition to that of the other probes: these texts decide, and are many.
SHARE = 1 / 3


@dataclass(frozen=True, slots=True)
class Scene:
    """The reward, what it returns for the good samples alone, and which codes its returns break anyway."""

    subject: Subject
    base: Exchange
    known: frozenset[str]

    @property
    def ordinary(self) -> float:
        """The seconds of an ordinary sample."""
        return self.base.reply.seconds / len(self.base.samples)

    def glance(self, samples: Sequence[Sample]) -> Exchange:
        """Send the samples and wait only briefly."""
        within = max(GLANCE_SECONDS, GLANCE_FACTOR * self.ordinary * len(samples))
        return self.subject.exchange(samples, within=min(within, self.subject.patience))

    def patiently(self, sample: Sample) -> Exchange:
        return self.subject.exchange([sample], within=self.subject.patience)

    def defects(self, exchange: Exchange) -> tuple[Violation, ...]:
        return tuple(one for one in exchange.defects(range_of(self.subject)) if one.code not in self.known)

    def is_harmless(self, exchange: Exchange) -> bool:
        """Whether every sample has a score or an abstention, in a return that breaks nothing new."""
        scored = all(isinstance(one, Scored) or one.reason == "abstained" for one in exchange.outcomes)
        return scored and not self.defects(exchange)

    def is_lost(self, exchange: Exchange) -> bool:
        """Whether a good sample lost its score, or all have the same score now though they differ without the bad one.

        Whether scores merely move is the question of neighbours.py.
        """
        beside = [exchange.scores[key] for key in self.base.ids if key in exchange.scores]
        alone = [self.base.scores[key] for key in self.base.ids if key in exchange.scores]
        levelled = len(set(beside)) == 1 < len(set(alone))
        return None in beside or levelled

    def is_slow(self, exchange: Exchange) -> bool:
        """Whether it took long, and far longer than as many ordinary samples."""
        ordinary = self.ordinary * len(exchange.samples)
        return exchange.failure is None and exchange.reply.seconds > max(SLOW_SECONDS, SLOW_FACTOR * ordinary)


def ask(subject: Subject) -> Iterator[Finding]:
    """RL201 to RL203 for a sample that raises, hangs or kills alone; RL108 where good ones beside it are lost.

    First all bad samples are sent together: a reward that bears them is asked only a few times. Harm by what a model
    can write is a blocker. Harm by what only broken data hold is a warning, except for rows without a reference if the
    file has some: raising for one is right as long as it costs only that one (RL406). What the return for a bad sample
    breaks is reported under its own code.

    Raises: PartlyAskedError after what was found, where the share of the time did not do for every sample.
    """
    with subject.further(SHARE * subject.most_seconds):
        yield from _ask(subject)


def _ask(subject: Subject) -> Iterator[Finding]:
    good = subject.samples(ordinary_cases(subject, _goods(subject)))
    base = subject.exchange(good)
    if not base.is_scored:
        return  # ordinary answers have no score already: returns.py tells
    scene = Scene(subject, base, frozenset(one.code for one in base.defects(range_of(subject))))
    harms: list[Harm] = []
    late = None
    try:
        _look_for(harms, scene)
    except PartlyAskedError as error:
        late = error  # what was found so far is told all the same
    if harms:
        subject.restart()  # what a bad sample broke in the process is not held against what is asked next
    yield from failures(harms)
    yield from lost_batches(harms, len(good))
    yield from unusable(harms, declared=subject.reward_range is not None)
    if late is not None:
        raise late


def _goods(subject: Subject) -> int:
    """How many good samples stand beside a bad one: at least two, one on each side."""
    most = min(GOOD, max(1, subject.platform.batch_size // 2))
    return min(most, max(2, subject.afford(most, invocations=3)))


def _look_for(harms: list[Harm], scene: Scene) -> None:
    """Add the harm that each bad sample does. Raises: PartlyAskedError."""
    chunks = list(_chunks(scene.subject, len(scene.base.samples)))
    done = 0
    try:
        for chunk in chunks:
            if not _bears(scene, chunk):
                for bad in chunk:
                    if (harm := _harm(scene, bad)) is not None:
                        harms.append(harm)
                    if _is_enough(harms):
                        return
                    done += 1
            else:
                done += len(chunk)
    except OutOfTimeError:
        raise PartlyAskedError(f"{done} of {sum(map(len, chunks))} awkward texts") from None


def _is_enough(harms: Sequence[Harm]) -> bool:
    """Whether to stop asking: each further sample may cost a timeout."""
    deaths = Counter(harm.reason for harm in harms)
    return max(*(deaths[reason] for reason in FATAL), sum(harm.is_slow for harm in harms)) >= DEATHS


def _chunks(subject: Subject, good: int) -> Iterator[Sequence[Bad]]:
    """The bad samples in events that the platform could send, likely ones first; fewer for a slow reward."""
    size = max(1, subject.platform.batch_size - good)
    # No policy in its right mind writes 30,000 brackets: such a text warns, a short one blocks.
    groups = [_texts(subject, short_texts(), "blocker"), _texts(subject, LONG, "warning")]
    # A function that is handed one answer loses no other; a TRL function is handed texts, but all at once.
    if subject.entry.kind in {"lambda", "trl", "mixed"} and subject.platform.shape.content != "fields":
        groups.append(_broken(subject, UNREADABLE if subject.entry.kind != "lambda" else {**BROKEN, **UNREADABLE}))
    for group in groups:
        affordable = subject.afford(len(group), invocations=1)
        for start in range(0, affordable, size):
            yield group[start : min(start + size, affordable)]


def _texts(subject: Subject, texts: Sequence[str], severity: Severity) -> list[Bad]:
    cases = [Case(subject.prompts[number % len(subject.prompts)], text) for number, text in enumerate(texts)]
    samples = [{**sample, "id": f"{sample['id']}-bad"} for sample in subject.samples(cases)]
    return [Bad(named(text), sample, severity) for text, sample in zip(texts, samples, strict=True)]


def _broken(subject: Subject, ways: Mapping[str, Callable[[Sample], Sample]]) -> list[Bad]:
    good = subject.samples(ordinary_cases(subject, 1))[0]
    bad = [
        Bad(name, {**break_(good), "id": f"bad-{number}"}, "warning", is_text=False)
        for number, (name, break_) in enumerate(ways.items())
    ]
    missing = sum(prompt.reference is None for prompt in subject.every_prompt)
    if 0 < missing < len(subject.every_prompt):
        name = f"no reference, as in {missing} rows of the file"
        bad.append(Bad(name, {**without_reference(good), "id": "bad-reference"}, "blocker", is_text=False))
    return bad


def _bears(scene: Scene, chunk: Sequence[Bad]) -> bool:
    """Whether the bad samples, all together among the good ones, do no harm and take no extra time."""
    samples = [*scene.base.samples, *(bad.sample for bad in chunk)]
    if len(samples) > scene.subject.platform.batch_size:
        return False  # a platform that sends one at a time
    exchange = scene.glance(samples)
    return not scene.is_slow(exchange) and scene.is_harmless(exchange) and not scene.is_lost(exchange)


def _harm(scene: Scene, bad: Bad) -> Harm | None:
    """What the bad sample does alone and among the good ones; None where that is nothing."""
    alone = scene.glance([bad.sample])
    if alone.failure is not None and alone.failure.reason == "timed_out":
        alone = scene.patiently(bad.sample)
    elif scene.is_slow(alone) and alone.reply.seconds < SURELY_SLOW:  # once may be an import, or the machine's doing
        alone = min(alone, scene.subject.exchange([bad.sample]), key=lambda one: one.reply.seconds)
    fatal = alone.failure is not None and alone.failure.reason in FATAL
    # A slow sample is reported as such: asking it again among others would take the time of all other questions.
    lost = fatal or (not scene.is_slow(alone) and _loses_batch(scene, bad))
    if not lost and scene.is_harmless(alone) and not scene.is_slow(alone):
        return None
    return Harm(bad, alone, scene.defects(alone), loses_batch=lost, is_slow=scene.is_slow(alone))


def _loses_batch(scene: Scene, bad: Bad) -> bool:
    """Whether good samples on both sides of the bad one lose their scores, which they keep without it."""
    *before, last = scene.base.samples
    if not before or len(before) + 2 > scene.subject.platform.batch_size:
        return False
    beside = scene.subject.exchange([*before, bad.sample, last])
    return scene.is_lost(beside) and not scene.is_lost(scene.subject.exchange(scene.base.samples))
