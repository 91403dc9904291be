"""Intraclass correlations of ratings on an interval scale: the six forms of Shrout and Fleiss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtri

from rewardlab.stats.interval import LEVEL, TINY, Estimate, Floats, Quantity, Undefined

#: Squares of ratings above this would overflow; the ratings are scaled first, which leaves every ICC unchanged.
LARGE = 1e150

FORMS = ("ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)")


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """The mean squares of n units by k raters: between units, within units, between raters, and residual."""

    between: float
    within: float
    raters: float
    residual: float
    units: int
    k: int


def mean_squares(ratings: Floats) -> MeanSquares | Undefined:
    """The mean squares of `ratings` (units, raters); units with a missing rating are left out.

    At the edges: undefined with fewer than two raters or two complete units, and without variation.
    """
    full = ratings[~np.isnan(ratings).any(axis=1)]
    n, k = full.shape
    if k < 2:
        return Undefined("fewer than two raters")
    if n < 2:
        return Undefined("fewer than two units are rated by every rater")
    shifted = full / 2 - full.min() / 2  # halves, so that no difference overflows
    span = float(shifted.max())
    if span == 0:
        return Undefined("no variation: every rating is the same")
    scaled = shifted / span
    scaled = scaled - scaled.mean()
    rows, columns = scaled.mean(axis=1), scaled.mean(axis=0)
    between = k * float(np.square(rows).sum()) / (n - 1)
    within = float(np.square(scaled - rows[:, None]).sum()) / (n * (k - 1))
    raters = n * float(np.square(columns).sum()) / (k - 1)
    rest = float(np.square(scaled - rows[:, None] - columns).sum()) / ((n - 1) * (k - 1))
    unit = (2 * span) * (2 * span)
    return MeanSquares(between * unit, within * unit, raters * unit, rest * unit, n, k)


def intraclass_correlations(ratings: Floats, *, confidence: float = LEVEL) -> dict[str, Quantity] | Undefined:
    """The six intraclass correlations of `ratings` (units, raters), each with its interval from the F distribution.

    ICC(1, .): each unit has its own raters; ICC(2, .): the raters are a random sample, and differences in leniency
    count as disagreement; ICC(3, .): the raters are fixed, and differences in leniency are ignored. ICC(., 1) is the
    reliability of one rater, ICC(., k) that of the mean of all k.
    Identity, with B, W, J, E the mean squares: (B - W)/(B + (k-1)W), (B - E)/(B + (k-1)E + k(J - E)/n),
    (B - E)/(B + (k-1)E); of means (B - W)/B, (B - E)/(B + (J - E)/n), (B - E)/B.
    At the edges: as `mean_squares`. A form is also undefined where its F interval does not exist: when the residual is
    zero (the form is 1), or when the units' means do not differ.
    Units must be independent. Source: Shrout & Fleiss (1979), Psychol. Bull. 86:420; McGraw & Wong (1996) likewise.
    """
    largest = float(np.nanmax(np.abs(ratings), initial=0.0))
    squares = mean_squares(ratings / largest if largest > LARGE else ratings)
    if isinstance(squares, Undefined):
        return squares
    return {form: _form(squares, form, confidence) for form in FORMS}


def _form(squares: MeanSquares, form: str, confidence: float) -> Quantity:
    b, w, j, e, n, k = (
        squares.between, squares.within, squares.raters, squares.residual, squares.units, squares.k,
    )  # fmt: skip
    error = w if form.startswith("ICC(1") else e
    scale = max(b, w, j)
    if error <= TINY * scale:
        return Undefined("1 without an interval: nothing is left over beyond units and raters")
    if b <= TINY * scale:
        return Undefined("the units' means do not differ")
    if form.startswith("ICC(2"):
        one = (b - e) / (b + (k - 1) * e + k * (j - e) / n)
        low, high = _two_way_random(squares, one, confidence)
    else:
        one = (b - error) / (b + (k - 1) * error)
        degrees = n * (k - 1) if error is w else (n - 1) * (k - 1)
        low, high = _by_f(b / error, n - 1, degrees, k, confidence)
    if form.endswith("k)"):
        one, low, high = (k * value / (1 + (k - 1) * value) for value in (one, low, high))
    return Estimate(one, low, high, confidence, "F over units", n)


def _by_f(f: float, between: int, within: int, k: int, confidence: float) -> tuple[float, float]:
    tail = (1 + confidence) / 2
    lower, upper = f / float(fdtri(between, within, tail)), f * float(fdtri(within, between, tail))
    return (lower - 1) / (lower + k - 1), (upper - 1) / (upper + k - 1)


def _two_way_random(squares: MeanSquares, icc: float, confidence: float) -> tuple[float, float]:
    """The interval of ICC(2,1), with Satterthwaite's degrees of freedom for the raters' and residual mean squares."""
    b, j, e, n, k = squares.between, squares.raters, squares.residual, squares.units, squares.k
    tail, ratio = (1 + confidence) / 2, j / e
    rest = n * (1 + (k - 1) * icc) - k * icc
    degrees = (k - 1) * (n - 1) * (k * icc * ratio + rest) ** 2 / ((n - 1) * k**2 * icc**2 * ratio**2 + rest**2)
    above, below = float(fdtri(n - 1, degrees, tail)), float(fdtri(degrees, n - 1, tail))
    both = k * j + (k * n - k - n) * e
    return n * (b - above * e) / (above * both + n * b), n * (below * b - e) / (both + n * below * b)
