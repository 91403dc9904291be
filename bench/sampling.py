"""The audit's sampling and scoring against bare LLM.generate, on the same prompts, in one loaded engine."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.ratio import Ratio, compare
from rewardlab.capture import captured
from rewardlab.engines.chat import encode_all
from rewardlab.engines.vllm import VllmEngine, open_engine
from rewardlab.parts import GENERATION_SCHEMA, SCORE_SCHEMA, Parts, Writer
from rewardlab.platforms import PLATFORMS
from rewardlab.progress import Silent
from rewardlab.rewards.pool import ScoringPool
from rewardlab.rewards.process import RewardSource
from rewardlab.stream import Stream
from rewardlab.task import Prompt, Request, Sampling, read_prompts

EXAMPLE = Path(__file__).parent.parent / "fixtures" / "arithmetic"
GENERATIONS = 16
MAX_TOKENS = 16


def bare(engine: VllmEngine, prompts: tuple[Prompt, ...], *, seeded: bool) -> Callable[[], object]:
    """LLM.generate over all prompts, their tokens prepared beforehand; with a seed per prompt as the audit, or none."""
    from vllm import SamplingParams, TokensPrompt  # noqa: PLC0415 - heavy and optional

    ids = encode_all(engine.llm.get_tokenizer(), prompts, template=None, extra={}, window=64, model="bench")
    inputs = [TokensPrompt(prompt_token_ids=tokens) for tokens in ids]
    sampling = [
        SamplingParams(n=GENERATIONS, temperature=1.0, max_tokens=MAX_TOKENS, seed=number if seeded else None)
        for number in range(len(prompts))
    ]
    return lambda: engine.llm.generate(inputs, sampling, use_tqdm=False)


def audited(
    engine: VllmEngine, prompts: tuple[Prompt, ...], folder: Path, written: list[Parts]
) -> Callable[[], object]:
    """Templates, tokens, seeds, sampling, scoring in the isolated worker, and both written to disk."""
    requests = [Request(prompt, tuple(range(GENERATIONS))) for prompt in prompts]
    numbers = itertools.count()
    source = RewardSource(EXAMPLE / "reward.py", None, 60, 512)
    pool = ScoringPool(source, PLATFORMS["smtj"], log=folder / "log")

    def work() -> None:
        number = next(numbers)
        generations = Parts(folder / f"g{number}", GENERATION_SCHEMA)
        scores = Parts(folder / f"s{number}", SCORE_SCHEMA)
        stream = Stream(Writer(generations, scores), pool, Silent())
        stream.pump(engine.generate(requests, Sampling(1.0, MAX_TOKENS, number)), requests, [])
        written.append(scores)

    return work


def measure(pairs: int) -> Iterator[Ratio]:
    """The audit's time over the bare engine's; then over the engine's with the audit's seeds, to explain it."""
    prompts = read_prompts(EXAMPLE / "prompts.jsonl")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with captured(folder / "engine.log"):
            engine = open_engine(str(EXAMPLE / "models" / "inside"), {})
        written: list[Parts] = []
        work = audited(engine, prompts, folder, written)
        for seeded, what, target in ((False, "no seeds", "at most 1.10"), (True, "the audit's seeds", "none")):
            yield compare(
                f"audit of {len(prompts)} x {GENERATIONS} over bare LLM.generate, {what}",
                work,
                bare(engine, prompts, seeded=seeded),
                pairs=pairs,
                target=target,
            )
        for scores in written:
            assert scores.read().num_rows == len(prompts) * GENERATIONS, "every generation is scored"
