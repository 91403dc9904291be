"""The batch's noise: draws with the model's probabilities, told by seed and position alone."""

from __future__ import annotations

import importlib
import math

import pytest
from scipy import stats

from rewardlab.engines.vllm_draw import Runner
from rewardlab.task import Request, Sampling

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def torch(vllm_engine):
    """Once vLLM is loaded, with its kernels, whose imports warn."""
    assert vllm_engine.runner is Runner.V1
    return importlib.import_module("torch")


def noise(torch, seeds, positions, vocabulary=7):
    from rewardlab.engines.noise import gumbel, keys_of

    return gumbel(keys_of(torch.tensor(seeds), torch.tensor(positions)), 0, vocabulary)


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


@pytest.fixture(params=["kernel", "parts"])
def way(request, monkeypatch):
    """Both ways of drawing: vLLM's kernel, and part by part where there is none."""
    from rewardlab.engines import noise

    if request.param == "parts":
        monkeypatch.setattr(noise, "fused_kernel", lambda: None)
        monkeypatch.setattr(noise, "AT_ONCE", 10)
    else:
        assert noise.fused_kernel() is not None


def processor(torch):
    from rewardlab.engines.noise import SeededNoise

    return SeededNoise(None, torch.device("cpu"), is_pin_memory=False)


def request(seed, output=(), prompt=(), *, greedy=False, **drawn):
    from vllm import SamplingParams

    from rewardlab.engines.vllm_draw import DRAW, draw_of

    params = SamplingParams(seed=seed, extra_args=None if greedy else {DRAW: dict(draw_of(Sampling(**drawn)))})
    return params, list(prompt), list(output)


def update(size, *, added=(), removed=(), moved=()):
    from vllm.v1.sample.logits_processor import BatchUpdate

    return BatchUpdate(size, removed=removed, added=added, moved=moved)


def drawn_from(torch, logits, seeds=None, **drawn):
    """The tokens drawn from each row of `logits`, by rows with these settings."""
    own = processor(torch)
    seeds = range(len(logits)) if seeds is None else seeds
    own.update_state(update(len(logits), added=[(row, *request(seed, **drawn)) for row, seed in enumerate(seeds)]))
    return own.apply(logits.clone()).argmax(dim=1)


@pytest.mark.usefixtures("way")
def test_the_draw_has_the_softmaxs_probabilities(torch):
    logits = torch.tensor([2.0, 1.0, 0.0, -1.0, -2.0, -3.0, -math.inf]).repeat(40_000, 1)
    counts = torch.bincount(drawn_from(torch, logits), minlength=7)
    expected = 40_000 * torch.softmax(logits[0].double(), 0)
    assert counts[6] == 0
    assert stats.chisquare(counts[:6].numpy(), expected[:6].numpy()).pvalue > 1e-3


@pytest.mark.usefixtures("way")
def test_rows_keep_their_draw_when_they_move(torch):
    from vllm.v1.sample.logits_processor import MoveDirectionality

    def tokens(own, rows):
        return own.apply(torch.zeros(rows, 999)).argmax(dim=1)

    own = processor(torch)
    own.update_state(update(3, added=[(row, *request(row)) for row in range(3)]))
    before = tokens(own, 3)
    assert len(set(before.tolist())) == 3
    swap, go = MoveDirectionality.SWAP, MoveDirectionality.UNIDIRECTIONAL
    own.update_state(update(3, moved=[(0, 2, swap)]))
    assert torch.equal(tokens(own, 3), before[[2, 1, 0]])
    own.update_state(update(2, removed=[0], moved=[(2, 0, go)]))
    assert torch.equal(tokens(own, 2), before[[0, 1]])
    own.update_state(None)
    assert torch.equal(tokens(own, 2), before[[0, 1]])


def test_a_greedy_row_and_a_stranger_are_left_alone(torch):
    own = processor(torch)
    own.update_state(update(2, added=[(0, *request(5)), (1, *request(5, greedy=True))]))
    logits = own.apply(torch.zeros(2, 4))
    assert logits[0].max() == math.inf
    assert torch.equal(logits[1], torch.zeros(4))


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(("temperature", "share"), [(0.5, 0.881), (1.0, 0.731), (2.0, 0.622)])  # 1 / (1 + exp(-1/T))
def test_a_colder_draw_keeps_closer_to_the_maximum(torch, temperature, share):
    tokens = drawn_from(torch, torch.tensor([1.0, 0.0]).repeat(10_000, 1), temperature=temperature)
    assert float((tokens == 0).double().mean()) == pytest.approx(share, abs=0.02)


LOGITS = [math.log(one) for one in (0.5, 0.25, 0.15, 0.06, 0.04)]


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({"top_p": 0.8}, 3),
        ({"top_k": 2}, 2),
        ({"top_k": 99}, 5),
        ({"min_p": 0.2}, 3),
        ({"min_p": 0.2, "top_k": 2}, 2),
        ({"top_p": 1.0}, 5),
    ],
)
def test_a_filter_leaves_the_likeliest_with_their_proportions(torch, filters, kept):
    logits = torch.tensor(LOGITS)
    counts = torch.bincount(drawn_from(torch, logits.repeat(20_000, 1), **filters), minlength=5)
    assert counts[kept:].sum() == 0
    expected = 20_000 * torch.softmax(logits[:kept].double(), 0)
    assert stats.chisquare(counts[:kept].numpy(), expected.numpy()).pvalue > 1e-3


def test_rows_with_and_without_a_filter_share_a_batch(torch):
    own = processor(torch)
    added = [(row, *request(row, top_k=1 if row % 2 else 0)) for row in range(2_000)]
    own.update_state(update(2_000, added=added))
    tokens = own.apply(torch.tensor(LOGITS).repeat(2_000, 1)).argmax(dim=1)
    assert set(tokens[1::2].tolist()) == {0}
    assert len(set(tokens[::2].tolist())) == 5


def test_a_repetition_penalty_holds_for_what_prompt_and_response_have(torch):
    logits = torch.tensor([2.0, -2.0, 1.0, 1.0]).repeat(20_000, 1)
    own = processor(torch)
    added = [(row, *request(row, [0, -1], [1, 999], repetition_penalty=2.0)) for row in range(20_000)]
    own.update_state(update(20_000, added=added))
    counts = torch.bincount(own.apply(logits).argmax(dim=1), minlength=4)
    expected = 20_000 * torch.softmax(torch.tensor([1.0, -4.0, 1.0, 1.0]).double(), 0)
    assert stats.chisquare(counts.numpy(), expected.numpy()).pvalue > 1e-3


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("rows", [2, 3])  # all of the batch, and some of it
def test_what_a_grammar_forbids_stays_forbidden(torch, rows):
    own = processor(torch)
    own.update_state(update(rows, added=[(row, *request(row)) for row in range(2)]))
    logits = torch.full((rows, 50), -math.inf)
    logits[:, 7] = -80.0
    drawn = own.apply(logits)
    assert torch.equal(drawn == -math.inf, torch.arange(50).ne(7).repeat(rows, 1))
    assert drawn.argmax(dim=1).tolist() == [7] * rows


def test_each_token_has_noise_of_its_own(torch):
    own, output = processor(torch), []
    own.update_state(update(1, added=[(0, request(1)[0], [], output)]))
    first = own.apply(torch.zeros(1, 999)).argmax()
    output.append(17)
    assert own.apply(torch.zeros(1, 999)).argmax() != first


def test_the_parts_of_a_vocabulary_change_no_draw(torch, monkeypatch):
    from rewardlab.engines import noise

    monkeypatch.setattr(noise, "fused_kernel", lambda: None)
    logits = torch.randn(30, 501, generator=torch.Generator().manual_seed(0))
    whole = drawn_from(torch, logits)
    monkeypatch.setattr(noise, "AT_ONCE", 7 * 30)
    assert torch.equal(drawn_from(torch, logits), whole)


def test_a_generation_is_the_same_whatever_else_is_sampled(vllm_engine, arithmetic_prompts):
    sampling = Sampling(max_tokens=16)
    together = {
        (one.prompt_id, one.index): one.text
        for one in vllm_engine.generate([Request(prompt, (0, 1, 2, 3)) for prompt in arithmetic_prompts], sampling)
    }
    alone = vllm_engine.generate([Request(prompt, (2,)) for prompt in arithmetic_prompts[:9]], sampling)
    assert all(one.text == together[one.prompt_id, one.index] for one in alone)
