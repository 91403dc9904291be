"""The report of `rewardlab agree`, schema `rewardlab.agree/1`. Everything shown is read from it."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from pydantic import Field

from rewardlab.reports.notebook import Whole
from rewardlab.reports.section import Interval, Part

#: Where alpha's interval lies: from the threshold up, under it, or on both sides of it.
Verdict: TypeAlias = Literal["sufficient", "insufficient", "undecided"]


class Number(Interval):
    """A coefficient. If it is undefined, its numbers are null and `undefined` says why.

    If it has no interval, `no_interval` says why.
    """

    low: float | None = None
    high: float | None = None
    standard_error: float | None = None
    level: float | None = Field(default=None, description="nominal coverage of the interval")
    units: int | None = Field(default=None, description="how many units, or clusters, the interval rests on")
    no_interval: str | None = None
    z: float | None = Field(default=None, description="the estimate divided by its standard error under no agreement")
    p_value: float | None = Field(default=None, description="two-sided p-value of z")


class Orders(Part):
    """Kendall's W, with its chi-square test."""

    estimate: float | None
    p_value: float | None = None
    units: int | None = None
    undefined: str | None = None


class PairPart(Part):
    """How two raters agree on the units that both rated.

    Tau-b and the weighted kappa are null if the level of measurement does not allow them.
    """

    raters: tuple[str, str]
    units: int
    agreement: Number
    alpha: Number
    kappa: Number | None = Field(description="Cohen's; null on a continuous scale")
    weighted_kappa: Number | None
    tau_b: Orders | None


class RaterPart(Part):
    """One rater: how many ratings it gave, their mean (null if the scale has none), and alpha of the other raters."""

    name: str
    ratings: int
    mean: float | None
    alpha_without: Number


class Given(Part):
    """A value of the scale and how often it was given."""

    value: str
    count: int


class Agreement(Part):
    """The agreement on all units, or on a slice of them."""

    slice: str | None
    verdict: Verdict
    strong: bool = Field(description="whether the lower bound of alpha reaches the strong threshold")
    meaning: str = Field(description="what alpha says, in a sentence")
    units: int
    pairable_units: int = Field(description="units with at least two ratings")
    clusters: int
    raters: int
    ratings: int
    distinct: int = Field(description="distinct values that were given")
    alpha: Number
    further_units: int | None = Field(
        default=None, description="further units (clusters) needed to decide nine times in ten, if known"
    )
    further_units_range: tuple[int, int | None] | None = Field(
        default=None, description="10 to 90 % range of that number, if it is tenfold; null: no upper limit"
    )
    check: str = Field(description="how alpha was compared with the krippendorff package's")
    agreement: Number = Field(description="share of pairs of ratings that agree")
    ac1: Number | None
    ac2: Number | None = Field(description="with the report's weights")
    fleiss_kappa: Number | None = Field(description="Gwet's generalisation where units have unequal numbers of ratings")
    brennan_prediger: Number | None
    icc: dict[str, Number]
    kendall_w: Orders | None
    pairs: tuple[PairPart, ...]
    by_rater: tuple[RaterPart, ...]
    given: tuple[Given, ...]
    notes: tuple[str, ...]


class AgreementReport(Whole):
    """The result of `rewardlab agree`."""

    formats: ClassVar = ("rewardlab.formats.agreement", "AGREE_FORMATS")
    schema_: Literal["rewardlab.agree/1"] = Field(default="rewardlab.agree/1", alias="schema")
    verdict: Verdict
    source: str
    layout: Literal["long", "wide", "counts"]
    level: Literal["nominal", "ordinal", "interval", "ratio"]
    level_assumed: bool
    missing: int = Field(description="cells marked as having no rating")
    min_alpha: float
    strong_alpha: float
    interval: Literal["jackknife", "bootstrap"]
    weights: Literal["quadratic", "linear"] = Field(description="of AC2 and the weighted kappa")
    seed: int
    by: str | None
    reading: tuple[str, ...] = Field(
        default=(), description="how the file was read, as far as its header does not say it"
    )
    whole: Agreement
    slices: tuple[Agreement, ...]
    version: str

    @property
    def exit_code(self) -> int:
        """0 when agreement suffices, 1 when it surely does not, 4 when the data do not decide."""
        return {"sufficient": 0, "insufficient": 1, "undecided": 4}[self.verdict]
