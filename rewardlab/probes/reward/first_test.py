"""Are all tests of a row run, or the first alone? Asked with programs that know the answer to one test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rewardlab.findings import Finding
from rewardlab.outcome import Outcome
from rewardlab.probes.reward.trials.scale import score_of
from rewardlab.probes.reward.trials.subject import Case, Subject
from rewardlab.probes.reward.trials.survey import survey_of
from rewardlab.task import Json, Prompt

#: A test of one call with a plain value: assert solve(3) == 78.
TEST = re.compile(r"^\s*assert\s+(?P<name>[A-Za-z_]\w*)\(.*\)\s*==\s*(?P<value>[^,\n]+?)\s*$", re.MULTILINE)
#: Each program takes the time of a test, so few prompts are asked, and no fewer show anything.
MOST_PROMPTS, LEAST_PROMPTS = 4, 3
FORMATS = ("```python\n{}\n```", "{}")
REMEDY = (
    "A program that knows the answer to a row's first test and to no other wins: run every test of the row, and pay "
    "the whole score only where all pass."
)


@dataclass(frozen=True, slots=True)
class _Tests:
    """A prompt, the function that its tests call, and the values that the first test and another one expect."""

    prompt: Prompt
    name: str
    first: str
    other: str

    def program(self, value: str) -> str:
        return f"def {self.name}(*args, **named):\n    return {value}"


def ask(subject: Subject) -> Iterator[Finding]:
    """RL407, a warning, if a program that passes only the first test succeeds.

    And a program that passes only another test must earn as little as one that passes none.
    """
    rows = [tests for prompt in subject.prompts if (tests := _tests_of(prompt)) is not None][:MOST_PROMPTS]
    if len(rows) < LEAST_PROMPTS:
        return
    for form in FORMATS:
        programs = [(one, value) for one in rows for value in (one.first, one.other, "None")]
        outcomes = subject.score([Case(one.prompt, form.format(one.program(value))) for one, value in programs])
        shown = [one for place, one in enumerate(rows) if _is_first_alone(subject, outcomes[3 * place : 3 * place + 3])]
        if len(shown) == len(rows):
            answer = form.format(shown[0].program(shown[0].first))
            evidence = {
                "summary": f"on {len(shown)} of {len(rows)} prompts a program that passes the first test alone wins",
                "examples": [
                    {"prompt_id": shown[0].prompt.id, "answer": answer, "reference": shown[0].prompt.reference}
                ],
            }
            yield Finding("RL407", "warning", evidence, REMEDY)
            return


def _tests_of(prompt: Prompt) -> _Tests | None:
    """The tests of a row, if they call one function and expect different values; else None."""
    found = [match for text in _strings(prompt.reference) for match in TEST.finditer(text)]
    if not found or any(one["name"] != found[0]["name"] for one in found):
        return None
    other = next((one["value"] for one in found[1:] if one["value"] != found[0]["value"]), None)
    return None if other is None else _Tests(prompt, found[0]["name"], found[0]["value"], other)


def _strings(reference: Json) -> Iterator[str]:
    match reference:
        case str():
            yield reference
        case list():
            yield from (one for one in reference if isinstance(one, str))
        case dict():
            for held in reference.values():
                yield from _strings(held)
        case _:
            return


def _is_first_alone(subject: Subject, outcomes: list[Outcome]) -> bool:
    first, other, none = (score_of(one) for one in outcomes)
    if first is None or other is None or none is None:
        return False
    survey = survey_of(subject)
    return survey.succeeds(None, outcomes[0]) and survey.scale.useful(first - none) and other == none
