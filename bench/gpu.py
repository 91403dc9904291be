"""What needs a GPU: that vLLM's V2 runner starts and draws as asked, and what an audit costs over bare LLM.generate.

Each check is a process of its own, so that the GPU's memory is free before the next. See bench/gpu.sh.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.sampling import EXAMPLE

PROGRAM = Path(sys.executable).with_name("rewardlab")
IS_SMALL = bool(os.environ.get("GPU_SMALL"))
#: About a thousand million weights, in Qwen's shape, with a vocabulary of its size.
SHAPE = {"hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 16, "num_attention_heads": 16}
SMALL_SHAPE = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
VOCABULARY = 1_000 if IS_SMALL else 152_000
PROMPTS, GENERATIONS, TOKENS = (20, 4, 8) if IS_SMALL else (2_000, 16, 64)
VERDICTS = {"inside": 0, "below": 1, "above": 1}


def main(out: Path) -> None:
    """Run every check, write gpu.md, and end with 1 if one failed."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        checks: Mapping[str, Callable[[Path], str]] = {
            "doctor": doctor,
            "audits": audits,
            "judges": judges,
            "runners": runners,
            "ratio": ratio,
        }
        lines, failed = ["# On a GPU", ""], False
        for check, work in checks.items():
            started = time.perf_counter()
            try:
                told = work(Path(name))
            except (AssertionError, subprocess.CalledProcessError) as error:
                told, failed = f"FAILED: {str(error).strip().splitlines()[-1]}", True
            line = f"- {check} ({time.perf_counter() - started:.0f} s): {told}"
            print(line, flush=True)
            lines.append(line)
            (out / "gpu.md").write_text("\n".join([*lines, ""]), encoding="utf-8")
    sys.exit(failed)


def run(*command: object, codes: tuple[int, ...] = (0,), **variables: str) -> str:
    """The output of a command, whose exit code must be among `codes`."""
    done = subprocess.run(  # noqa: S603 - fixed words
        [str(part) for part in command], capture_output=True, text=True, check=False, env=os.environ | variables
    )
    assert done.returncode in codes, f"exit {done.returncode} of {command[1:3]}: {(done.stdout + done.stderr)[-1500:]}"
    return done.stdout


def doctor(_: Path) -> str:
    """Which runner, device and draw rewardlab expects."""
    lines = run(PROGRAM, "doctor").splitlines()
    return "; ".join(re.sub(r"\s+", " ", line) for line in lines if line.startswith(("gpu", "engine vllm")))


def audits(folder: Path) -> str:
    """The three example models get the verdicts that are known of them; what ran is in the run's provenance."""
    told = []
    for model, code in VERDICTS.items():
        out = folder / model
        command = ("audit", EXAMPLE / "reward.py", EXAMPLE / "prompts.jsonl", "-q", "--out", out)
        first = run(PROGRAM, *command, "--model", f"vllm:{EXAMPLE / 'models' / model}", codes=(code,)).splitlines()[0]
        told.append(f"{model}: {first.split()[0]}")
    versions = json.loads((folder / "inside" / "run.json").read_text(encoding="utf-8"))
    return ", ".join(told) + f" ({found(versions, 'runner')}; {found(versions, 'device')})"


def found(value: object, name: str) -> object:
    """The first value of this name, at any depth."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
        return next((one for one in (found(inner, name) for inner in value.values()) if one is not None), None)
    return None


def judges(folder: Path) -> str:
    """A panel of two judges after the policy, in the memory that the policy has left."""
    panel = [part for name in ("ada", "bea") for part in ("--judge", EXAMPLE / "judges" / f"{name}.toml")]
    command = ("audit", EXAMPLE / "reward.py", EXAMPLE / "prompts.jsonl", "-q", "--out", folder / "panel")
    shown = run(PROGRAM, *command, *panel, "--model", f"vllm:{EXAMPLE / 'models' / 'inside'}")
    return shown.splitlines()[0].split()[0] + ", two judges"


def runners(folder: Path) -> str:
    """Whether both runners draw the same texts from the same seeds, where both start."""
    texts: dict[str, dict[tuple[str, int], str]] = {}
    for runner in ("0", "1"):
        out = folder / f"runner{runner}"
        command = ("sample", EXAMPLE / "prompts.jsonl", "-q", "--out", out)
        model = f"vllm:{EXAMPLE / 'models' / 'inside'}"
        try:
            run(PROGRAM, *command, "--model", model, VLLM_USE_V2_MODEL_RUNNER=runner)
        except AssertionError as error:
            texts[runner] = {}
            print(f"runner {runner}: {error}", file=sys.stderr)
            continue
        texts[runner] = texts_of(out)
    one, two = texts["0"], texts["1"]
    if not (one and two):
        return "only " + ("V1" if one else "V2" if two else "none") + " starts here"
    same = sum(two[key] == text for key, text in one.items())
    return f"{same} of {len(one)} texts are the same under V1 (our noise) and V2 (vLLM's seeds)"


def texts_of(run_folder: Path) -> dict[tuple[str, int], str]:
    import pyarrow.parquet as pq  # noqa: PLC0415 - only this check reads parts

    parts = sorted((run_folder / "generations").glob("*.parquet"))
    rows = [row for part in parts for row in pq.read_table(part).to_pylist()]
    return {(row["prompt_id"], row["index"]): row["text"] for row in rows}


def ratio(folder: Path) -> str:
    """Sampling and scoring against bare LLM.generate, on a model of a real one's size with random weights."""
    model = folder / "random"
    run(sys.executable, "-m", "bench.gpu_model", model)
    command = (sys.executable, "-m", "bench.gpu_ratio", model, PROMPTS, GENERATIONS, TOKENS)
    return run(*command).strip().splitlines()[-1]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
