"""Can the judge's verdicts be read?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rewardlab.findings import Finding, Severity
from rewardlab.judging.definition import PYTHON
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.effect import interval_of
from rewardlab.probes.judge.question import EXAMPLES, Question
from rewardlab.runs.tables import Floats
from rewardlab.stats.interval import Estimate, Quantity, Undefined
from rewardlab.stats.survey import weighted_share

#: A share of unreadable verdicts over the first is a warning; surely over the second, a blocker.
SMALL, DECISIVE = 0.01, 0.05
OF_A_FUNCTION = (
    "Repair the function for the responses shown: let it return one of its scale's verdicts for each response, and "
    "catch what it raises where a verdict is still right."
)


def unread_of(ratings: Ratings) -> Quantity:
    """The share of plain questions to which no verdict could be read, with its interval over prompts.

    For single responses it is the run's, even if only a sample was judged; for pairs, which are not drawn by the
    reward, it is that of the pairs shown.
    """
    missing, prompts = _missing(ratings)
    weights = None if ratings.pairs is not None else ratings.weights[ratings.asked]
    return weighted_share(missing, weights, prompts)


def _missing(ratings: Ratings) -> tuple[Floats, np.ndarray]:
    """For each plain question whether it went without a verdict, and the prompt's row."""
    if ratings.pairs is not None:
        pairs = ratings.pairs
        both = np.concatenate([pairs.value, pairs.swapped])
        return np.isnan(both).astype(float), np.tile(pairs.prompt, 2)
    rows, _ = np.nonzero(ratings.asked)
    return np.isnan(ratings.values[ratings.asked]).astype(float), rows


def ask(question: Question) -> Iterator[Finding]:
    """RL508: verdicts that cannot be read, and judges that gave none at all."""
    for ratings in question.panel:
        missing, _ = _missing(ratings)
        share = unread_of(ratings)
        evidence = {
            "judge": ratings.judge.name,
            **interval_of("unreadable", share),
            "questions": len(missing),
            "reasons": dict(ratings.unread),
            "not_asked": dict(ratings.not_asked),
            "examples": [
                {
                    "prompt_id": one.prompt_id,
                    "index": one.index,
                    "detail": one.detail,
                    "text": one.text,
                    "variant": one.variant or None,
                }
                for one in ratings.examples[:EXAMPLES]
            ],
        }
        severity = _severity(missing, share)
        if severity is not None:
            yield Finding("RL508", severity, evidence, _remedy(ratings))


def _remedy(ratings: Ratings) -> str:
    """What the owner of a Python judge can do; "", the catalogue's, for a model."""
    return OF_A_FUNCTION if ratings.judge.model.startswith(PYTHON) else ""


def _severity(missing: Floats, share: Quantity) -> Severity | None:
    if missing.all():
        return "blocker"
    if isinstance(share, Undefined) or share.estimate <= SMALL:
        return None
    assert isinstance(share, Estimate)
    return "blocker" if share.low > DECISIVE else "warning"
