"""Commands killed at random moments and resumed: what they leave, against runs that nothing broke. `make soak`."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

PROMPTS, GENERATIONS = 120, 4
REWARD = """
import time
def score(completion, reference):
    time.sleep(0.0005)
    return float({test})
"""
JUDGES = """
import time
def strict(response, reference):
    time.sleep(0.0005)
    return response == reference

def lax(response, reference):
    time.sleep(0.0005)
    return response == reference or response.endswith("7")
"""
#: What the clock says, and the folder's name: no two runs share it.
OF_THE_CLOCK = {"created", "run", "latency_ms"}
VERDICTS = {0, 1, 4}


@dataclass(frozen=True, slots=True)
class Soaked:
    """One command: how often it was killed, and the kills after which it left something else, with what differs."""

    command: str
    kills: int
    differing: tuple[str, ...]


def soak(command: str, *, kills: int, rng: random.Random, folder: Path) -> Soaked:
    """Kill `command` (audit, score or judge) at random moments, resume it, and compare with an unbroken run.

    Raises: AssertionError when a command that nobody kills gives no verdict.
    """
    _write_task(folder)
    start = folder / "start"
    if command != "audit":
        _finish(_audit(folder, start))
    whole = _copy(start, folder / "whole")
    began = time.monotonic()
    _finish(_command(command, folder, whole))
    takes = time.monotonic() - began
    wanted = kept_in(whole)
    differing = []
    for number in range(kills):
        broken = _copy(start, folder / "broken")
        after = rng.uniform(0.05, 1.1) * takes
        with subprocess.Popen(_command(command, folder, broken), **_quiet()) as process:  # noqa: S603
            try:
                process.wait(after)
            except subprocess.TimeoutExpired:
                process.kill()
        _finish(_command(command, folder, broken))
        differing += [f"kill {number} after {after:.2f} s: {what}" for what in differences(wanted, kept_in(broken))]
    return Soaked(command, kills, tuple(differing))


def kept_in(run: Path) -> dict[str, Any]:
    """What a run directory says, without the clock: its rows by kind, and its report."""
    found: dict[str, Any] = {}
    for kind in ("generations", "scores", "rescores", "judgments"):
        for folder in sorted({path.parent for path in (run / kind).rglob("part-*.parquet")}):
            table = pa.concat_tables(pq.read_table(path) for path in sorted(folder.glob("part-*.parquet")))
            rows = table.drop_columns([name for name in ("seconds",) if name in table.column_names]).to_pylist()
            found[str(folder.relative_to(run))] = sorted(json.dumps(row, sort_keys=True) for row in rows)
    report = json.loads((run / "report.json").read_bytes())
    found["report.json"] = json.dumps(_without_clock(report), indent=1).splitlines()
    return found


def differences(wanted: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    """Each file or folder that differs, with its first line that does."""
    for name in sorted(wanted.keys() | found.keys()):
        one, other = wanted.get(name, []), found.get(name, [])
        if one != other:
            pairs = zip([*one, "(end)"], [*other, "(end)"], strict=False)
            first = next((pair for pair in pairs if pair[0] != pair[1]), ("", ""))
            yield f"{name}: {first[0].strip()[:80]} became {first[1].strip()[:80]}"


def _without_clock(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_clock(inner) for key, inner in value.items() if key not in OF_THE_CLOCK}
    return [_without_clock(inner) for inner in value] if isinstance(value, list) else value


def _write_task(folder: Path) -> None:
    rng = random.Random(0)  # noqa: S311 - a task, not a secret
    answers = [str(rng.randrange(10, 99)) for _ in range(PROMPTS)]
    prompts = [{"id": f"p{n}", "prompt": f"question {n}", "answer": answer} for n, answer in enumerate(answers)]
    recorded = [
        {"prompt_id": f"p{n}", "index": k, "text": answer if rng.random() < 0.4 else str(rng.randrange(10, 99))}
        for n, answer in enumerate(answers)
        for k in range(GENERATIONS)
    ]
    for name, rows in (("prompts.jsonl", prompts), ("recorded.jsonl", recorded)):
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "reward.py").write_text(REWARD.format(test="completion == reference"))
    (folder / "other.py").write_text(REWARD.format(test="completion[-1:] == reference[-1:]"))
    (folder / "judges.py").write_text(JUDGES)
    for name in ("strict", "lax"):
        (folder / f"{name}.toml").write_text(f'kind = "boolean"\nmodel = "python:judges.py:{name}"\n')


def _audit(folder: Path, out: Path) -> Sequence[str | Path]:
    task: list[str | Path] = [
        folder / "reward.py",
        folder / "prompts.jsonl",
        "--model",
        f"recorded:{folder}/recorded.jsonl",
    ]
    return [sys.executable, "-m", "rewardlab", "audit", *task, "-n", str(GENERATIONS), "--out", out]


def _command(name: str, folder: Path, run: Path) -> Sequence[str | Path]:
    match name:
        case "audit":
            return _audit(folder, run)
        case "score":
            return [sys.executable, "-m", "rewardlab", "score", run, folder / "other.py"]
        case _:
            judges: list[str | Path] = ["--judge", folder / "strict.toml", "--judge", folder / "lax.toml"]
            return [sys.executable, "-m", "rewardlab", "judge", run, *judges]


def _quiet() -> dict[str, Any]:
    return {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def _finish(command: Sequence[str | Path]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode in VERDICTS, f"{command[3]}: exit code {done.returncode}: {done.stderr[-500:]}"


def _copy(start: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    if start.is_dir():
        shutil.copytree(start, target)
    return target


def main() -> int:
    """Print what differs; 1 where anything does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)  # noqa: S311 - moments, not secrets
    different = 0
    for command in ("audit", "score", "judge"):
        with tempfile.TemporaryDirectory(prefix="soak-") as folder:
            found = soak(command, kills=asked.kills, rng=rng, folder=Path(folder))
        print(f"{command}: killed {found.kills} times, {len(found.differing)} differences", flush=True)
        for line in found.differing:
            print("  " + line)
        different += len(found.differing)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
