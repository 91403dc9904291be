"""`make report`: pages of the arithmetic audit with judges and of a few planted faults, with sizes and timings."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from bench.bank import data_of
from bench.page import timed
from bench.start import EXAMPLE, PROGRAM
from fixtures.rewards.bank import Reward, read_bank
from rewardlab.auditing.pipeline import run_audit
from rewardlab.settings.audit import Settings

#: Planted faults of several kinds, by their names in the bank.
FAULTS = ("length_bonus", "label_mentioned", "noisy_judge", "division_by_length")


def judged(folder: Path) -> Path:
    """Audit the arithmetic example with three judges, one of which likes long answers."""
    judges = [part for name in ("ada", "bea", "lou") for part in ("--judge", str(EXAMPLE / "judges" / f"{name}.toml"))]
    files = [str(EXAMPLE / "reward.py"), str(EXAMPLE / "prompts.jsonl"), "--config", str(EXAMPLE / "rewardlab.toml")]
    command = [str(PROGRAM), "audit", *files, *judges, "--out", str(folder), "-q"]
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603
    if done.returncode not in {0, 1, 4}:
        sys.exit(done.returncode)
    return folder / "report.html"


def planted(reward: Reward, folder: Path) -> Path:
    """Audit a reward of the bank on its recorded generations, with labels."""
    data = data_of(reward.task, reward.policy, 0)
    options = {
        "model": f"recorded:{data / 'generations.jsonl'}",
        "platform": reward.platform,
        "labels": str(data / "labels.csv"),
        "out": str(folder),
        "entry": reward.entry,
        "reward_range": reward.reward_range,
        "reward_timeout": reward.timeout,
    }
    settings = Settings.model_validate({name: value for name, value in options.items() if value is not None})
    return run_audit(reward.file, data / "prompts.jsonl", settings).folder / "report.html"


def main() -> None:
    """Write the pages into a folder, and print the path, size and timings of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{'arithmetic with judges':<24} {told(judged(folder / 'arithmetic'))}", flush=True)
    for name in FAULTS:
        reward = next(one for one in read_bank() if (one.kind, one.name) == ("planted", name))
        print(f"{name:<24} {told(planted(reward, folder / name))}", flush=True)


def told(page: Path) -> str:
    """The page's path, size and timings."""
    return f"{timed(page).line()}\n  {page}"


main()
