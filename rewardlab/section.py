"""What every report is made of: a frozen part, and a number with its interval."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from rewardlab.stats.interval import Estimate, Quantity


class Part(BaseModel):
    """A section of the report: frozen, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)


class Interval(Part):
    """A number with its interval. An undefined one has nulls and says why in `undefined`."""

    estimate: float | None
    low: float | None
    high: float | None
    level: float | None = None
    method: str | None = None
    units: int | None = Field(default=None, description="prompts that the number was taken over")
    undefined: str | None = None

    @classmethod
    def of(cls, quantity: Quantity) -> Self:
        """A quantity as the report shows it."""
        if isinstance(quantity, Estimate):
            return cls(
                estimate=quantity.estimate,
                low=quantity.low,
                high=quantity.high,
                level=quantity.level,
                method=quantity.method,
                units=quantity.units,
            )
        return cls(estimate=None, low=None, high=None, undefined=quantity.reason)

    def over(self, clusters: str) -> Self:
        """The same, its method told in terms of what the data's clusters are, where a statistic says "units"."""
        return self.model_copy(update={"method": self.method and self.method.replace("units", clusters)})
