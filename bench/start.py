"""Whole processes: how soon --help answers, and how long a recorded audit takes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.ratio import Ratio, compare, seconds
from rewardlab.readers.prompts import read_prompts
from rewardlab.task import Prompt

EXAMPLE = Path(__file__).parent.parent / "fixtures" / "arithmetic"
PROGRAM = Path(sys.executable).with_name("rewardlab")


def run(*command: str, cwd: Path | None = None) -> None:
    """Run a command to its end and throw away what it prints."""
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd)  # noqa: S603


def help_ratio(pairs: int) -> Ratio:
    """`rewardlab --help` over `python -c "import click"`."""
    return compare(
        "rewardlab --help over python -c 'import click'",
        lambda: run(str(PROGRAM), "--help"),
        lambda: run(sys.executable, "-c", "import click"),
        pairs=pairs,
        target="at most 2",
    )


def _text(prompt: Prompt, index: int) -> str:
    """Right and wrong answers in turns, as a model that is right half of the time gives them."""
    return str(prompt.reference) if index % 2 else str(int(str(prompt.reference)) + 1 + index)


def recorded_seconds(runs: int) -> list[float]:
    """Seconds of whole audits of 200 prompts x 8 recorded generations."""
    prompts = read_prompts(EXAMPLE / "prompts.jsonl")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            {"prompt_id": prompt.id, "index": index, "text": _text(prompt, index)}
            for prompt in prompts
            for index in range(8)
        ]
        (folder / "recorded.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        model = f"recorded:{folder / 'recorded.jsonl'}"
        example = (str(EXAMPLE / "reward.py"), str(EXAMPLE / "prompts.jsonl"))
        command = (str(PROGRAM), "audit", *example, "-q", "--model", model)
        return [seconds(lambda: run(*command, cwd=folder)) for _ in range(runs)]
