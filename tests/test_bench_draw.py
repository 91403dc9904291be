"""What the bench of the draw counts."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def draw(vllm_engine):
    import bench.draw

    return bench.draw


def test_made_counts_new_tensors_and_no_views(draw):
    import torch

    with draw.Made() as made:
        one = torch.ones(10) + 1
        one.add_(1)
        one[3:].view(-1)
    assert made.bytes == 80


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_the_draw_makes_under_60_bytes_for_a_logit(draw, temperature):
    import torch

    logits = torch.randn(8, 20_000, generator=torch.Generator().manual_seed(0))
    made = draw.made(draw.seeded(8, temperature=temperature), logits)
    assert 0 < made / logits.numel() < 60


def test_the_draw_of_the_bench_is_of_rows_with_seeds(draw):
    import torch

    logits = torch.zeros(8, 20_000)
    one, same = (draw.seeded(8)(logits.clone()) for _ in range(2))
    assert torch.equal(one, same)
    assert len(set(one.tolist())) == 8
