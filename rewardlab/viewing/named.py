"""The generations and made-up answers that findings name in their evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rewardlab.reports.audit import Report
from rewardlab.reports.finding import FindingPart
from rewardlab.reports.show import MadeUp

#: Where evidence holds the text of a made-up answer, and what that answer earned.
ANSWERS = (("answer", "score"), ("right_answer", "score"), ("wrong_answer", "wrong_answer_score"))
#: The facts that name the kind of the made-up answers within them.
KINDS = ("shortcut", "form", "response", "wrong")


def named_by(report: Report) -> Mapping[str, set[tuple[str, int]]]:
    """The generations (prompt id, index) that each finding's evidence names, by the finding's code."""
    return {one.code: set(generations_in(one)) for one in report.findings}


def generations_in(finding: FindingPart) -> Iterator[tuple[str, int]]:
    """The generations that the evidence names, in its order, each once."""
    seen = set()
    for case, _ in _cases(finding.evidence, None):
        place = case.get("prompt_id"), case.get("index")
        if isinstance(place[0], str) and isinstance(place[1], int) and place not in seen:
            seen.add(place)
            yield place[0], place[1]


def made_up_in(finding: FindingPart) -> Iterator[MadeUp]:
    """The made-up answers that the evidence names, in its order."""
    for case, kind in _cases(finding.evidence, None):
        if "index" in case:
            continue
        for answer, score in ANSWERS:
            if isinstance(case.get(answer), str):
                prompt_id, earned = case.get("prompt_id"), case.get(score)
                yield MadeUp(
                    prompt_id=prompt_id if isinstance(prompt_id, str) else None,
                    kind=kind,
                    answer=case[answer],
                    score=earned if isinstance(earned, int | float | str) else None,
                    is_wrong=answer == "wrong_answer",
                )


def samples_in(finding: FindingPart) -> Iterator[tuple[str, str | float | None]]:
    """The samples, as JSON text, that the evidence names, and what is said of each."""
    for case, _ in _cases(finding.evidence, None):
        if isinstance(case.get("sample"), str):
            said = case.get("said", case.get("score", case.get("wrong")))
            yield case["sample"], said if isinstance(said, int | float | str) else None


def _cases(held: Any, kind: str | None) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Every object within the evidence, with the kind of the objects around it."""
    if isinstance(held, dict):
        kind = next((held[name] for name in KINDS if isinstance(held.get(name), str)), kind)
        yield held, kind
        for inner in held.values():
            yield from _cases(inner, kind)
    elif isinstance(held, list | tuple):
        for inner in held:
            yield from _cases(inner, kind)
