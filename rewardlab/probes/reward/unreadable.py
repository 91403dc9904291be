"""Does an unreadable reference give points away?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from rewardlab.answers.reference.accepted import NOWHERE
from rewardlab.findings import Finding, Severity, shortened
from rewardlab.outcome import Outcome
from rewardlab.probes.reward.trials.gold import Gold
from rewardlab.probes.reward.trials.subject import Case, Subject
from rewardlab.probes.reward.trials.survey import survey_of
from rewardlab.probes.reward.trials.trial import PRACTICAL, SHOWN, capped, earned, evidence_of, share
from rewardlab.readers.prompts import REFERENCE_KEYS, TEXT_KEYS
from rewardlab.task import Json, Prompt

#: The values put in the reference's place; each is tried on this many prompts.
BROKEN: dict[str, Json] = {"null": None, "an empty text": "", "an empty object": {}, "an empty list": []}
TRIED = 8


def ask(subject: Subject) -> Iterator[Finding]:
    """RL406 when an arbitrary answer succeeds against a broken reference; a blocker where the file has such rows."""
    survey = survey_of(subject)
    sound = [gold for gold in survey.sound if not survey.succeeds(gold, gold.wrong_outcome)][:TRIED]
    asking = [(name, gold, text) for gold in sound for name in (*BROKEN, "absent") for text in _answers(gold)]
    outcomes = subject.score([Case(broken(gold.prompt, name), text) for name, gold, text in asking])
    free: dict[str, list[tuple[Gold, str, Outcome]]] = defaultdict(list)
    for (name, gold, text), outcome in zip(asking, outcomes, strict=True):
        if survey.succeeds(gold, outcome):
            free[name].append((gold, text, outcome))
    if not free:
        return
    hit = {gold.prompt.id for found in free.values() for gold, _, _ in found}
    estimate = share([gold.prompt.id in hit for gold in sound])
    lacking = share([prompt.reference is None for prompt in subject.every_prompt or subject.prompts])
    evidence = evidence_of(estimate) | {
        "references": list(free),
        "rows_without_reference": round(lacking.estimate * lacking.units),
        "cases": [_case(name, *found[0]) for name, found in free.items()][:SHOWN],
    }
    remedy = (
        f"A reference that is {' or '.join(free)} lets an arbitrary answer win. Check the reference before comparing "
        "(is it there, has it the right type, can it be parsed) and raise or give the lowest score where it fails."
    )
    severity: Severity = "blocker" if "absent" in free and lacking.low > PRACTICAL else "warning"
    # Nothing equal to nothing: every plain comparison does it, and prompts with such a reference are refused anyway.
    if all(text in {"", "None"} for found in free.values() for _, text, _ in found):
        severity = capped(severity, "note")
    yield Finding("RL406", severity, evidence, remedy)


def _answers(gold: Gold) -> tuple[str, ...]:
    """Answers that nobody could call right: a wrong one, an unreadable one, and none."""
    return (gold.form.write(gold.wrong or NOWHERE), gold.form.write(NOWHERE), "I do not know.", "", "None")


def broken(prompt: Prompt, name: str) -> Prompt:
    """The prompt with its reference replaced, wherever its row holds it, or taken out ("absent"); its id says so."""
    value = BROKEN.get(name)
    row: dict[str, Any] = dict(prompt.row)
    keys = (*REFERENCE_KEYS, *(key for key in TEXT_KEYS if row.get(key) == prompt.reference))
    for key in keys:
        if key in row:
            row[key] = value
    for outer, inner in (("reward_model", "ground_truth"), ("metadata", "reference_answer")):
        held = row.get(outer)
        if isinstance(held, dict) and inner in held:
            row[outer] = {**held, inner: value}
    if name == "absent":
        row = {key: held for key, held in row.items() if key not in {*keys, "reward_model"}}
        if isinstance(metadata := row.get("metadata"), dict):
            row["metadata"] = {key: held for key, held in metadata.items() if key != "reference_answer"}
    return replace(prompt, id=f"{prompt.id} {name}", reference=value, row=row)


def _case(name: str, gold: Gold, text: str, outcome: Outcome) -> dict[str, Any]:
    return {"prompt_id": gold.prompt.id, "reference": name, "answer": shortened(text), "score": earned(outcome)}
