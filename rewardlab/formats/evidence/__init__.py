"""The evidence of a finding in sentences, a module for each hundred of codes; an unknown fact is told as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rewardlab.formats.evidence import baseline, conduct, contract, judges, packaging, spread, success
from rewardlab.formats.evidence.cases import case_line, is_listed
from rewardlab.formats.evidence.phrase import told
from rewardlab.formats.evidence.values import fact
from rewardlab.reports.finding import FindingPart

SENTENCES: Mapping[str, Sequence[str]] = {
    code: templates
    for family in (contract, conduct, spread, success, judges, baseline, packaging)
    for code, templates in family.SENTENCES.items()
}
#: Cases of each kind that are shown; the JSON report holds them all.
SHOWN = 3
#: Facts that say how others are to be read.
UNSHOWN = {"examples", "band", "band_on", "summary"}


def evidence_lines(finding: FindingPart) -> list[str]:
    """What was seen: one line of sentences, then a line for each concrete case, which begins with `- `."""
    evidence = finding.evidence
    if summary := evidence.get("summary"):
        return [str(summary), *(f"- {line}" for line in _cases(finding.code, {"examples": evidence.get("examples")}))]
    line = "; ".join(facts(finding.code, evidence))
    return [*([line] if line else []), *(f"- {case}" for case in _cases(finding.code, evidence))]


def facts(code: str, evidence: Mapping[str, Any]) -> list[str]:
    """The sentences about the facts, then each fact that no sentence tells, by its name."""
    sentences, used = told(SENTENCES.get(code, ()), evidence)
    return [*sentences, *(fact(name, evidence[name]) for name in untold(code, evidence, used))]


def untold(code: str, evidence: Mapping[str, Any], used: set[str] | None = None) -> list[str]:
    """The names of the facts that no sentence tells."""
    known = told(SENTENCES.get(code, ()), evidence)[1] if used is None else used
    return [
        name
        for name, held in evidence.items()
        if name not in known | UNSHOWN and not _is_empty(held) and not is_listed(held)
    ]


def _cases(code: str, evidence: Mapping[str, Any]) -> Iterator[str]:
    """The first cases of each list; the examples come last."""
    names = [name for name in evidence if name != "examples"] + ["examples"]
    for name in names:
        held = evidence.get(name)
        if held is None or not is_listed(held):
            continue
        for case in held[:SHOWN]:
            yield f"also {'; '.join(facts(code, _without_severity(case)))}" if name == "also" else case_line(case)


def _without_severity(case: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: held for name, held in case.items() if name != "severity"}


def _is_empty(held: Any) -> bool:
    return held is None or (isinstance(held, str | list | dict) and not held)
