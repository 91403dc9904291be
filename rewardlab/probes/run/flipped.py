"""How much of a reward's disagreement with labels the usual share of wrong labels explains."""

from __future__ import annotations

import numpy as np

from rewardlab.runs.tables import Floats
from rewardlab.stats.binomial import chance_of_at_most
from rewardlab.stats.discrimination import discrimination
from rewardlab.stats.interval import Undefined

#: The share of wrong labels that is usual among human annotators; more is never assumed.
USUAL_FLIPS = 0.15
#: One-sided: how seldom a reward that is always right may be blamed for mistaken labels.
ALPHA = 0.01


def paid_beyond_mistakes(passed: Floats, right: Floats) -> float:
    """The share of wrong answers that succeed, corrected for mistaken labels; 0 if these may explain all of it.

    Arguments: `passed` (the answers that succeed) and `right` (those labelled so), (prompts, generations): 1, 0 or NaN.
    Identity: if a share e of labels is turned round at random, (f w - e p) / (w - e n): of n answers p succeed, and of
    the w labelled wrong a share f. Were the reward right throughout, e of the answers that succeed would be labelled
    wrong and e of those that fail right: e is taken from the latter, at most `USUAL_FLIPS`. The result is 0 unless the
    two shares differ surely (by the clustered test of `discrimination`, and by the chance of so few right labels among
    the answers that fail), or the first surely exceeds `USUAL_FLIPS`. Where too few prompts hold an answer that fails,
    e is `USUAL_FLIPS`.
    """
    known = np.isfinite(passed) & np.isfinite(right)
    wrong, succeed, every = (float(np.sum(known & part)) for part in (right == 0, passed == 1, known))
    paid = float(np.sum(known & (right == 0) & (passed == 1)))
    differs = np.where(known, (passed != right).astype(float), np.nan)
    found = discrimination(differs, passed, threshold=1.0)
    if isinstance(found, Undefined):
        flips, surely = USUAL_FLIPS, paid > USUAL_FLIPS * succeed
    else:
        flips = min(found.false_positive_rate.estimate, USUAL_FLIPS)
        taken, failing = found.true_positive_rate, round(every - succeed)
        few = chance_of_at_most(round(found.false_positive_rate.estimate * failing), failing, taken.estimate)
        surely = max(found.p_value, few) < ALPHA or taken.low > USUAL_FLIPS
    if not surely or wrong <= flips * every:
        return 0.0
    return (paid - flips * succeed) / (wrong - flips * every)
