"""Reads the verdict in what a judge wrote; anything that cannot be read without guessing is no verdict."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rewardlab.judging.definition import Judge
from rewardlab.judging.form import logprobs_for, schema_of
from rewardlab.judging.scale import Scale
from rewardlab.outcome import Unscored
from rewardlab.task import Generation, Json, Sampling

#: A reasoning model's thoughts, if the server leaves them in front of the answer.
THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
FENCED = re.compile(r"\A```(?:json)?\s*\n(.*)\n\s*```\Z", re.DOTALL)
VERDICT_LINE = re.compile(r"\s*\**\s*Verdict\**\s*:(.*)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A value of the scale and its label as the judge wrote it.

    `expected` is the mean value under the probabilities of the answer's first token, None where it is undefined.
    """

    value: float
    label: str
    expected: float | None = None


class VerdictError(ValueError):
    """There is no verdict, or no unambiguous one; the text says why."""


def response_format(judge: Judge) -> Sampling:
    """The judge's sampling with the choices, schema or log-probabilities that its answer format requires."""
    if judge.answer == "choice":
        return replace(judge.sampling, choices=judge.scale.labels, logprobs=logprobs_for(judge.scale))
    if judge.answer == "json":
        return replace(judge.sampling, schema=schema_of(judge.scale))
    return judge.sampling


def read_verdict(judge: Judge, generation: Generation) -> Verdict | Unscored:
    """The verdict in `generation`, or Unscored("invalid", why) if none can be read with certainty.

    choice: the label and nothing else. json: one object whose "verdict" is on the scale. line: exactly one line
    "Verdict: LABEL", at the end. Thoughts between <think> marks at the beginning are skipped.
    """
    try:
        verdict = find(judge.scale, _answer(judge, generation))
    except VerdictError as error:
        return Unscored("invalid", str(error), 0.0)
    if judge.answer != "choice" or THOUGHTS.match(generation.text):
        return verdict  # the first token does not belong to a label
    return replace(verdict, expected=expected_value(judge.scale, generation.first_logprobs))


def _answer(judge: Judge, generation: Generation) -> Json:
    """The verdict's text or value, extracted according to the judge's answer format."""
    text = THOUGHTS.sub("", generation.text, count=1).strip()
    is_cut = generation.finish_reason == "length"
    if not text:
        raise VerdictError(f"empty, and cut off at {judge.sampling.max_tokens} tokens" if is_cut else "empty")
    if is_cut and not (judge.answer == "choice" and _is_final(judge.scale, text)):
        raise VerdictError(f"cut off at {judge.sampling.max_tokens} tokens: {shown(text[-80:])}")
    match judge.answer:
        case "choice":
            return text
        case "json":
            return _object(text)
        case "line":
            return _last_line(text)


def find(scale: Scale, answer: Json) -> Verdict:
    """The verdict for `answer`: a label, a number of the scale, or true or false for a boolean.

    Raises: VerdictError for anything else, and for a number that could be two verdicts.
    """
    if isinstance(answer, str):
        if scale.is_continuous:
            return _of_range(scale, _number(answer.strip()))
        if answer.strip() not in scale.labels:
            raise VerdictError(f"{shown(answer.strip())} is not on the scale ({_named(scale)})")
        place = scale.labels.index(answer.strip())
        return Verdict(scale.values[place], scale.labels[place])
    if isinstance(answer, bool):
        if scale.kind != "boolean":
            raise VerdictError(f"{json.dumps(answer)} is not on the scale ({_named(scale)})")
        return Verdict(float(answer), scale.labels[int(answer)])
    if not isinstance(answer, int | float):
        raise VerdictError(f"{shown(answer)} is no label ({_named(scale)})")
    number = _number(answer)
    if scale.is_continuous:
        return _of_range(scale, number)
    found = {place for place, label in enumerate(scale.labels) if _reads_as(label, number)}
    if not scale.is_coded:
        found |= {place for place, value in enumerate(scale.values) if value == number}
    if len(found) != 1:
        why = "could be two labels" if found else "is not on the scale"
        raise VerdictError(f"{answer!r:.60} {why} ({_named(scale)})")
    place = found.pop()
    return Verdict(scale.values[place], scale.labels[place])


def expected_value(scale: Scale, first: Sequence[tuple[str, float]]) -> float | None:
    """The mean of the scale's values under the first token's probabilities, renormalised over the labels' tokens.

    Arguments: `first` holds (token, natural log-probability). A token counts for the one label that starts with it.
    Identity: sum of v p / sum of p, over those tokens.
    None where the values are codes, where no token belongs to a label, and where two labels start with the same token.
    Source: Liu et al. (2023), G-Eval, section 2.
    """
    if scale.is_coded or scale.is_continuous:
        return None
    total = weighted = 0.0
    for token, logarithm in first:
        start = token.strip()
        places = [place for place, label in enumerate(scale.labels) if start and label.startswith(start)]
        if not places or math.isnan(logarithm):
            continue
        if len(places) > 1:
            return None
        probability = math.exp(min(logarithm, 0.0))
        total += probability
        weighted += probability * scale.values[places[0]]
    if total <= 0:
        return None
    return min(max(weighted / total, scale.low), scale.high)


def _is_final(scale: Scale, text: str) -> bool:
    """Whether `text` cannot become another label by further tokens."""
    return not any(label != text and label.startswith(text) for label in scale.labels)


def _object(text: str) -> Json:
    """The value of "verdict" in the JSON object that `text` consists of; a code fence around it is allowed."""
    fenced = FENCED.match(text)
    try:
        answer = json.loads(fenced[1] if fenced else text, object_pairs_hook=_once, parse_constant=_no_number)
    except VerdictError:
        raise
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise VerdictError(f"no JSON object ({why}): {shown(text[:80])}") from None
    if not isinstance(answer, dict):
        raise VerdictError(f"JSON, but no object: {shown(text[:80])}")
    if "verdict" not in answer:
        raise VerdictError(f'no "verdict" in the object (keys: {shown(", ".join(answer))})')
    return answer["verdict"]


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    if sum(key == "verdict" for key, _ in pairs) > 1:
        raise VerdictError('"verdict" is there twice')
    return dict(pairs)


def _no_number(name: str) -> float:
    raise VerdictError(f"{name} is no verdict")


def _last_line(text: str) -> str:
    """The text after "Verdict:" in the last line; no other line may begin that way."""
    lines = text.splitlines()
    found = [match for match in map(VERDICT_LINE.fullmatch, lines) if match]
    if len(found) > 1:
        raise VerdictError(f"{len(found)} lines begin with Verdict:")
    last = VERDICT_LINE.fullmatch(lines[-1])
    if last is None:
        where = "the line Verdict: is not the last" if found else 'no line "Verdict: LABEL" at the end'
        raise VerdictError(f"{where}: {shown(lines[-1][:80])}")
    return last[1].strip().strip("*").strip()


def _reads_as(label: str, number: float) -> bool:
    try:
        return float(label) == number
    except ValueError:
        return False


def _number(answer: str | float) -> float:
    try:
        return float(answer)
    except (ValueError, OverflowError):
        raise VerdictError(f"{shown(answer)} is no number") from None


def _of_range(scale: Scale, number: float) -> Verdict:
    if not scale.low <= number <= scale.high:
        raise VerdictError(f"{number:g} is outside {_named(scale)}")
    return Verdict(number, f"{number:g}")


def _named(scale: Scale) -> str:
    return f"{scale.low:g} to {scale.high:g}" if scale.is_continuous else ", ".join(scale.labels)[:120]


def shown(value: object) -> str:
    """A value for use in a detail: on one line and shortened."""
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - a Python judge's own object: its repr is the user's code
        text = f"a {type(value).__name__} ({type(error).__name__} in its repr)"
    return text if len(text) <= 120 else text[:117] + "..."
