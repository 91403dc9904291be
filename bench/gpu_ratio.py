"""An audit's sampling and scoring over bare LLM.generate: `python -m bench.gpu_ratio MODEL PROMPTS N TOKENS`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.sampling import Work, compared
from rewardlab.engines.capture import captured
from rewardlab.engines.vllm import open_engine
from rewardlab.task import Prompt


def prompt_of(number: int) -> Prompt:
    text = f"w{number + 2} w{number % 97 + 2}"
    turn = {"role": "user", "content": text}
    row = {"prompt": text, "reference_answer": "w2"}
    return Prompt(f"p{number}", (turn,), "w2", row, number + 1, is_text=True)


def main(model: str, count: int, generations: int, tokens: int) -> None:
    prompts = tuple(prompt_of(number) for number in range(count))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with captured(folder / "engine.log"):
            engine = open_engine(model, {"max_model_len": 256, "dtype": "bfloat16"})
        work = Work(generations, tokens)
        print(compared(engine, prompts, work, folder, seeded=False, pairs=3, target="at most 1.02").line())


main(sys.argv[1], *map(int, sys.argv[2:5]))
