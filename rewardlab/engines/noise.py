"""Seeded sampling for vLLM's V1 model runner that draws the whole batch at once, so that seeds cost no extra time.

V1 draws each seeded request separately, which takes a tenth of a small model's time. Here the noise of a token is a
function of its generation's seed, its position and its number in the vocabulary, so that a generation does not depend
on what else is in the batch. Imported by vLLM in the process that holds the model. V2 has similar noise built in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from vllm.config import VllmConfig
from vllm.v1.sample.logits_processor import BatchUpdate, LogitsProcessor, MoveDirectionality
from vllm.v1.sample.ops.topk_topp_sampler import apply_top_k_top_p

from rewardlab.engines.vllm_draw import DRAW

WORD = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
#: SplitMix64 (Steele, Lea and Flood 2014): shift, then multiply, twice; then shift once more.
ROUNDS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
LAST_SHIFT = 31
#: One bit less than float32's precision, so that the midpoints of the cells are exact and none is 0 or 1.
BITS = 23
#: The number of logits whose noise is computed at a time, so that memory does not grow with batch or vocabulary.
AT_ONCE = 1 << 22


def _signed(word: int) -> int:
    return word - (1 << 64) if word >> 63 else word


def _mix(words: torch.Tensor) -> torch.Tensor:
    """SplitMix64's finalizer on int64, which wraps like uint64; `>>` copies the sign bit, so the copies are masked."""
    for shift, factor in ROUNDS:
        words = (words ^ ((words >> shift) & (WORD >> shift))) * _signed(factor)
    return words ^ ((words >> LAST_SHIFT) & (WORD >> LAST_SHIFT))


def keys_of(seeds: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    """The key (int64, any sign) of each row's next token, from the rows' int64 seeds and positions."""
    return _mix(_mix(seeds * _signed(GOLDEN)) + positions)


def gumbel(keys: torch.Tensor, start: int, stop: int) -> torch.Tensor:
    """Standard Gumbel noise for the tokens from `start` to `stop`, (rows, tokens) float32, from one key per row."""
    tokens = torch.arange(start, stop, device=keys.device, dtype=torch.int64) * _signed(GOLDEN)
    words = _mix(keys[:, None] + tokens)
    uniform = (((words >> (64 - BITS)) & ((1 << BITS) - 1)).to(torch.float32) + 0.5) / (1 << BITS)
    return -torch.log(-torch.log(uniform))


def draw(logits: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
    """Draw a token for each row, (rows,) int64, from the softmax of float32 `logits` (Gumbel 1954).

    vLLM's CPU build has a kernel that adds such noise itself; elsewhere it is computed for a part of the vocabulary at
    a time.
    """
    kernel = fused_kernel() if logits.device.type == "cpu" else None
    if kernel is not None:
        tokens: torch.Tensor = kernel(logits.contiguous(), keys)
        return tokens
    rows, vocabulary = logits.shape
    best = torch.full((rows,), -torch.inf, device=logits.device)
    drawn = torch.zeros(rows, dtype=torch.int64, device=logits.device)
    width = max(1, AT_ONCE // max(rows, 1))
    for start in range(0, vocabulary, width):
        part = logits[:, start : start + width]
        most, at = (part + gumbel(keys, start, start + part.shape[1])).max(dim=1)
        better = most > best
        best = torch.where(better, most, best)
        drawn = torch.where(better, at + start, drawn)
    return drawn


def fused_kernel() -> Any:
    """vLLM's own kernel for the draw on a CPU, available from version 0.32; None in a build without it."""
    return getattr(torch.ops._C, "fused_gumbel_argmax", None)  # noqa: SLF001 - where vLLM registers its kernels


@dataclass(frozen=True, slots=True)
class Row:
    """One generation in the batch: its seed, its sampling settings, its prompt's tokens, and its own tokens so far."""

    seed: int
    temperature: float
    top_p: float
    top_k: int
    min_p: float
    repetition_penalty: float
    prompt: Sequence[int]
    output: Sequence[int]


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows as tensors, valid until the batch changes; a filter that no row uses is None."""

    rows: Sequence[Row]
    places: torch.Tensor
    seeds: torch.Tensor
    temperatures: torch.Tensor | None
    top_p: torch.Tensor | None
    top_k: torch.Tensor | None
    min_p: torch.Tensor | None

    @classmethod
    def of(cls, rows: dict[int, Row], device: torch.device, vocabulary: int) -> Batch:
        places = sorted(rows)
        held = [rows[place] for place in places]

        def column(values: Sequence[float], neutral: float, dtype: torch.dtype) -> torch.Tensor | None:
            is_used = any(value != neutral for value in values)
            return torch.tensor(values, dtype=dtype, device=device) if is_used else None

        kept = [row.top_k if 0 < row.top_k < vocabulary else vocabulary for row in held]
        return cls(
            held,
            torch.tensor(places, dtype=torch.int64, device=device),
            torch.tensor([_signed(row.seed & WORD) for row in held], dtype=torch.int64, device=device),
            column([row.temperature for row in held], 1.0, torch.float32),
            column([row.top_p for row in held], 1.0, torch.float32),
            column(kept, vocabulary, torch.int32),
            column([row.min_p for row in held], 0.0, torch.float32),
        )

    def filtered(self, logits: torch.Tensor) -> torch.Tensor:
        """Apply penalties, temperature and filters to the logits, in place and in the order of vLLM's own sampler."""
        for place, row in enumerate(self.rows):
            if row.repetition_penalty != 1.0:
                _penalize(logits[place], row)
        if self.temperatures is not None:
            logits.div_(self.temperatures[:, None])
        if self.min_p is not None:
            least = logits.amax(dim=1) + torch.log(self.min_p)
            logits.masked_fill_(logits < least[:, None], -torch.inf)
        if self.top_p is None and self.top_k is None:
            return logits
        filtered: torch.Tensor = apply_top_k_top_p(logits, self.top_k, self.top_p)
        return filtered


def _penalize(logits: torch.Tensor, row: Row) -> None:
    """Repetition penalty (Keskar et al. 2019): divide logits of tokens seen before by it, or multiply negative ones."""
    seen = [token for token in {*row.prompt, *row.output} if 0 <= token < len(logits)]
    at = torch.tensor(seen, dtype=torch.int64, device=logits.device)
    values = logits[at]
    logits[at] = torch.where(values > 0, values / row.repetition_penalty, values * row.repetition_penalty)


class SeededNoise(LogitsProcessor):  # type: ignore[misc]  # vLLM has no types for the build that is installed
    """Draws each row's token and makes it the most likely, so that vLLM's greedy sampling takes it."""

    def __init__(self, vllm_config: VllmConfig, device: torch.device, is_pin_memory: bool) -> None:  # noqa: ARG002, FBT001 - vLLM's signature
        self._device = device
        self._pinned = is_pin_memory
        self._rows: dict[int, Row] = {}
        self._batch: Batch | None = None

    def is_argmax_invariant(self) -> bool:
        return False

    def update_state(self, batch_update: BatchUpdate | None) -> None:
        if batch_update is None:
            return
        for place in batch_update.removed:
            self._rows.pop(place, None)
        for place, params, prompt, output in batch_update.added:
            self._rows.pop(place, None)
            if drawn := (params.extra_args or {}).get(DRAW):
                self._rows[place] = Row(params.seed, **drawn, prompt=prompt or (), output=output)
        for one, other, direction in batch_update.moved:
            first, second = self._rows.pop(one, None), self._rows.pop(other, None)
            if first is not None:
                self._rows[other] = first
            if second is not None and direction == MoveDirectionality.SWAP:
                self._rows[one] = second
        self._batch = None

    def apply(self, logits: Any) -> Any:
        if not self._rows:
            return logits
        batch = self._batch = self._batch or Batch.of(self._rows, self._device, logits.shape[-1])
        own = logits if len(batch.rows) == len(logits) else logits[batch.places]
        counts = torch.tensor([len(row.output) for row in batch.rows], dtype=torch.int64, pin_memory=self._pinned)
        positions = counts.to(self._device, non_blocking=True)
        logits[batch.places, draw(batch.filtered(own), keys_of(batch.seeds, positions))] = torch.inf
        return logits
