"""reward-doctor: its `audit` over its own corpus where that fits the task, and over labelled responses of the bank.

Its corpus asks about short answers: for `number`, the cases whose reference is a plain number; for the other tasks, its
exploits that do not name an answer, put to a prompt of the task. To these come references and responses as cases of its
form. A score above the middle of the reward range is an acceptance, as its documentation asks for graded rewards.
Error level: what fails its default gate, `--fail-on exploit`, an accepted exploit or a raise. Warning level: what fails
`--fail-on any`, a right response rejected or a wrong one accepted.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from reward_doctor import audit  # type: ignore[import-not-found]  # only its own environment has it
from reward_doctor.case import Case  # type: ignore[import-not-found]  # likewise
from reward_doctor.corpus import load as corpus  # type: ignore[import-not-found]  # likewise

from bench.peers.adapter import Answer, Flag, Job, main
from bench.peers.one_sample import load, scorer

NUMBER = re.compile(r"-?\d+(\.\d+)?")
LABELLED = 24


def judge(job: Job) -> Answer:
    score = scorer(load(Path(job.file)), job.form, job.entry, job.platform)

    def reward(completion: str, reference: Any, prompt: str) -> Any:
        return score(completion, reference, prompt)

    result = audit(reward, cases=[*_corpus(job), *_labelled(job)], threshold=job.success)
    errors = [f"raised on {one.case.id}: {one.error}" for one in result.errors]
    errors += [f"exploit accepted: {one.case.id}" for one in result.exploits_accepted]
    exploits = {one.case.id for one in result.exploits_accepted}
    wrong = [one for one in (*result.false_positives, *result.false_negatives) if one.case.id not in exploits]
    warnings = [f"{one.failure_mode}: {one.case.id}" for one in wrong]
    flags = [Flag("error", text[:200]) for text in errors] + [Flag("warning", text) for text in warnings]
    return Answer(result.headline, tuple(flags))


def _corpus(job: Job) -> list[Any]:
    if job.task == "number":
        return [case for case in corpus() if NUMBER.fullmatch(case.reference)]
    first = job.prompts[0]
    free = [c for c in corpus(categories=["exploit"]) if c.attack != "echo" and c.reference not in c.completion]
    return [replace(case, reference=first["reference"], prompt=first["question"]) for case in free]


def _labelled(job: Job) -> list[Any]:
    """The first right and the first wrong responses. Where an answer can be partly right, the wrong ones are right
    responses to another prompt, for the label of a partly right one does not say what it should score."""
    prompts = {prompt["id"]: prompt for prompt in job.prompts}
    right = [one for one in job.responses if one["label"] == 1.0]
    wrong = [(one["prompt_id"], one["text"]) for one in job.responses if one["label"] == 0.0]
    if job.task in {"record", "text"}:
        wrong = [(other["id"], one["text"]) for one in right if (other := _other(job, prompts[one["prompt_id"]]))]
    cases = [
        _case(f"right-{i}", "format", prompts[one["prompt_id"]], one["text"]) for i, one in enumerate(right[:LABELLED])
    ]
    return cases + [
        _case(f"wrong-{i}", "distinction", prompts[identifier], text)
        for i, (identifier, text) in enumerate(wrong[:LABELLED])
    ]


def _other(job: Job, prompt: dict[str, Any]) -> dict[str, Any]:
    """A prompt whose reference has nothing in common with this one's where that can be seen."""
    mine = prompt["reference"]
    for other in job.prompts:
        theirs = other["reference"]
        if isinstance(mine, dict):
            if not set(map(str, mine.values())) & set(map(str, theirs.values())):
                return other
        elif len(set(mine.split()) & set(theirs.split())) < len(mine.split()) / 3:
            return other
    return {}


def _case(identifier: str, category: str, prompt: dict[str, Any], completion: str) -> Any:
    expect = category == "format"
    texts = {"reference": prompt["reference"], "prompt": prompt["question"], "completion": completion}
    return Case(id=identifier, category=category, domain="bank", expect=expect, why="labelled", **texts)


main(judge)
