"""Sampling parameters for vLLM: with vLLM's own seeds for its V2 model runner, with rewardlab's noise for V1.

V2 (`vllm/config/vllm.py`, `use_v2_model_runner`; the default wherever Triton is available) draws with a kernel whose
noise is a function of the request's seed, the position and the token; it accepts no V1 logits processors. V1 draws each
seeded request separately, which costs a small model a tenth of its time, so rewardlab/engines/noise.py draws instead.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rewardlab.task import Sampling

if TYPE_CHECKING:
    from vllm import SamplingParams
    from vllm.config import VllmConfig

#: The vLLM version whose runners, loaders and kernels are tested; the extras are pinned to it.
TESTED = "0.32"
#: The logits processor that draws on V1; named by text, since vLLM imports it in the process that holds the model.
NOISE = "rewardlab.engines.noise:SeededNoise"
#: The key in a request's `extra_args` for the sampling settings of rewardlab's noise.
DRAW = "rewardlab_draw"
#: vLLM's SamplingParams raises a lower temperature to this; rewardlab's noise accepts any.
COLDEST = 0.01


class Runner(enum.Enum):
    """vLLM's model runner; the value is its name in the provenance."""

    V1 = "V1, noise of rewardlab"
    V2 = "V2, seeds of vLLM"

    @property
    def processors(self) -> list[str]:
        """The logits processors that the draw needs, in the form of vLLM's option."""
        return [NOISE] if self is Runner.V1 else []


def runner_of(config: VllmConfig | None) -> Runner:
    """The runner that vLLM will use with this configuration; versions without the property have V1."""
    return Runner.V2 if getattr(config, "use_v2_model_runner", False) else Runner.V1


def sampling_params(
    sampling: Sampling, runner: Runner, *, seed: int, count: int, room: int, logprobs: int | None, structure: Any
) -> SamplingParams:
    """One request's parameters: `count` generations, seeded from `seed` upwards, of at most `room` tokens each."""
    from vllm import SamplingParams  # noqa: PLC0415 - heavy and optional
    from vllm.sampling_params import RequestOutputKind  # noqa: PLC0415 - heavy and optional

    drawn = draw_of(sampling)
    ours = runner is Runner.V1 and sampling.temperature > 0
    params = SamplingParams(
        n=count,
        max_tokens=room,
        seed=seed,
        output_kind=RequestOutputKind.FINAL_ONLY,
        stop=list(sampling.stop),
        detokenize=bool(sampling.stop),
        logprobs=logprobs,
        structured_outputs=structure,
        skip_clone=True,
        extra_args={DRAW: dict(drawn)} if ours else None,
        **({} if ours else drawn),
    )
    if ours:
        params.temperature = 0.0  # the processor draws, and vLLM then takes the maximum
    return params


def draw_of(sampling: Sampling) -> Mapping[str, float]:
    """The temperature and the filters, by the names that vLLM and rewardlab's noise use."""
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "repetition_penalty": sampling.repetition_penalty,
    }


def raised(sampling: Sampling, runner: Runner) -> list[str]:
    """The notice that vLLM raises the requested temperature; empty if it does not."""
    if runner is Runner.V2 and 0 < sampling.temperature < COLDEST:
        return [f"vLLM raises the temperature {sampling.temperature:g} to {COLDEST:g}, its least above 0"]
    return []
