"""The catalogue of findings: what each code asks, why it matters, what to do. `rewardlab explain CODE` prints one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from rewardlab.findings import baseline, conduct, contract, judges, packaging, prompts, spread, success, training
from rewardlab.findings.entry import Entry

Severity: TypeAlias = Literal["blocker", "warning", "note"]
#: The gravest first.
RANK: Mapping[Severity, int] = {"blocker": 0, "warning": 1, "note": 2}
#: Characters of a text that evidence shows.
LONGEST = 160


#: Every code with its page, in ascending order.
CATALOGUE: Mapping[str, Entry] = {
    code: entry
    for family in (contract, conduct, spread, success, judges, baseline, prompts, training, packaging)
    for code, entry in family.ENTRIES.items()
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something measured that the user should act on. `remedy` defaults to the catalogue's."""

    code: str
    severity: Severity
    evidence: Mapping[str, Any]
    remedy: str = field(default="")

    def __post_init__(self) -> None:
        if not self.remedy:
            object.__setattr__(self, "remedy", CATALOGUE[self.code].remedy)

    @property
    def title(self) -> str:
        return CATALOGUE[self.code].title


def shortened(text: str, most: int = LONGEST) -> str:
    """A text as it may stand in evidence: its beginning and its end, about `most` characters together."""
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[-(most // 2) :]}"


def merge(*kinds: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep one finding per code, the most severe (of equals the first). Blockers come first, then by code."""
    worst: dict[str, Finding] = {}
    for finding in itertools.chain(*kinds):
        held = worst.get(finding.code)
        if held is None or RANK[finding.severity] < RANK[held.severity]:
            worst[finding.code] = finding
    return tuple(sorted(worst.values(), key=lambda finding: (RANK[finding.severity], finding.code)))
