"""The batch's noise: draws with the model's probabilities, told by seed and position alone."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from rewardlab.task import Request, Sampling

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


def noise(torch, seeds, positions, vocabulary=7):
    from rewardlab.engines.noise import gumbel

    return gumbel(torch.tensor(seeds), torch.tensor(positions), vocabulary)


@pytest.mark.parametrize("varied", ["seeds", "positions"])
def test_draws_have_the_models_probabilities(torch, varied):
    logits = torch.tensor([2.0, 1.0, 0.0, -1.0, -2.0])
    many, one = list(range(50_000)), [3] * 50_000
    drawn = noise(torch, *((many, one) if varied == "seeds" else (one, many)), 5)
    counts = torch.bincount((logits + drawn).argmax(dim=1), minlength=5)
    expected = 50_000 * torch.softmax(logits.double(), 0)
    assert stats.chisquare(counts.numpy(), expected.numpy()).pvalue > 1e-3


def test_neighbouring_seeds_positions_and_tokens_are_uncorrelated(torch):
    drawn = noise(torch, list(range(20_000)), [0] * 20_000, 2)
    later = noise(torch, list(range(20_000)), [1] * 20_000, 2)
    pairs = [(drawn[:-1, 0], drawn[1:, 0]), (drawn[:, 0], drawn[:, 1]), (drawn[:, 0], later[:, 0])]
    assert all(stats.pearsonr(a.numpy(), b.numpy()).pvalue > 1e-3 for a, b in pairs)


def test_the_noise_is_gumbel_and_finite(torch):
    drawn = noise(torch, list(range(2_000)), [0] * 2_000, 50).flatten().numpy()
    assert stats.kstest(drawn, "gumbel_r").pvalue > 1e-3


def test_negative_and_large_seeds_are_seeds_too(torch):
    drawn = noise(torch, [-1, 2**63 - 1, 0], [0, 0, 0])
    assert torch.isfinite(drawn).all()
    assert len({tuple(row.tolist()) for row in drawn}) == 3


def processor(torch):
    from rewardlab.engines.noise import SeededNoise

    return SeededNoise(None, torch.device("cpu"), is_pin_memory=False)


def request(seed, temperature=1.0, output=()):
    from vllm import SamplingParams

    from rewardlab.engines.vllm import TEMPERATURE

    params = SamplingParams(seed=seed, extra_args={TEMPERATURE: temperature} if temperature else None)
    return params, None, list(output)


def update(size, *, added=(), removed=(), moved=()):
    from vllm.v1.sample.logits_processor import BatchUpdate

    return BatchUpdate(size, removed=removed, added=added, moved=moved)


def test_rows_keep_their_noise_when_they_move(torch):
    from vllm.v1.sample.logits_processor import MoveDirectionality

    own = processor(torch)
    own.update_state(update(3, added=[(row, *request(row)) for row in range(3)]))
    before = own.apply(torch.zeros(3, 4))
    swap, go = MoveDirectionality.SWAP, MoveDirectionality.UNIDIRECTIONAL
    own.update_state(update(3, moved=[(0, 2, swap)]))
    assert torch.equal(own.apply(torch.zeros(3, 4)), before[[2, 1, 0]])
    own.update_state(update(2, removed=[0], moved=[(2, 0, go)]))
    assert torch.equal(own.apply(torch.zeros(2, 4)), before[[0, 1]])
    own.update_state(None)
    assert torch.equal(own.apply(torch.zeros(2, 4)), before[[0, 1]])


def test_a_greedy_row_and_a_stranger_are_left_alone(torch):
    own = processor(torch)
    own.update_state(update(2, added=[(0, *request(5)), (1, *request(5, temperature=None))]))
    logits = own.apply(torch.zeros(2, 4))
    assert logits[0].abs().min() > 0
    assert torch.equal(logits[1], torch.zeros(4))


def test_a_colder_draw_keeps_closer_to_the_maximum(torch):
    logits = torch.tensor([1.0, 0.0]).repeat(4_000, 1)
    shares = []
    for temperature in (0.5, 1.0):
        own = processor(torch)
        own.update_state(update(4_000, added=[(row, *request(row, temperature)) for row in range(4_000)]))
        shares.append(float((own.apply(logits.clone()).argmax(dim=1) == 0).double().mean()))
    assert shares == pytest.approx([0.881, 0.731], abs=0.02)  # 1 / (1 + exp(-1/T))


@pytest.mark.parametrize("rows", [2, 3])  # all of the batch, and some of it
def test_what_a_grammar_forbids_stays_forbidden(torch, rows):
    own = processor(torch)
    own.update_state(update(rows, added=[(row, *request(row)) for row in range(2)]))
    logits = torch.full((rows, 50), -math.inf)
    logits[:, 7] = -80.0
    noisy = own.apply(logits)
    assert torch.equal(noisy == -math.inf, torch.arange(50).ne(7).repeat(rows, 1))
    assert noisy.argmax(dim=1).tolist() == [7] * rows


def test_each_token_has_noise_of_its_own(torch):
    own, output = processor(torch), []
    own.update_state(update(1, added=[(0, request(1)[0], None, output)]))
    first = own.apply(torch.zeros(1, 4))
    output.append(17)
    assert not torch.equal(own.apply(torch.zeros(1, 4)), first)


def test_a_generation_is_the_same_whatever_else_is_sampled(vllm_engine, arithmetic_prompts):
    sampling = Sampling(max_tokens=16)
    together = {
        (one.prompt_id, one.index): one.text
        for one in vllm_engine.generate([Request(prompt, (0, 1, 2, 3)) for prompt in arithmetic_prompts], sampling)
    }
    alone = vllm_engine.generate([Request(prompt, (2,)) for prompt in arithmetic_prompts[:9]], sampling)
    assert all(one.text == together[one.prompt_id, one.index] for one in alone)
