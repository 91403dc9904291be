"""How vLLM is asked to draw: by its own seeds where it runs its V2 model runner, by our noise where it runs V1.

V2 (`vllm/config/vllm.py`, `use_v2_model_runner`; the default wherever Triton is) draws with a kernel whose noise is a
function of the request's seed, the position and the token, and takes no V1 logits processor. V1 draws for each seeded
request alone, which costs a small model a tenth of its time; there the draw is ours (rewardlab/engines/noise.py).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rewardlab.task import Sampling

if TYPE_CHECKING:
    from vllm import SamplingParams
    from vllm.config import VllmConfig

#: The vLLM whose runners, loaders and kernels the tests ask; extras are pinned to it.
TESTED = "0.32"
#: Draws for the whole batch at once on V1; named by text, for vLLM imports it in the process that holds the model.
NOISE = "rewardlab.engines.noise:SeededNoise"
#: In a request's `extra_args`, for our noise: how to draw.
DRAW = "rewardlab_draw"
#: vLLM raises a lower temperature to this, in its SamplingParams; our noise takes any.
COLDEST = 0.01


class Runner(enum.Enum):
    """Which of vLLM's model runners holds the model; the value is what the provenance says of it."""

    V1 = "V1, noise of rewardlab"
    V2 = "V2, seeds of vLLM"

    @property
    def processors(self) -> list[str]:
        """The logits processors that the draw needs, as vLLM's option takes them."""
        return [NOISE] if self is Runner.V1 else []


def runner_of(config: VllmConfig | None) -> Runner:
    """Which runner vLLM will use with this configuration; a version that does not say so has V1."""
    return Runner.V2 if getattr(config, "use_v2_model_runner", False) else Runner.V1


def sampling_params(
    sampling: Sampling, runner: Runner, *, seed: int, count: int, room: int, logprobs: int | None, structure: Any
) -> SamplingParams:
    """One request's parameters: `count` generations with the seeds from `seed`, each of at most `room` tokens."""
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
        params.temperature = 0.0  # the draw is ours, and vLLM takes the maximum
    return params


def draw_of(sampling: Sampling) -> Mapping[str, float]:
    """The temperature and the filters, by the names that vLLM and our noise have for them."""
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "min_p": sampling.min_p,
        "repetition_penalty": sampling.repetition_penalty,
    }


def raised(sampling: Sampling, runner: Runner) -> list[str]:
    """The notice that vLLM samples warmer than it was told to; empty when it does not."""
    if runner is Runner.V2 and 0 < sampling.temperature < COLDEST:
        return [f"vLLM raises the temperature {sampling.temperature:g} to {COLDEST:g}, its least above 0"]
    return []
