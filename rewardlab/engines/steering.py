"""Logits processors for transformers: one restricts responses to choices, one records the first token's odds.

Both are called once per token with the ids so far and the logits, before the temperature is applied.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rewardlab.engines.structure import likeliest


class ChoiceMask:
    """Allows only tokens that continue one of the choices, and only an end token where a choice is complete.

    Arguments: `spelt` are the choices' token ids; `ends` the ids that end a response, at least one; `width` is the
    number of prompt ids in each row.
    """

    def __init__(self, spelt: Sequence[Sequence[int]], *, ends: Sequence[int], width: int):
        self._ends, self._width = list(ends), width
        following: dict[tuple[int, ...], set[int]] = {}
        for ids in spelt:
            for place, token in enumerate(ids):
                following.setdefault(tuple(ids[:place]), set()).add(token)
            following.setdefault(tuple(ids), set()).update(ends)
        self._following = {prefix: sorted(tokens) for prefix, tokens in following.items()}

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        narrowed = scores.new_full(scores.shape, -math.inf)
        for row, ids in enumerate(input_ids[:, self._width :].tolist()):
            allowed = self._following.get(tuple(ids), self._ends)  # rows that have ended contain padding
            narrowed[row, allowed] = scores[row, allowed]
        return narrowed


class FirstToken:
    """Records the most likely alternatives of each row's first token, and changes nothing."""

    def __init__(self, tokenizer: Any, count: int):
        self._tokenizer, self._count = tokenizer, count
        self.rows: list[tuple[tuple[str, float], ...]] | None = None

    def __call__(self, _input_ids: Any, scores: Any) -> Any:
        if self.rows is None:
            top = scores.float().log_softmax(-1).topk(min(self._count, scores.shape[-1]))
            pairs = zip(top.indices.tolist(), top.values.tolist(), strict=True)
            self.rows = [self._named(tokens, values) for tokens, values in pairs]
        return scores

    def _named(self, tokens: Sequence[int], values: Sequence[float]) -> tuple[tuple[str, float], ...]:
        texts = [self._tokenizer.decode([token]) for token in tokens]
        return likeliest(zip(texts, values, strict=True), self._count)
