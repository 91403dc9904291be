"""A seed for each generation at the price of none: the sampler's randomness, drawn for the whole batch at once.

vLLM draws for every seeded request alone, which takes a tenth of a small model's time. Here the noise of one token is
a function of its generation's seed, its position and its number in the vocabulary, so that a generation is the same
whatever else is in the batch. Imported by vLLM, in the process that holds the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from vllm.config import VllmConfig
from vllm.v1.sample.logits_processor import BatchUpdate, LogitsProcessor, MoveDirectionality

from rewardlab.engines.vllm import TEMPERATURE

WORD = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
#: Steele, Lea and Flood 2014, SplitMix64: shift, then multiply, twice, then shift.
ROUNDS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
LAST_SHIFT = 31
#: One less than float32 holds, so that the middles of the cells are exact and none is 0 or 1.
BITS = 23


def _signed(word: int) -> int:
    return word - (1 << 64) if word >> 63 else word


def _mix(words: torch.Tensor) -> torch.Tensor:
    """SplitMix64's finalizer on int64, which wraps as uint64 does; `>>` keeps the sign, so it is masked away."""
    for shift, factor in ROUNDS:
        words = (words ^ ((words >> shift) & (WORD >> shift))) * _signed(factor)
    return words ^ ((words >> LAST_SHIFT) & (WORD >> LAST_SHIFT))


def gumbel(seeds: torch.Tensor, positions: torch.Tensor, vocabulary: int) -> torch.Tensor:
    """Standard Gumbel noise, (rows, vocabulary) float32, for int64 seeds and positions, one of each per row."""
    keys = _mix(_mix(seeds * _signed(GOLDEN)) + positions)
    tokens = torch.arange(vocabulary, device=seeds.device, dtype=torch.int64) * _signed(GOLDEN)
    words = _mix(keys[:, None] + tokens)
    uniform = (((words >> (64 - BITS)) & ((1 << BITS) - 1)).to(torch.float32) + 0.5) / (1 << BITS)
    return -torch.log(-torch.log(uniform))


class SeededNoise(LogitsProcessor):  # type: ignore[misc]  # vLLM has no types for the build that is installed
    """Adds to each row's logits, divided by its temperature, the noise whose maximum is a draw (Gumbel 1954)."""

    def __init__(self, vllm_config: VllmConfig, device: torch.device, is_pin_memory: bool) -> None:  # noqa: ARG002, FBT001 - vLLM's signature
        self._device = device
        self._rows: dict[int, tuple[int, float, Sequence[int]]] = {}  # seed, temperature, output so far
        self._at = self._fixed()

    def _fixed(self) -> tuple[list[Sequence[int]], torch.Tensor, torch.Tensor, torch.Tensor]:
        """What holds until the batch changes: the outputs so far, and the rows' numbers, seeds and temperatures."""
        rows = sorted(self._rows)
        seeds = [_signed(self._rows[row][0] & WORD) for row in rows]
        temperatures = [self._rows[row][1] for row in rows]
        return (
            [self._rows[row][2] for row in rows],
            torch.tensor(rows, dtype=torch.int64, device=self._device),
            torch.tensor(seeds, dtype=torch.int64, device=self._device),
            torch.tensor(temperatures, dtype=torch.float32, device=self._device)[:, None],
        )

    def is_argmax_invariant(self) -> bool:
        return False

    def update_state(self, batch_update: BatchUpdate | None) -> None:
        if batch_update is None:
            return
        for row in batch_update.removed:
            self._rows.pop(row, None)
        for row, params, _, output in batch_update.added:
            self._rows.pop(row, None)
            if TEMPERATURE in (params.extra_args or {}):
                self._rows[row] = (params.seed, params.extra_args[TEMPERATURE], output)
        for one, other, direction in batch_update.moved:
            first, second = self._rows.pop(one, None), self._rows.pop(other, None)
            if first is not None:
                self._rows[other] = first
            if second is not None and direction == MoveDirectionality.SWAP:
                self._rows[one] = second
        self._at = self._fixed()

    def apply(self, logits: Any) -> Any:
        outputs, rows, seeds, temperatures = self._at
        if not outputs:
            return logits
        positions = torch.tensor([len(output) for output in outputs], dtype=torch.int64, device=self._device)
        noise = gumbel(seeds, positions, logits.shape[-1])
        if len(outputs) == len(logits):
            return logits.div_(temperatures).add_(noise)
        logits[rows] = logits[rows] / temperatures + noise
        return logits
