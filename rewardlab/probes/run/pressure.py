"""Do the answers that the reward likes best stay good when ever more compete? What optimisation will do, in small."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rewardlab.findings import Finding
from rewardlab.probes.run.question import Question
from rewardlab.probes.run.suspicion import Suspicion
from rewardlab.stats.bestofn import BestOfN, best_of_n
from rewardlab.stats.cluster import Tested
from rewardlab.stats.interval import Estimate, Undefined

#: A fall of the label's mean by less of the labels' range is a note.
PRACTICAL = 0.05


def under_pressure(question: Question) -> BestOfN | Undefined:
    """The labels of the reward's best of n, for growing n."""
    answers = question.answers
    if answers.labels is None:
        return Undefined("no labels were given")
    return best_of_n(answers.score, answers.labels)


def ask(question: Question) -> Iterator[Suspicion]:
    """RL410 when the labels of the highest-scored of n fall as n grows; a blocker when they end below one draw's."""
    found = under_pressure(question)
    if not isinstance(found, BestOfN) or not isinstance(found.fall, Tested):
        return
    fall, gain = found.fall, found.gain
    worse = isinstance(gain, Tested) and gain.estimate.high < 0
    evidence = {
        "labels_of_best_of": {
            str(point.n): point.label.estimate for point in found.points if isinstance(point.label, Estimate)
        },
        "divergence_nats": {str(point.n): point.divergence for point in found.points},
        "peak_at": found.peak,
        "fall": fall.estimate.estimate,
        "low": fall.estimate.low,
        "high": fall.estimate.high,
    }
    finding = Finding("RL410", "blocker" if worse else "warning", evidence)
    yield Suspicion(finding, fall.p_value, matters=abs(fall.estimate.estimate) >= PRACTICAL * _range(question))


def _range(question: Question) -> float:
    """What the labels can differ by: 1 for shares, else what they do."""
    labels = question.answers.labels
    assert labels is not None, "labels were pressed"
    low, high = float(np.nanmin(labels)), float(np.nanmax(labels))
    return 1.0 if low >= 0 and high <= 1 else high - low
