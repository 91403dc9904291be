"""The concrete cases of a finding in sentences: a generation, a made-up answer, or a kind of them with its share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rewardlab.formats.evidence.phrase import told
from rewardlab.formats.evidence.values import fact

SHARE = "on {share:%} of {prompts:n|prompt|prompts} ({low:%} to {high:%})"
#: In the order in which they are tried; each needs all of its facts.
CASES: Sequence[str] = (
    "{detail:s}",
    f"{{shortcut:s}} scores {SHARE}",
    f"a right answer loses when written so: {{form:s}}, {SHARE}",
    f"{{response:s}}: this succeeds {SHARE}",
    f"{{wrong:s}} succeeds {SHARE}",
    "{wrong:s}",
    "{in_samples:%} of the sampled answers are written so",
    "{why:s}",
    "{reason:s}: {succeed:n} of {sampled:n} succeed",
    "success from {success_at:g} on: {estimate:%} ({low:%} to {high:%})",
    (
        "{annotator:s}: over {items:n|item|items} the judge agrees as well with the others in "
        "{judge_agrees_as_well:%}, the annotator in {annotator_agrees_as_well:%} (p {p_value:p})"
    ),
    (
        "{annotator:s}: over {items:n|item|items} the judge agrees as well with the others in "
        "{judge_agrees_as_well:%}, the annotator in {annotator_agrees_as_well:%}"
    ),
    "the prompts {prompts:s} (lines {lines:s}) have the references {references:l}, and differ {differ:s}",
    "{bad:s}: {said:s}",
    "{said:s}",
    "after {seconds:t}",
    "the answer to {answer_of:s}, {answer:q}, earns {score}",
    "{right_answer:q}, a right answer, earns {score}, and {wrong_answer:q}, a wrong one, {wrong_answer_score}",
    "{answer:q} earns {score}",
    "{text:q} earns {score}",
    "{sample:q} earns {score}",
    "in the shape that it reads {score_in_the_shape_it_reads}",
    "{answer:q}",
    "{text:q}",
    "a right answer earns {gold_score}",
    "a wrong one earns {wrong_answer_score}",
    "the verdict goes from {before} to {after}",
    "verdict {verdict}",
    "verdicts: {verdicts}",
    "the panel's mean is {panel:2}",
    "the reference is {reference}",
    "its text reads as {reads:s}",
    "the label is {label}",
    "it is {truth:s}",
    "scores {scores}",
    "{characters:n} characters",
    "the sample is {sample:q}",
    "it returned {returned:q}",
)
#: Shown elsewhere, or by the place of the case.
UNSHOWN = {"prompt_id", "index", "severity"}


def case_line(case: Mapping[str, Any]) -> str:
    """One case: its prompt and index, what was seen, and the first of the cases within it."""
    place = str(case.get("prompt_id", ""))
    if "index" in case:
        place += f" [{case['index']}]"
    lines, used = told(CASES, case)
    inner = []
    for name, held in case.items():
        if is_listed(held):
            inner += [case_line(one) for one in held[:1]]
        elif name not in UNSHOWN | used and held is not None:
            lines.append(fact(name, held))
    text = (f"{place}: " if place else "") + "; ".join(lines)
    return text + (f" (e.g. {inner[0]})" if inner else "")


def is_listed(held: Any) -> bool:
    """Whether a fact is a list of cases."""
    return isinstance(held, list) and bool(held) and all(isinstance(one, Mapping) for one in held)
