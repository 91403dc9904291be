"""The Nova Forge SDK's `verify_reward_function`, on a batch of samples as its documentation shows them.

It takes a file with a `lambda_handler` and the events of Nova's reinforcement fine-tuning. Its check of the samples
refuses an empty content, so empty responses are left out; where a platform sends the reference in metadata it is given
there and at the top level, for the check warns where the top level has none. Error level: it raises, which is its only
way to fail a reward. Warning level: what it lists under `warnings`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from amzn_nova_forge.util.reward_verifier import (  # type: ignore[import-not-found]  # only its own environment has it
    verify_reward_function,
)

from bench.peers.adapter import Answer, Flag, Job, main
from bench.peers.one_sample import event_sample

#: What smtj sends to one invocation by default.
SAMPLES = 64


def judge(job: Job) -> Answer:
    prompts = {prompt["id"]: prompt for prompt in job.prompts}
    samples = []
    for one in [one for one in job.responses if one["text"].strip()][:SAMPLES]:
        prompt = prompts[one["prompt_id"]]
        identifier = f"{one['prompt_id']}:{one['index']}"
        sample = event_sample(job.platform, identifier, prompt["question"], one["text"], prompt["reference"])
        samples.append({**sample, "reference_answer": prompt["reference"]})
    os.chdir(Path(job.file).parent)
    sys.path.insert(0, str(Path(job.file).parent))
    try:
        result = verify_reward_function(job.file, samples)
    except ValueError as error:
        lines = str(error).splitlines()
        if lines[0].startswith("Input validation failed"):
            return Answer("", applicable=False, why=f"refuses the samples: {' '.join(lines[1:3])}")
        found = [line.strip() for line in lines if line.startswith("  - ")] or lines[:1]
        return Answer(lines[0], tuple(Flag("error", line[:200]) for line in found[:8]))
    return Answer("success", tuple(Flag("warning", text[:200]) for text in result["warnings"]))


main(judge)
