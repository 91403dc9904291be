"""Asks vLLM's V2 model runner about what we hand over, in a process in which vLLM believes that Triton works.

Its loader, its validators and its sampler's state are the real ones; only the kernels need a GPU. Prints JSON.
"""

from __future__ import annotations

import json
import sys

import vllm.config.vllm
from vllm.engine.arg_utils import EngineArgs

from rewardlab.engines.vllm_draw import NOISE, Runner, runner_of, sampling_params
from rewardlab.task import Sampling

SAMPLINGS = {
    "plain": Sampling(),
    "greedy": Sampling(temperature=0.0),
    "cold": Sampling(temperature=0.001),
    "filtered": Sampling(temperature=0.7, top_p=0.9, top_k=20, min_p=0.05, repetition_penalty=1.1, stop=("###",)),
    "choice": Sampling(choices=("1", "2"), logprobs=5),
    "schema": Sampling(schema={"type": "object"}),
}


def main(model: str) -> None:
    vllm.config.vllm.HAS_TRITON = True  # as it is on a machine with a GPU
    config = EngineArgs(model, enforce_eager=True).create_engine_config()
    runner = runner_of(config)
    arguments = EngineArgs(model, enforce_eager=True, logits_processors=runner.processors or None)
    config = arguments.create_engine_config()
    from vllm.v1.engine.input_processor import InputProcessor

    door = InputProcessor(config)
    told = {}
    for name, sampling in SAMPLINGS.items():
        params = sampling_params(
            sampling, runner, seed=7, count=1, room=5, logprobs=sampling.logprobs or None, structure=structure(sampling)
        )
        door._validate_params(params, ("generate",))
        kept = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty", "seed", "stop", "extra_args")
        told[name] = {key: getattr(params, key) for key in kept}
    json.dump({"is_v2": runner is Runner.V2, "params": told, "noise": refusal()}, sys.stdout)


def structure(sampling: Sampling) -> object:
    from vllm.sampling_params import StructuredOutputsParams

    if sampling.choices:
        return StructuredOutputsParams(choice=list(sampling.choices))
    return None if sampling.schema is None else StructuredOutputsParams(json=dict(sampling.schema))


def refusal() -> str | None:
    """What V2's loader says to our noise for V1; None if it takes it."""
    from vllm.v1.worker.gpu.sample.logits_processor import build_custom_logits_processors_params_validator

    try:
        build_custom_logits_processors_params_validator([NOISE])
    except ValueError as error:
        return str(error)
    return None


main(sys.argv[1])
