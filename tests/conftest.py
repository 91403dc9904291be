"""What tests share: the arithmetic fixture, small real inputs, and one vLLM engine for the whole session."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from rewardlab.cli import main
from rewardlab.readers.prompts import read_prompts
from rewardlab.task import Prompt
from tests.kernels import untold

ARITHMETIC = Path(__file__).parent.parent / "fixtures" / "arithmetic"

# Deadlines are timings, and these machines are shared; derandomized so that CI fails for a change, not by luck.
settings.register_profile("rewardlab", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("fuzz", deadline=None, max_examples=2000, suppress_health_check=list(HealthCheck))
settings.load_profile("rewardlab")

# pytest-xdist tells its workers a width of 80, and reports are as wide as COLUMNS says.
os.environ.pop("COLUMNS", None)

# Started with nohup or in the background, the suite would hand ignored signals on to every command that it interrupts.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for ending in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(ending) is signal.SIG_IGN:
            signal.signal(ending, signal.SIG_DFL)


@pytest.fixture(scope="session")
def arithmetic() -> Path:
    """The shipped example: prompts.jsonl, reward.py, rewardlab.toml, models/."""
    return ARITHMETIC


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers (-n 2 --dist loadgroup) one of them runs all tests of real engines: it loads the models."""
    for item in items:
        if item.get_closest_marker("engine"):
            item.add_marker(pytest.mark.xdist_group("engine"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Each test finds its module's RNG in one state: which others run before it depends on the worker."""
    rng = getattr(getattr(item, "module", None), "RNG", None)
    if rng is not None:
        rng.bit_generator.state = np.random.default_rng(1).bit_generator.state


@pytest.fixture(scope="session")
def arithmetic_prompts() -> tuple[Prompt, ...]:
    """The 200 prompts of the shipped example."""
    return read_prompts(ARITHMETIC / "prompts.jsonl")


@pytest.fixture(scope="session")
def vllm_engine() -> Iterator[Any]:
    """The example's inside model, loaded in vLLM once for all tests."""
    import warnings

    from rewardlab.engines.vllm import open_engine

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # vLLM's own imports warn
        engine = open_engine(str(ARITHMETIC / "models" / "inside"), {})
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def vllm_server(arithmetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a vLLM server of the inside model, started once for all tests."""
    with vllm_serving(arithmetic / "models" / "inside", tmp_path_factory.mktemp("server") / "log") as (url, _):
        yield url


@contextmanager
def vllm_serving(model: Path, log: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A vLLM server of `model` under the name inside: its URL, and its process, which leads a session of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--model", str(model)]
    command += ["--served-model-name", "inside", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--enforce-eager", "--max-model-len", "64", *options]
    environment = os.environ | {
        "VLLM_LOGGING_LEVEL": "ERROR",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_NO_USAGE_STATS": "1",
    }
    with (
        log.open("wb") as output,
        subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True) as server,
    ):
        try:
            wait_for(f"http://127.0.0.1:{port}/health", server, log)
            yield f"http://127.0.0.1:{port}/v1", server
        finally:
            server.terminate()


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text(errors="replace")[-2000:]
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"no server after {seconds} s: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture
def write_lines(tmp_path: Path) -> Callable[[str, Sequence[Any]], Path]:
    """Write a JSONL file of objects (or raw text lines) and return its path."""

    def write(name: str, rows: Sequence[Any]) -> Path:
        path = tmp_path / name
        path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
        return path

    return write


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in an empty folder; returns its exit code, standard output and standard error.

    With `told` standard error holds what it says of the kernel too, where that cannot fence a reward in wholly.
    """
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object, told: bool = False) -> tuple[int, str, str]:
        code = main([str(argument) for argument in arguments])
        gc.unfreeze()  # a command keeps its imports to the end of its process; this one goes on
        captured = capsys.readouterr()
        return code, captured.out, captured.err if told else untold(captured.err)

    return call


REWARD = """
def score(completion, reference):
    if completion.startswith("§"):
        return float(completion.replace("§", ""))
    return float(completion.strip().rstrip(".") == reference)
"""


@pytest.fixture
def task_of(write_lines: Callable[[str, Sequence[Any]], Path], tmp_path: Path) -> Callable[..., dict[str, Path]]:
    """Write a small audit: prompts, recorded generations that are their own scores, and a reward that reads them.

    Takes one list of scores per prompt: 1 is the right answer and 0 a wrong one. Any other is recorded between marks
    that the reward alone knows, and one that is no number makes it raise: to made-up answers it is a sound reward.
    """

    def build(groups: Sequence[Sequence[object]], *, finish: str = "stop") -> dict[str, Path]:
        prompts = [
            {"id": f"p{i}", "messages": [{"role": "user", "content": f"question {i}"}], "reference_answer": "1"}
            for i in range(len(groups))
        ]
        recorded = [
            {
                "prompt_id": f"p{i}",
                "index": j,
                "text": str(text) if text in {0, 1} else f"§{text}§",
                "finish_reason": finish,
            }
            for i, group in enumerate(groups)
            for j, text in enumerate(group)
        ]
        reward = tmp_path / "reward.py"
        reward.write_text(REWARD)
        return {
            "prompts": write_lines("prompts.jsonl", prompts),
            "recorded": write_lines("recorded.jsonl", recorded),
            "reward": reward,
        }

    return build


def slow(seconds: float) -> str:
    """A reward that takes its time over what was recorded behind the mark, and none over made-up answers."""
    return REWARD.replace(
        "        return float(c", f"        import time; time.sleep({seconds})\n        return float(c", 1
    )


def groups_of(histogram: dict[int, int], n: int = 8, *, low: float = 0, high: float = 1) -> list[list[float]]:
    """Groups of n with c high scores each, from {c: how many prompts}."""
    return [[high] * c + [low] * (n - c) for c, prompts in histogram.items() for _ in range(prompts)]
