"""Answers as any model gives them: the reference and a wrong one, each in the usual forms."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence

from rewardlab.answers.reference.readings import is_stated, readings
from rewardlab.probes.reward.trials.subject import Case, Subject
from rewardlab.task import Json, Prompt

FORMS = (
    "{}",
    "First I note what is given, then I combine it. Therefore, the final answer is \\boxed{{{}}}.",
    "The answer is {}.",
    "<think>\nStep 1: read it. Step 2: solve it.\n</think>\n<answer>{}</answer>",
    "Let me think step by step.\n\n#### {}",
    "\\boxed{{{}}}",
    "```json\n{}\n```",
    "<answer>{}</answer>",
    "The question asks for one thing.\n\nLabel: {}",
    "**Answer:** {}",
)


def as_text(reference: Json, layout: int = 0) -> str:
    """A reference as a model would write it; a row without one gets a text all the same.

    A list is written as JSON, on one line with commas, or one item a line, an object as JSON or as the answer that it
    holds: by turns, as `layout` counts.
    """
    if reference is None:
        return "I do not know"
    if isinstance(reference, list) and all(isinstance(part, str | int | float) for part in reference):
        layouts = (json.dumps(reference), *(separator.join(map(str, reference)) for separator in (", ", "\n")))
        return layouts[layout % len(layouts)]
    if isinstance(reference, dict) and is_stated(reference):
        layouts = (json.dumps(reference), *readings(reference)[:-1])
        return layouts[layout % len(layouts)]
    return reference if isinstance(reference, str) else json.dumps(reference)


def right_text(prompt: Prompt, form: str = FORMS[0], *, layout: int = 0) -> str:
    """The prompt's reference in a form; in the bare form, the prompt's example of a right answer if it has one."""
    if prompt.right is not None and form == FORMS[0]:
        return prompt.right
    return form.format(as_text(prompt.reference, _fitting(form, layout)))


def wrong_text(prompt: Prompt, prompts: Sequence[Prompt], form: str = FORMS[0], *, layout: int = 0) -> str:
    """Another prompt's reference in a form, or a text that is nobody's."""
    layout = _fitting(form, layout)
    own = as_text(prompt.reference, layout)
    others = (as_text(other.reference, layout) for other in prompts)
    return form.format(next((other for other in others if other != own), "something else"))


def _fitting(form: str, layout: int) -> int:
    """The layout of a list in a form: a form that is marked as JSON holds JSON."""
    return 0 if "json" in form else layout


def ordinary_cases(subject: Subject, count: int) -> list[Case]:
    """`count` cases over the prompts and the forms, right and wrong in turn."""
    return list(itertools.islice(_endless(subject), count))


def _endless(subject: Subject) -> Iterator[Case]:
    prompts = subject.prompts
    # The form changes with every round and every prompt, so that few cases already hold several.
    for number in itertools.count():
        prompt, form = prompts[(number // 2) % len(prompts)], FORMS[(number // 2) % len(FORMS)]
        if number // (2 * len(prompts)) % 2:
            form = FORMS[(number // 2 + 1) % len(FORMS)]
        layout = number // 2
        if number % 2:
            yield Case(prompt, wrong_text(prompt, prompts, form, layout=layout))
        else:
            yield Case(prompt, right_text(prompt, form, layout=layout))
