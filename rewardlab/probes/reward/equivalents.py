"""Do the forms in which models write one and the same answer score alike?"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rewardlab.answers.reference.accepted import array, is_symbolic, number, record
from rewardlab.answers.reference.wording import is_strict
from rewardlab.findings import Finding, Severity
from rewardlab.outcome import Outcome
from rewardlab.probes.reward.trials.gold import Gold
from rewardlab.probes.reward.trials.scale import score_of
from rewardlab.probes.reward.trials.subject import Subject
from rewardlab.probes.reward.trials.survey import Survey, survey_of
from rewardlab.probes.reward.trials.trial import SHOWN, Trial, capped, evidence_of, run, severity_of, share, worst
from rewardlab.stats.interval import Estimate


@dataclass(frozen=True, slots=True)
class Form:
    """Another way of writing an answer: `write` gives the whole response, None where it does not apply.

    `most` is the most that its loss may say; `free` marks a form that no instruction to be exact excludes.
    """

    write: Callable[[Gold], str | None]
    most: Severity
    free: bool = False


def _inside(change: Callable[[str], str | None]) -> Callable[[Gold], str | None]:
    """A form of the answer inside its format."""

    def write(gold: Gold) -> str | None:
        changed = change(gold.text)
        return None if changed is None or changed == gold.text else gold.form.write(changed)

    return write


def _cased(change: Callable[[str], str | None]) -> Callable[[Gold], str | None]:
    """A form with letters of another case; a formula has none, for there `X` is not `x`."""
    write = _inside(change)
    return lambda gold: None if gold.kind != "label" and is_symbolic(gold.text) else write(gold)


def _outside(change: Callable[[str], str]) -> Callable[[Gold], str | None]:
    """A form of the whole response."""
    return lambda gold: change(gold.response)


def _thousands(text: str) -> str | None:
    value = number(text)
    return None if value is None or abs(value) < 1000 else f"{value:,f}"


def _decimal(text: str) -> str | None:
    value = number(text)
    if value is None:
        return None
    return f"{text.strip()}.0" if value == int(value) and "." not in text else f"{text.strip()}0"


def _exponent(text: str) -> str | None:
    """Only for numbers that are ever written so."""
    value = number(text)
    return f"{value:e}" if value and not Decimal("0.001") <= abs(value) < 1_000_000 else None


def _object(write: Callable[[dict[str, object]], str]) -> Callable[[Gold], str | None]:
    def change(text: str) -> str | None:
        fields = record(text)
        return None if fields is None else write(fields)

    return _inside(change)


def _json(*, indent: int | None = None, separators: tuple[str, str] | None = None) -> Callable[[Gold], str | None]:
    """The same object or list in another layout."""

    def change(text: str) -> str | None:
        value = record(text) or array(text)
        return None if value is None else _dump(value, indent=indent, separators=separators)

    return _inside(change)


SPACE: dict[str, Form] = {
    "a line break at the end": Form(_outside(lambda text: f"{text}\n"), "blocker", free=True),
    "line breaks around": Form(_outside(lambda text: f"\n\n{text} \n"), "blocker", free=True),
    "a space before it": Form(_outside(lambda text: f" {text}"), "warning", free=True),
}
LABEL = SPACE | {
    "a capital first": Form(_cased(lambda text: text[:1].upper() + text[1:]), "warning"),
    "small letters": Form(_cased(lambda text: text.lower() if len(text) > 1 else None), "warning"),
    "capitals": Form(_cased(str.upper), "note"),
    "a full stop after it": Form(_inside(lambda text: f"{text}."), "warning"),
    "bold": Form(_inside(lambda text: f"**{text}**"), "warning"),
    "quotes": Form(_inside(lambda text: f'"{text}"'), "note"),
}
#: Forms left out inside an object: nobody marks or ends a text there, and one more quote ends it.
AROUND = frozenset({"a full stop after it", "a full stop at the end", "bold", "quotes"})
JSON = SPACE | {
    "compact JSON": Form(_json(separators=(",", ":")), "blocker", free=True),
    "indented JSON": Form(_json(indent=2), "blocker", free=True),
    "a code fence": Form(_inside(lambda text: f"```json\n{text}\n```"), "warning"),
}
FORMS: Mapping[str, Mapping[str, Form]] = {
    "number": SPACE
    | {
        "thousands set off by commas": Form(_inside(_thousands), "warning"),
        "a space around the number": Form(_inside(lambda text: f" {text} "), "warning", free=True),
        "a full stop at the end": Form(_outside(lambda text: f"{text}."), "warning"),
        "a zero after the point": Form(_inside(_decimal), "note"),
        "a plus sign": Form(_inside(lambda text: None if text.startswith(("-", "+")) else f"+{text}"), "note"),
        "a typographic minus": Form(_inside(lambda text: text.replace("-", "\u2212")), "note"),
        "an exponent": Form(_inside(_exponent), "note"),
        "in \\boxed{}": Form(lambda gold: None if "boxed" in gold.form.before else f"\\boxed{{{gold.text}}}", "note"),
        "between dollar signs": Form(
            lambda gold: f"${gold.response}$" if gold.form.before == "\\boxed{" and not gold.form.lead else None,
            "warning",
        ),
    },
    "label": LABEL,
    "record": JSON
    | {
        "keys in another order": Form(
            _object(lambda fields: _dump(dict(reversed(fields.items())))), "warning", free=True
        ),
    },
    "array": JSON,
    "phrase": LABEL,
    "expression": SPACE,
    "text": SPACE | {"small letters": Form(_cased(str.lower), "warning")},
}


def _dump(value: object, *, indent: int | None = None, separators: tuple[str, str] | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)


def ask(subject: Subject) -> Iterator[Finding]:
    """RL403, one finding for all forms that lose the score; a blocker only for white space and JSON layout."""
    survey = survey_of(subject)
    trials = [trial for gold in survey.sound for trial in _trials(gold)]
    by_name: dict[str, list[tuple[Trial, Outcome]]] = defaultdict(list)
    for trial, outcome in run(subject, trials):
        by_name[trial.name].append((trial, outcome))
    losing: dict[str, tuple[Severity, Estimate, list[tuple[Trial, Outcome]]]] = {}
    for name, tried in by_name.items():
        hits = [_loses(survey, trial, outcome) for trial, outcome in tried]
        if any(hits):
            lost = [pair for pair, hit in zip(tried, hits, strict=True) if hit]
            losing[name] = (_severity(name, share(hits), [trial for trial, _ in lost]), share(hits), lost)
    if losing:
        evidence = {
            "forms": [
                {"form": name, "severity": severity}
                | evidence_of(found)
                | {"cases": [trial.shown(outcome) for trial, outcome in lost[: SHOWN - 1]]}
                for name, (severity, found, lost) in losing.items()
            ]
        }
        severity = worst([severity for severity, _, _ in losing.values()])
        yield Finding("RL403", severity, evidence, remedy_of(evidence["forms"]))


def remedy_of(forms: Sequence[Mapping[str, Any]]) -> str:
    """What to do about the forms that lose; those that are only notes are left out, unless there are no others."""
    grave = [form["form"] for form in forms if form["severity"] != "note"]
    named = ", ".join(grave or [form["form"] for form in forms])
    return (
        f"The right answer loses its score when it is written with {named}. Normalise both sides before comparing, or "
        "name the one form allowed in the prompt."
    )


def _trials(gold: Gold) -> Iterator[Trial]:
    for name, form in FORMS[gold.kind].items():
        # A whole text that may be no answer may be code, where a letter's case matters.
        if gold.form.is_keyed and name in AROUND:
            continue
        may_differ = (gold.is_sure and not gold.is_given) or gold.kind != "text" or form.free
        if may_differ and (text := form.write(gold)) is not None and text != gold.response:
            yield Trial(name, gold.prompt, text, gold)


def _loses(survey: Survey, trial: Trial, outcome: Outcome) -> bool:
    """Whether the form earns usefully less than the gold; a form that fails the reward earns nothing."""
    score, gold = score_of(outcome), trial.gold
    if gold is None or gold.score is None:
        return False
    return score is None or survey.scale.useful(gold.score - score)


def _severity(name: str, found: Estimate, lost: list[Trial]) -> Severity:
    """A blocker for a form that the reward loses in most rows; a note where the prompt excludes the form."""
    gold = lost[0].gold
    assert gold is not None, "only prompts with a gold are asked"
    form = FORMS[gold.kind][name]
    if not form.free and any(is_strict(trial.prompt) for trial in lost):
        return "note"
    most = form.most if form.most != "blocker" or (found.estimate > 0.5 and not _is_format_asked(lost)) else "warning"
    severity = severity_of(found)
    return capped(severity, most)


def _is_format_asked(lost: Sequence[Trial]) -> bool:
    """Whether the prompts name the format that the reward reads: then it may be strict about all outside it."""
    golds = [trial.gold for trial in lost if trial.gold is not None]
    return all(gold.form.before.strip() and any(form == gold.form for form, _ in gold.asked) for gold in golds)
