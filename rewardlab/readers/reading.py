"""How files of prompts and generations are read: what the user says of them beside their paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a file: where it stands (`file:line`), its number there from 1, and its values."""

    where: str
    number: int
    values: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Reading:
    """`--from`, `--columns`, `--split`, `--step`.

    `formats` settle what a file is, each for the kind of file that it is a format of. `columns` maps our names to those
    of the file, in which a dot goes into an object. `split` names one of a DatasetDict. `steps` are the first and the
    last step of a training log that are read, None for all of them.
    """

    formats: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    split: str | None = None
    steps: tuple[int, int] | None = None

    @property
    def identity(self) -> dict[str, Json]:
        """What makes the same file another reading; empty where nothing was said."""
        said = {
            "from": list(self.formats),
            "columns": dict(self.columns),
            "split": self.split,
            "step": self.steps and list(self.steps),
        }
        return {name: value for name, value in said.items() if value}

    def holds(self, step: int | None) -> bool:
        """Whether a generation of that step of the training is read; one of no step is."""
        return self.steps is None or step is None or self.steps[0] <= step <= self.steps[1]


PLAIN = Reading()
#: Rows that were read before, and are kept in our form: no format of another is looked for in them.
KEPT = Reading(formats=("nova-rft",))


def value_at(values: Mapping[str, Json], name: str) -> Json:
    """The value of a column, or of a field in it where the name has dots; None where there is none."""
    if name in values:
        return values[name]
    found: Json = values
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
