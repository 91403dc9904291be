"""Does a judge that is shown the reference compare with it, or does it call right whatever looks right?"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.special import bdtrc

from rewardlab.findings import Finding, Severity
from rewardlab.judging.definition import PYTHON, Judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.placeholder import fields_in
from rewardlab.judging.ratings import Ratings
from rewardlab.probes.judge.effect import Effect, effect_of, examples, interval_of
from rewardlab.probes.judge.question import Question
from rewardlab.probes.judge.repeats import consistency_of
from rewardlab.probes.judge.verdicts import before_and_after, only_verdict, right_of
from rewardlab.probes.run.suspicion import Suspicion
from rewardlab.stats.consistency import Consistency
from rewardlab.stats.interval import Estimate
from rewardlab.task import Json, Prompt

VARIANT = "other_reference"
#: The share of answers judged right that may stay right beside another reference, not counting the judge's own flips;
#: surely above the second it blocks.
TOLERATED, DECISIVE = 0.1, 0.5


def alter(exhibit: Exhibit, reference: Json) -> Exhibit:
    """The exhibit beside the reference of another prompt."""
    return replace(exhibit, reference=reference)


def other_prompt(
    place: int, prompts: Sequence[Prompt], response: str, *, rng: np.random.Generator, tries: int = 32
) -> Prompt | None:
    """A prompt, drawn at random, whose reference this response surely does not match; None if none was found.

    Its reference neither contains nor is contained in the prompt's own reference or the response: a judge that is
    content with a part of the reference is not at fault here.
    """
    own = text_of(prompts[place].reference)
    for candidate in rng.permutation(len(prompts))[:tries]:
        other = prompts[int(candidate)]
        text = text_of(other.reference)
        if text and not any(text in given or given in text for given in (own, response.strip()) if given):
            return other
    return None


def is_shown_by(judge: Judge) -> bool:
    """Whether a judge sees the reference: its template has the field, or its function names the argument."""
    if judge.model is None or not judge.is_python:
        return "reference" in fields_in(judge.template)
    path, _, name = judge.model.removeprefix(PYTHON).rpartition(":")
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    return any(
        argument.arg == "reference"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    )


def text_of(reference: Json) -> str:
    """A reference as text: itself, or its JSON; empty where there is none."""
    if reference is None:
        return ""
    return reference.strip() if isinstance(reference, str) else json.dumps(reference, sort_keys=True)


def ask(question: Question) -> Iterator[Suspicion]:
    """RL510: answers judged right that stay right beside another prompt's reference; they should fall.

    A judge that says the same of everything ignores more than the reference: RL512 tells.
    """
    for ratings in question.panel:
        effect = effect_of(ratings, VARIANT)
        if not isinstance(effect, Effect) or not isinstance(effect.turned_wrong, Estimate):
            continue
        if only_verdict(ratings) is not None:
            continue
        before, after = before_and_after(ratings, VARIANT)
        stayed = (right_of(ratings, before) == 1) & (right_of(ratings, after) == 1)
        count, share = int(stayed.sum()), _complement(effect.turned_wrong)
        evidence = {
            "judge": ratings.judge.name,
            **interval_of("stayed_right", share),
            "stayed": count,
            "judged_right": effect.right,
            "examples": examples(question, ratings, VARIANT, stayed),
        }
        severity: Severity = "blocker" if share.low > DECISIVE else "warning"
        tolerated = min(TOLERATED + _flips(ratings), 1.0)
        # The chance of as many or more when each stays right with the tolerated probability.
        p_value = float(bdtrc(count - 1, effect.right, tolerated)) if count else 1.0
        yield Suspicion(Finding("RL510", severity, evidence), p_value, matters=share.estimate > tolerated)


def _flips(ratings: Ratings) -> float:
    """How often the judge turns round by itself, whatever it is shown."""
    found = consistency_of(ratings)
    return found.flips.estimate if isinstance(found, Consistency) and isinstance(found.flips, Estimate) else 0.0


def _complement(share: Estimate) -> Estimate:
    return replace(share, estimate=1 - share.estimate, low=1 - share.high, high=1 - share.low)
