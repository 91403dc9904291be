"""How much each named component of a reward contributes to the within-prompt variance of the total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rewardlab.stats.interval import Floats, Undefined
from rewardlab.stats.spread import SAME_SCORE

#: A residual below this share of the total's sum of squares is round-off.
EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class Component:
    """One component. `flat`: it never differs within a prompt, so it adds no gradient; `dead`: it never differs.

    `within_variance` pools the prompts (sum of squares over generations - prompts). `weight` is the component's weight
    if the total is a weighted sum within prompts, else 1. `share` is the component's share of the total's within-prompt
    variance, weight cov(component, total) / var(total): negative where the component works against the total.
    """

    name: str
    within_variance: float
    weight: float
    share: float | Undefined
    flat: bool
    dead: bool


@dataclass(frozen=True, slots=True)
class Components:
    """The components in the order given. `explained` is the sum of their shares: 1 where the total is a weighted sum.

    `is_sum`: the total is the sum of the components on every generation; `is_weighted_sum`: within prompts, the
    total's deviations are a weighted sum of the components' deviations.
    """

    members: tuple[Component, ...]
    explained: float | Undefined
    is_sum: bool
    is_weighted_sum: bool
    generations: int

    @property
    def dominant(self) -> Component | Undefined:
        """The component with the largest share."""
        shared = [(member.share, member) for member in self.members if not isinstance(member.share, Undefined)]
        return max(shared, key=lambda one: one[0])[1] if shared else Undefined("no component has a share")


def component_shares(components: Floats, total: Floats, *, names: Sequence[str]) -> Components | Undefined:
    """Each component's share of the total's variance within prompts.

    Arguments: `components` (prompts, generations, K), `total` (prompts, generations), `names` (K,). A generation counts
    only if the total and every component are numbers, so that all shares are taken over the same generations.
    Identity: shares of a sum are cov(component, sum) / var(sum), which add up to 1 exactly. If the total is a weighted
    sum, least squares finds the weights and leaves no residual. For any other total (a product, a gate, a clip) the
    shares are unweighted and need not add up to 1; `explained` is their sum.
    At the edges: undefined when no prompt has two such generations; a share is undefined when the total does not differ
    in any prompt. Source: the covariance decomposition of Shorrocks (1982), Econometrica 50:193.
    """
    kept = np.isfinite(total) & np.isfinite(components).all(axis=2)
    prompts = np.nonzero(kept)[0]
    sizes = np.bincount(prompts, minlength=len(total))
    if not (sizes > 1).any():
        return Undefined("no prompt has two generations with a total and every component")
    degrees = int(np.maximum(sizes - 1, 0).sum())
    cells, sums = components[kept], total[kept]
    varied = _deviations(np.column_stack([cells, sums]), prompts, sizes)
    products = varied.T @ varied[:, -1]
    squares = np.square(varied).sum(axis=0)
    weights, is_weighted_sum = _weights(varied[:, :-1], varied[:, -1])
    members = tuple(
        Component(
            name=name,
            within_variance=float(squares[k] / degrees),
            weight=float(weights[k]),
            share=float(weights[k] * products[k] / products[-1])
            if products[-1] > 0
            else Undefined("the total never differs"),
            flat=not squares[k],
            dead=bool(np.ptp(cells[:, k]) <= SAME_SCORE),
        )
        for k, name in enumerate(names)
    )
    shares = [member.share for member in members if not isinstance(member.share, Undefined)]
    return Components(
        members=members,
        explained=sum(shares) if shares else Undefined("the total never differs within a prompt"),
        is_sum=bool(np.abs(cells.sum(axis=1) - sums).max() <= SAME_SCORE * max(1.0, float(np.abs(sums).max()))),
        is_weighted_sum=is_weighted_sum,
        generations=len(sums),
    )


def _weights(components: Floats, total: Floats) -> tuple[Floats, bool]:
    """The weights with which the components' deviations add up to the total's, and whether they do; else ones.

    Weights of 1 are tried first: if components are collinear, the data do not determine the weights.
    """
    size = float(np.square(total).sum())
    ones = np.ones(components.shape[1])
    found = np.linalg.lstsq(components, total, rcond=None)[0]
    for weights in (ones, found):
        if float(np.square(total - components @ weights).sum()) <= EXACT * size:
            return np.asarray(weights, float), True
    return ones, False


def _deviations(columns: Floats, prompts: NDArray[np.intp], sizes: NDArray[np.intp]) -> Floats:
    """Each column less its prompt's mean; zero where the prompt's values all count as the same score."""
    starts = np.flatnonzero(np.diff(prompts, prepend=-1))
    present = sizes[sizes > 0]
    spread = np.maximum.reduceat(columns, starts) - np.minimum.reduceat(columns, starts)
    means = np.add.reduceat(columns, starts) / present[:, None]
    deviations = columns - np.repeat(means, present, axis=0)
    return np.where(np.repeat(spread, present, axis=0) > SAME_SCORE, deviations, 0.0)
