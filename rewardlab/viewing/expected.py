"""The file expected.json of a reproduction: how the reward is called, and what each sample should earn."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rewardlab.errors import InputError
from rewardlab.platforms import PLATFORMS
from rewardlab.strict import read_json
from rewardlab.viewing.demands import Want

EXPECTED, EVENT = "expected.json", "event.json"
#: Seconds that one call may take, at most: as long as a Lambda runs.
LONGEST = 900.0


class Part(BaseModel):
    """Frozen, strict, without unknown keys: the folder may come from anywhere."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, populate_by_name=True)


class ExpectedSample(Part):
    """A sample by its id in event.json: what it earned, what it should earn, and why."""

    id: str
    observed: float | str | None
    want: Want
    why: str
    guard: bool = False


class Expected(Part):
    """expected.json."""

    schema_: Literal["rewardlab.repro/1"] = Field(default="rewardlab.repro/1", alias="schema")
    finding: str
    title: str
    reward: str
    sha256: str
    platform: str
    entry: str | None
    kind: str
    weights: tuple[float, ...] | None
    arguments: dict[str, Any]
    timeout: float = Field(gt=0, le=LONGEST)
    memory_mb: int = Field(ge=1)
    success_at: float
    success_above: bool
    samples: tuple[ExpectedSample, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.platform not in PLATFORMS:
            raise ValueError(f"no platform {self.platform!r}")
        if len({one.id for one in self.samples}) < len(self.samples):
            raise ValueError("two samples have the same id")
        return self

    def succeeds(self, score: float) -> bool:
        """Whether a score is a success."""
        return score > self.success_at + SAME if self.success_above else score >= self.success_at - SAME


#: Two scores this close are the same.
SAME = 1e-9


def read_expected(folder: Path) -> tuple[Expected, dict[str, dict[str, Any]]]:
    """expected.json, and the samples of event.json by their ids.

    Raises: InputError where a file is missing or is not as `rewardlab show --repro` writes it.
    """
    values = _read(folder / EXPECTED)
    try:
        expected = Expected.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            f"{'.'.join(map(str, first['loc'])) or 'it'}: {first['msg'][:200]}", where=str(folder / EXPECTED), do=WRITE
        ) from None
    event = _read(folder / EVENT)
    if not isinstance(event, list) or not all(
        isinstance(one, dict) and isinstance(one.get("id"), str) for one in event
    ):
        raise InputError("is no list of samples with ids", where=str(folder / EVENT), do=WRITE)
    samples = {one["id"]: one for one in event}
    if missing := [one.id for one in expected.samples if one.id not in samples]:
        raise InputError(f"lacks the sample {missing[0][:60]!r}", where=str(folder / EVENT), do=WRITE)
    return expected, samples


WRITE = "write the folder again: rewardlab show RUN --finding CODE --repro DIR"


def _read(path: Path) -> Any:
    try:
        return read_json(path.read_bytes())
    except FileNotFoundError:
        raise InputError("no such file", where=str(path), expected="a folder that --repro wrote", do=WRITE) from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({error})", where=str(path), do=WRITE) from None
