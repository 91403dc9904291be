"""Works out what the parameters of a reward function stand for, from their names, annotations and positions.

Standard library only: this file runs in the isolated worker.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

#: What a parameter stands for; "column" is the row's column with the parameter's name.
Role: TypeAlias = Literal["completion", "reference", "prompt", "column"]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMPLETIONS = _names(
    "completion response solution_str model_output predict_str output prediction text generation generated "
    "generated_text generated_answer model_response model_answer response_str response_text completion_text "
    "completion_str solution_text output_text output_str llm_output llm_response pred predicted predicted_answer "
    "pred_str prediction_str candidate hypothesis student_answer given_answer user_answer assistant_response "
    "assistant_output sequence_str"
)
REFERENCES = _names(
    "ground_truth groundtruth reference reference_answer reference_solution label labels target targets gold "
    "gold_answer gold_label golden golden_answer expected expected_answer expected_output truth gt true_answer "
    "correct correct_answer right_answer answer_key ref reference_text ground_truth_answer solution_gt"
)
#: Names for either the model's or the known answer; the other parameter decides.
EITHER = _names("answer answers solution solutions result final_answer")
PROMPTS = _names("prompt question query problem instruction user_prompt messages conversation prompt_text")
#: Names under which verl, verifiers and the platforms pass further data.
HANDED = _names("data_source extra_info metadata info task state row item sample")

TEXT = re.compile(r"^(typing\.)?(Optional\[)?str(\s*\|\s*None)?\]?$")
MESSAGES = re.compile(r"\b(dict|Dict|Mapping|TypedDict|Any)\b|[Mm]essage")


@dataclass(frozen=True)
class Binding:
    """How to call a function of one sample: which parameter gets which value.

    `by_place` holds the roles of positional-only parameters, `by_name` those of the others. `spare`: the function takes
    any keyword. `swapped` names the reference's and the completion's parameters if they come in that order. `unknown`
    parameters have no default and no known meaning; a column of that name may serve.
    """

    by_place: tuple[tuple[str, Role], ...]
    by_name: tuple[tuple[str, Role], ...]
    spare: bool
    swapped: tuple[str, str] | None
    unknown: tuple[str, ...]

    @property
    def roles(self) -> Mapping[str, Role]:
        """The parameters' roles by their names."""
        return dict((*self.by_place, *self.by_name))

    def has(self, role: Role) -> bool:
        """Whether a parameter has this role."""
        return role in self.roles.values()


def parameters_of(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """A function's parameters; none if they cannot be inspected."""
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}


def takes_all(function: Callable[..., Any]) -> bool:
    """Whether it takes any keyword (**kwargs)."""
    return any(one.kind is one.VAR_KEYWORD for one in parameters_of(function).values())


def named(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters with names of their own, which excludes *args and **kwargs."""
    return [one for one in parameters_of(function).values() if one.kind not in {one.VAR_KEYWORD, one.VAR_POSITIONAL}]


def required(function: Callable[..., Any]) -> list[str]:
    """The names of the parameters that have no default."""
    return [one.name for one in named(function) if one.default is one.empty]


def annotated_as(parameter: inspect.Parameter | None) -> Literal["text", "messages"] | None:
    """Whether the annotation of a completion or prompt says text or messages; None if neither."""
    if parameter is None or parameter.annotation is parameter.empty:
        return None
    given = parameter.annotation
    told = (
        given if isinstance(given, str) else getattr(given, "__name__", "") if isinstance(given, type) else str(given)
    )
    if isinstance(given, type) and "[" in str(given):  # list[dict] has the name list
        told = str(given)
    if TEXT.match(told.strip("'\" ")):
        return "text"
    return "messages" if MESSAGES.search(told) else None


def bind(function: Callable[..., Any]) -> Binding:
    """Work out the role of each parameter of a function of one sample.

    Known names decide first. Then required parameters with unknown names take the roles that are still free, in order:
    the completion first, then the reference. A parameter with a default gets a value only if its name is known.
    """
    parameters = named(function)
    spare = takes_all(function)
    if not parameters:  # *args, or a builtin that cannot be inspected
        places: tuple[tuple[str, Role], ...] = (("completion", "completion"), ("reference", "reference"))
        return Binding(places, (), spare=False, swapped=None, unknown=())
    roles = dict(_by_name(parameters))
    unknown = [one.name for one in parameters if one.default is one.empty and one.name not in roles]
    sought: tuple[Role, ...] = ("completion", "reference")
    for role in sought:
        if role not in roles.values() and unknown:
            roles[unknown.pop(0)] = role
    roles |= dict.fromkeys(unknown, "column")
    only = [(one.name, roles[one.name]) for one in parameters if one.name in roles and one.kind is one.POSITIONAL_ONLY]
    rest = [(name, role) for name, role in roles.items() if (name, role) not in only]
    return Binding(tuple(only), tuple(rest), spare, _swapped(parameters, roles), tuple(unknown))


def _by_name(parameters: list[inspect.Parameter]) -> Iterator[tuple[str, Role]]:
    """The roles by name. A parameter with a default does not get a role that one without a default already has."""
    found: dict[Role, str] = {}
    told: dict[str, Role] = {}
    known: tuple[tuple[frozenset[str], Role], ...] = (
        (COMPLETIONS, "completion"),
        (REFERENCES, "reference"),
        (PROMPTS, "prompt"),
        (HANDED, "column"),
    )
    ordered = sorted(parameters, key=lambda one: one.default is not one.empty)
    for parameter in ordered:
        name = parameter.name.lower()
        role = next((role for names, role in known if name in names), None)
        if role is None or (parameter.default is not parameter.empty and role != "column" and role in found):
            continue
        told[parameter.name] = role
        found.setdefault(role, parameter.name)
    for parameter in ordered:
        if parameter.name.lower() not in EITHER:
            continue
        sought: tuple[Role, ...] = ("reference", "completion")
        free = [role for role in sought if role not in found]
        if free and (len(free) == 1 or len(parameters) == 1):
            told[parameter.name] = free[-1]
            found[free[-1]] = parameter.name
        elif not free and parameter.default is parameter.empty:
            told[parameter.name] = "column"
    yield from ((one.name, told[one.name]) for one in parameters if one.name in told)


def _swapped(parameters: list[inspect.Parameter], roles: Mapping[str, Role]) -> tuple[str, str] | None:
    """The names of the reference's and the completion's parameters if the reference comes first; else None."""
    order = [
        (one.name, roles[one.name]) for one in parameters if one.name in roles and one.kind is not one.KEYWORD_ONLY
    ]
    first = {role: name for name, role in reversed(order)}
    if "completion" not in first or "reference" not in first:
        return None
    names = [name for name, _ in order]
    if names.index(first["reference"]) < names.index(first["completion"]):
        return first["reference"], first["completion"]
    return None
