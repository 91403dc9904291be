"""Do the judges agree beyond chance?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from rewardlab.findings import Finding
from rewardlab.judging.ratings import Ratings
from rewardlab.judging.scale import Level
from rewardlab.probes.judge.effect import interval_of
from rewardlab.probes.judge.question import EXAMPLES, Question
from rewardlab.probes.judge.sample import smallest
from rewardlab.probes.judge.verdicts import TIE, is_coded, level_of, value_text
from rewardlab.ratings.alpha import further_units
from rewardlab.runs.tables import Floats, Indexes
from rewardlab.stats.agreement.panel import Panel, agreement_of
from rewardlab.stats.agreement.table import Coefficient
from rewardlab.stats.interval import Quantity, Undefined

UNDEFINED = (
    "Judge generations on which verdicts differ, right ones and wrong ones; a judge that says one thing of all of them "
    "needs a scale and a rubric that tell them apart."
)
#: The verdicts themselves, right or wrong where scales differ, or which of two responses is preferred.
Of: TypeAlias = Literal["verdicts", "right or wrong", "preferences"]


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """How far judges agree on what they all were to judge.

    `values` (units, judges), NaN where a judge gave none; `prompt` (units,) the prompt's row of each unit, `first` and
    `second` the generations it is about (`second` -1 for a single one). `measured` is everything about that table, and
    of the whole run where only a sample was judged; `alpha` is Krippendorff's with its interval over prompts.
    """

    of: Of
    judges: tuple[Ratings, ...]
    values: Floats
    prompt: Indexes
    first: Indexes
    second: Indexes
    measured: Panel
    alpha: Quantity


def ask(question: Question) -> Iterator[Finding]:
    """RL502: a blocker where alpha surely lies below the threshold, a warning where it may or cannot be told."""
    for found in agreements(question):
        alpha = found.alpha
        if isinstance(alpha, Undefined):
            yield Finding("RL502", "warning", _evidence(question, found), UNDEFINED)
        elif alpha.high < question.min_alpha:
            yield Finding("RL502", "blocker", _evidence(question, found), _remedy(found))
        elif alpha.low < question.min_alpha:
            more = "Judge more prompts: the interval holds the threshold, and either answer could be wrong."
            further = further_units(alpha, question.min_alpha)
            told = {"undecided": True, "further_prompts": None if further is None else further.units}
            yield Finding("RL502", "warning", _evidence(question, found) | told, more)


def agreements(question: Question) -> tuple[Agreement, ...]:
    """The agreement on single responses of the judges that rate them, and on pairs where a judge compares them."""
    found = []
    if len(question.pointwise) >= 2:
        found.append(_on_responses(question))
    if question.pairwise and len(question.panel) >= 2:
        found.append(_on_pairs(question))
    return tuple(one for one in found if one is not None)


def _on_responses(question: Question) -> Agreement | None:
    judges = question.pointwise
    if len({(one.judge.values, one.judge.level, one.judge.kind) for one in judges}) == 1:
        of: Of = "verdicts"
        values, level = np.stack([one.values for one in judges], axis=-1), level_of(judges[0])
    else:
        of, level = "right or wrong", "nominal"
        judges = tuple(one for one in judges if one.judge.success_at is not None)
        if len(judges) < 2:
            return None
        values = np.stack([one.right for one in judges], axis=-1)
    rows, columns = np.nonzero(np.isfinite(values).any(axis=-1))
    places = rows, columns, np.full(len(rows), -1)
    return _measured(question, judges, values[rows, columns], of=of, places=places, level=level)


def _on_pairs(question: Question) -> Agreement | None:
    """The pairs that the pairwise judges saw; what another judge prefers follows from its two verdicts.

    Compared are pairs that both decide: a tie may be a judgment or a scale that is too coarse to tell (Zheng et al.
    2023, arXiv:2306.05685, setup S2).
    """
    judges = tuple(one for one in question.panel if one.judge.kind == "pairwise" or not is_coded(one))
    cells = [
        np.stack([one.pairs.prompt, one.pairs.first, one.pairs.second], axis=1)
        for one in judges
        if one.pairs is not None
    ]
    units = np.unique(np.concatenate(cells), axis=0) if cells else np.empty((0, 3), int)
    if len(judges) < 2 or not len(units):
        return None
    prompt, first, second = units.T
    columns = []
    for one in judges:
        if one.pairs is not None:
            pairs = one.pairs
            held = dict(zip(zip(pairs.prompt, pairs.first, pairs.second, strict=True), pairs.value, strict=True))
            values = np.array([held.get((row, i, j), np.nan) for row, i, j in units], float)
            columns.append(np.where(values == TIE, np.nan, values))
        else:
            apart = np.sign(one.values[prompt, second] - one.values[prompt, first])
            columns.append(np.where(apart == 0, np.nan, (1 + apart) / 2))
    values = np.stack(columns, axis=-1)
    return _measured(question, judges, values, of="preferences", places=(prompt, first, second), level="nominal")


def _measured(
    question: Question,
    judges: tuple[Ratings, ...],
    values: Floats,
    *,
    of: Of,
    places: tuple[Indexes, Indexes, Indexes],
    level: Level,
) -> Agreement:
    prompt, first, second = places
    measured = agreement_of(
        values,
        level,
        rng=np.random.default_rng(question.seed),
        cluster=prompt,
        scale=judges[0].judge.values if of == "verdicts" and judges[0].judge.labels else (),
        weights=_weights(judges, places),
    )
    alpha: Quantity
    alpha = measured.alpha if isinstance(measured.alpha, Undefined) else measured.alpha.interval
    return Agreement(of, judges, values, prompt, first, second, measured, alpha)


def _weights(judges: tuple[Ratings, ...], places: tuple[Indexes, Indexes, Indexes]) -> Floats:
    """What each unit stands for that at least two judges were to see, (units,); 0 for the others.

    A pair weighs 1 for a judge of pairs: pairs are drawn from their prompt without regard to the reward, and it sees
    all of them. A judge of single responses compares a pair if both are in its sample: the pair weighs the product of
    their weights.
    """
    prompt, first, second = places
    each = [
        np.ones(len(prompt))
        if one.pairs is not None
        else one.weights[prompt, first] * np.where(second < 0, 1.0, one.weights[prompt, second])
        for one in judges
    ]
    return smallest(np.stack(each), seen=2)


def _evidence(question: Question, found: Agreement) -> dict[str, Any]:
    names, measured = [ratings.judge.name for ratings in found.judges], found.measured
    agreed = measured.agreement
    evidence: dict[str, Any] = {
        "judges": names,
        **interval_of("alpha", found.alpha),
        "min_alpha": question.min_alpha,
        "level": measured.level,
        "of": found.of,
        "equal_verdicts": agreed.value if isinstance(agreed, Coefficient) else None,
        "units": measured.pairable,
        "prompts": measured.clusters,
    }
    if len(names) > 2:
        evidence["departs_most"] = departs_most(found)
    if measured.skew is not None:
        evidence["skew"] = {
            "most_frequent": measured.skew.value,
            "share": measured.skew.share,
            "ac_above_alpha_by": measured.skew.gap,
        }
    return evidence | {"examples": _examples(question, found)}


def _remedy(found: Agreement) -> str:
    """Which judge to look at first, if one departs from the others; else "", the catalogue's remedy."""
    name = departs_most(found) if len(found.judges) > 2 else None
    return f"{name} departs most from the others: repair or replace it, then judge again." if name else ""


def departs_most(found: Agreement) -> str | None:
    """The judge without which the others agree best; None where that is not defined."""
    without = [member.alpha_without for member in found.measured.members]
    known = [(alpha, number) for number, alpha in enumerate(without) if not isinstance(alpha, Undefined)]
    return found.judges[max(known)[1]].judge.name if known else None


def _examples(question: Question, found: Agreement) -> list[dict[str, Any]]:
    """The units on which the verdicts lie furthest apart, each of another prompt."""
    known = np.isfinite(found.values)
    apart = np.where(known, found.values, -np.inf).max(axis=1) - np.where(known, found.values, np.inf).min(axis=1)
    order = [int(unit) for unit in np.argsort(-apart, kind="stable") if apart[unit] > 0]
    shown = list({int(found.prompt[unit]): unit for unit in reversed(order)}.values())[::-1]
    return [
        question.example(
            int(found.prompt[unit]),
            int(found.first[unit]),
            **({} if found.second[unit] < 0 else {"other": int(found.second[unit])}),
            verdicts=said(found, found.values[unit]),
        )
        for unit in shown[:EXAMPLES]
    ]


def said(found: Agreement, values: Sequence[float] | Floats) -> dict[str, str | float]:
    """What each judge said of a unit, by its name."""
    match found.of:
        case "verdicts":
            shown = [
                value_text(one, value) if np.isfinite(value) else "-"
                for one, value in zip(found.judges, values, strict=True)
            ]
        case "right or wrong":
            shown = ["right" if value == 1 else "wrong" if value == 0 else "-" for value in values]
        case "preferences":
            shown = [{0.0: "first", 1.0: "second"}.get(float(value), "-") for value in values]
    return {ratings.judge.name: one for ratings, one in zip(found.judges, shown, strict=True)}
