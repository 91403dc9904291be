"""The base classes of every report (a frozen part, a number with its interval), and a report as JSON."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from rewardlab.stats.interval import Estimate, Quantity
from rewardlab.visible import visible

Value = TypeVar("Value")
#: Invisible characters (see rewardlab.visible) that JSON writers leave as they are.
LEFT_BY_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class Part(BaseModel):
    """A section of the report: frozen, no unknown keys, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)


class Interval(Part):
    """A number with its interval. If it is undefined, its numbers are null and `undefined` says why."""

    estimate: float | None
    low: float | None
    high: float | None
    level: float | None = None
    method: str | None = None
    units: int | None = Field(default=None, description="prompts that the number is computed over")
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
        """A copy whose method says what the clusters are ("prompts") where the statistic says "units"."""
        return self.model_copy(update={"method": self.method and self.method.replace("units", clusters)})


def json_text(model: BaseModel) -> str:
    """The model as JSON text with the keys of its schema; invisible characters are written as escapes."""
    try:
        text = model.model_dump_json(indent=2, by_alias=True)
    except ValueError:  # a lone surrogate, which UTF-8 cannot hold
        text = visible_all(model).model_dump_json(indent=2, by_alias=True)
    return LEFT_BY_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def visible_all(value: Value) -> Value:
    """A copy of a report in which invisible characters are made visible, in every text and in the keys of tables."""
    shown: object = value
    if isinstance(value, str):
        shown = visible(value)
    elif isinstance(value, BaseModel):
        fields = {name: visible_all(getattr(value, name)) for name in type(value).model_fields}
        shown = value.model_copy(update=fields)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = dataclasses.replace(
            value, **{one.name: visible_all(getattr(value, one.name)) for one in dataclasses.fields(value) if one.init}
        )
    elif isinstance(value, Mapping):
        shown = {visible_all(key): visible_all(inner) for key, inner in value.items()}
    elif isinstance(value, tuple) and type(value) is tuple:
        shown = tuple(visible_all(inner) for inner in value)
    elif isinstance(value, list):
        shown = [visible_all(inner) for inner in value]
    return shown  # type: ignore[return-value]  # of the type that came in


def json_schema(model: type[Part]) -> dict[str, Any]:
    """The JSON Schema of a report, which is shipped in rewardlab/schemas/."""
    name = model.model_fields["schema_"].default
    return {"$id": name} | model.model_json_schema(by_alias=True, mode="serialization")
