"""The seeded draw of vLLM's V1 runner (rewardlab/engines/noise.py) against vLLM's own unseeded sampler, on the CPU."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from bench.ratio import Ratio, compare
from rewardlab.engines.vllm_draw import DRAW, draw_of
from rewardlab.task import Sampling

ROWS = 32
#: Qwen's, rounded.
VOCABULARY = 152_000
#: The trainers' own, and a colder one, which divides the logits first.
TEMPERATURES = (1.0, 0.7)


class Made(TorchDispatchMode):  # type: ignore[misc]  # torch has no types for it
    """Counts the bytes of the tensors that operations make while it is entered; what shares memory is counted once."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes: int = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        given = {one.untyped_storage().data_ptr() for one in tree_leaves((args, kwargs)) if _is_tensor(one)}
        for one in tree_leaves(result):
            if _is_tensor(one) and one.untyped_storage().data_ptr() not in given:
                self.bytes += one.untyped_storage().nbytes()
        return result


def _is_tensor(one: object) -> bool:
    return isinstance(one, torch.Tensor)


def seeded(rows: int, **drawn: Any) -> Callable[[torch.Tensor], torch.Tensor]:
    """Our draw for a batch of so many rows, and vLLM's greedy choice after it."""
    noise = importlib.import_module("rewardlab.engines.noise")
    from vllm import SamplingParams  # noqa: PLC0415 - heavy and optional
    from vllm.v1.sample.logits_processor import BatchUpdate  # noqa: PLC0415 - heavy and optional

    own = noise.SeededNoise(None, torch.device("cpu"), is_pin_memory=False)
    params = [SamplingParams(seed=row, extra_args={DRAW: dict(draw_of(Sampling(**drawn)))}) for row in range(rows)]
    own.update_state(BatchUpdate(rows, removed=[], added=[(n, one, [], []) for n, one in enumerate(params)], moved=[]))
    return lambda logits: own.apply(logits).argmax(dim=-1)


def unseeded(rows: int, temperature: float) -> Callable[[torch.Tensor], torch.Tensor]:
    """vLLM's own sampler for requests without seeds."""
    from vllm.v1.sample.ops.topk_topp_sampler import TopKTopPSampler  # noqa: PLC0415 - heavy and optional

    sampler = TopKTopPSampler()
    temperatures = torch.full((rows, 1), temperature)

    def work(logits: torch.Tensor) -> torch.Tensor:
        tokens: torch.Tensor = sampler(logits.div_(temperatures), {}, None, None)[0]
        return tokens

    return work


def measure(pairs: int) -> Iterator[Ratio | str]:
    """The ratio of their times at each temperature, then the bytes that each makes for a logit."""
    importlib.import_module("vllm._C")
    logits = torch.randn(ROWS, VOCABULARY, generator=torch.Generator().manual_seed(0)) * 3
    for temperature in TEMPERATURES:
        yield _compared(logits, temperature, pairs)
    works = (seeded(ROWS, temperature=TEMPERATURES[-1]), unseeded(ROWS, TEMPERATURES[-1]))
    counts = [made(work, logits.clone()) / logits.numel() for work in works]
    what = f"{counts[0]:.1f} by the seeded draw (target under 60), {counts[1]:.1f} by vLLM's sampler"
    yield f"bytes made for a logit: {what}"


def _compared(logits: torch.Tensor, temperature: float, pairs: int) -> Ratio:
    ours, theirs = seeded(ROWS, temperature=temperature), unseeded(ROWS, temperature)
    copies = iter([logits.clone() for _ in range(2 * (pairs + 1))])
    return compare(
        f"the seeded draw of {ROWS} x {VOCABULARY} logits at temperature {temperature:g} over vLLM's unseeded sampler",
        lambda: ours(next(copies)),
        lambda: theirs(next(copies)),
        pairs=pairs,
        target="at most 1.30",
    )


def made(work: Callable[[torch.Tensor], torch.Tensor], logits: torch.Tensor) -> int:
    """The bytes of all tensors that `work` makes, kept or not."""
    with Made() as counter:
        work(logits)
    count: int = counter.bytes
    return count
