"""The audit's sampling and scoring against bare LLM.generate, on the same prompts, in one loaded engine."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.ratio import Ratio, compare
from rewardlab.auditing.stream import Stream
from rewardlab.engines.capture import captured
from rewardlab.engines.chat import encode_all
from rewardlab.engines.vllm import VllmEngine, open_engine
from rewardlab.platforms import PLATFORMS
from rewardlab.progress import Silent
from rewardlab.readers.prompts import read_prompts
from rewardlab.rewards.isolation.pool import ScoringPool
from rewardlab.rewards.isolation.source import RewardSource
from rewardlab.runs.parts import GENERATION_SCHEMA, SCORE_SCHEMA, Parts, Writer
from rewardlab.task import Prompt, Request, Sampling

EXAMPLE = Path(__file__).parent.parent / "fixtures" / "arithmetic"


class Work(NamedTuple):
    """How many generations of each prompt, of at most how many tokens."""

    generations: int
    tokens: int


WORK = Work(generations=16, tokens=16)


def bare(engine: VllmEngine, prompts: Sequence[Prompt], work: Work, *, seeded: bool) -> Callable[[], object]:
    """LLM.generate over all prompts, their tokens prepared beforehand; with a seed per prompt as the audit, or none."""
    from vllm import SamplingParams, TokensPrompt  # noqa: PLC0415 - heavy and optional

    window = int(engine.llm.model_config.max_model_len)
    ids = encode_all(engine.llm.get_tokenizer(), prompts, template=None, extra={}, window=window, model="bench")
    inputs = [TokensPrompt(prompt_token_ids=tokens) for tokens in ids]
    sampling = [
        SamplingParams(n=work.generations, temperature=1.0, max_tokens=work.tokens, seed=number if seeded else None)
        for number in range(len(prompts))
    ]
    return lambda: engine.llm.generate(inputs, sampling, use_tqdm=False)


def audited(
    engine: VllmEngine, prompts: Sequence[Prompt], work: Work, folder: Path, written: list[Parts]
) -> Callable[[], object]:
    """Templates, tokens, seeds, sampling, scoring in the isolated worker, and both written to disk."""
    requests = [Request(prompt, tuple(range(work.generations))) for prompt in prompts]
    numbers = itertools.count()
    source = RewardSource(EXAMPLE / "reward.py", None, 60, 512)
    pool = ScoringPool(source, PLATFORMS["smtj"], log=folder / "log")

    def once() -> None:
        number = next(numbers)
        generations = Parts(folder / f"g{number}", GENERATION_SCHEMA)
        scores = Parts(folder / f"s{number}", SCORE_SCHEMA)
        stream = Stream(Writer(generations, scores), pool, Silent())
        stream.pump(engine.generate(requests, Sampling(1.0, work.tokens, number)), requests, [])
        written.append(scores)

    return once


def compared(
    engine: VllmEngine, prompts: Sequence[Prompt], work: Work, folder: Path, *, seeded: bool, pairs: int, target: str
) -> Ratio:
    """The audit's time over the bare engine's; every generation is scored."""
    written: list[Parts] = []
    what = "the audit's seeds" if seeded else "no seeds"
    found = compare(
        f"audit of {len(prompts)} x {work.generations} over bare LLM.generate, {what}",
        audited(engine, prompts, work, folder, written),
        bare(engine, prompts, work, seeded=seeded),
        pairs=pairs,
        target=target,
    )
    for scores in written:
        assert scores.read().num_rows == len(prompts) * work.generations, "every generation is scored"
    return found


def measure(pairs: int) -> Iterator[Ratio]:
    """The audit's time over the bare engine's; then over the engine's with the audit's seeds, to explain it."""
    prompts = read_prompts(EXAMPLE / "prompts.jsonl")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with captured(folder / "engine.log"):
            engine = open_engine(str(EXAMPLE / "models" / "inside"), {})
        for seeded, target in ((False, "at most 1.10"), (True, "none")):
            within = folder / str(seeded)
            within.mkdir()
            yield compared(engine, prompts, WORK, within, seeded=seeded, pairs=pairs, target=target)
