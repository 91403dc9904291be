"""The bank of planted faults and clean rewards, each audited: what is caught, what alarmed falsely. `make bank`."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path

from fixtures.rewards.bank import Reward, read_bank
from fixtures.rewards.dataset import write
from fixtures.rewards.tasks import build
from rewardlab.auditing.examination import run_check
from rewardlab.auditing.pipeline import run_audit
from rewardlab.errors import RewardlabError
from rewardlab.reports.audit import Report
from rewardlab.reports.check import CheckReport
from rewardlab.settings.audit import Settings

PROMPTS, GENERATIONS = 120, 8


@dataclass(frozen=True, slots=True)
class Audited:
    """What the audit of one reward of the bank said. `found` holds (code, severity) of each finding but the notes."""

    kind: str
    name: str
    code: str | None
    verdict: str
    found: tuple[tuple[str, str], ...]
    seconds: float
    seed: int

    @property
    def caught(self) -> bool:
        """Whether the planted fault's own code was found."""
        return any(code == self.code for code, _ in self.found)

    @property
    def blockers(self) -> list[str]:
        return [code for code, severity in self.found if severity == "blocker"]


@cache
def data_of(task: str, policy: str, seed: int) -> Path:
    """A folder with the task's prompts, recorded generations and labels; made once in a process."""
    folder = Path(tempfile.mkdtemp(prefix="bank-"))
    write(build(task, seed, prompts=PROMPTS, num_generations=GENERATIONS, policy=policy), folder)
    return folder


def audit_one(reward: Reward, *, seed: int) -> Audited:
    """Audit one reward on its simulated generations; a clean one with labels too, as one would who has them."""
    folder = data_of(reward.task, reward.policy, seed)
    options = {
        "model": f"recorded:{folder / 'generations.jsonl'}",
        "platform": reward.platform,
        "entry": reward.entry,
        "reward_range": reward.reward_range,
        "reward_timeout": reward.timeout,
        "labels": str(folder / "labels.csv") if reward.labels or reward.kind == "clean" else None,
    }
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bank-run-") as out:
        given = {name: value for name, value in options.items() if value is not None}
        settings = Settings.model_validate(given | {"out": out})
        try:
            report: CheckReport | Report = (
                run_check(reward.file, folder / "prompts.jsonl", settings)
                if reward.check_only
                else run_audit(reward.file, folder / "prompts.jsonl", settings)
            )
        except RewardlabError as error:
            return Audited(
                reward.kind, reward.name, reward.code, f"error: {error}", (), time.perf_counter() - started, seed
            )
    found = tuple((one.code, one.severity) for one in report.findings if one.severity != "note")
    return Audited(reward.kind, reward.name, reward.code, report.verdict, found, time.perf_counter() - started, seed)


def audit_all(rewards: Sequence[Reward], *, seed: int = 0, processes: int = 2) -> Iterator[Audited]:
    """Audit them in fresh processes, in the order of `rewards`."""
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(partial(audit_one, seed=seed), rewards)


def table(results: Iterable[Audited]) -> Iterator[str]:
    """A line for each miss and each false alarm, then the totals."""
    results = list(results)
    planted = [one for one in results if one.kind == "planted"]
    clean = [one for one in results if one.kind == "clean"]
    for one in planted:
        if not one.caught:
            yield f"missed   {one.code} {one.name}: {one.verdict}, {_shown(one)}"
    for one in clean:
        if one.blockers or one.verdict != "go":
            yield f"alarmed  {one.name} (seed {one.seed}): {one.verdict}, {_shown(one)}"
    seconds = sorted(one.seconds for one in results)
    yield f"caught by their own code  {sum(one.caught for one in planted)} of {len(planted)} planted faults"
    stopped = sum(one.verdict not in {"go", "pass"} for one in planted)
    yield f"stopped (no GO)           {stopped} of {len(planted)} planted faults"
    yield f"false blockers            {sum(bool(one.blockers) for one in clean)} of {len(clean)} clean rewards"
    yield f"GO                        {sum(one.verdict == 'go' for one in clean)} of {len(clean)} clean rewards"
    if seconds:
        yield f"seconds an audit          {seconds[len(seconds) // 2]:.2f} median, {seconds[-1]:.1f} longest"


def _shown(one: Audited) -> str:
    return " ".join(f"{code}:{severity}" for code, severity in one.found) or "nothing found"


@contextmanager
def _timed(what: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    print(f"{what} {time.perf_counter() - started:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="paths that match this pattern")
    parser.add_argument("--kind", choices=["clean", "planted"])
    parser.add_argument("--seeds", type=int, default=1, help="data sets to draw")
    parser.add_argument("--verbose", action="store_true", help="a line for each reward")
    parser.add_argument("--json", type=Path, help="where to write every result")
    options = parser.parse_args()
    rewards = [
        reward
        for reward in read_bank()
        if (not options.only or re.search(options.only, reward.path)) and options.kind in (None, reward.kind)
    ]
    with _timed("in all"):
        results = []
        for one in (one for seed in range(options.seeds) for one in audit_all(rewards, seed=seed)):
            results.append(one)
            if options.verbose:
                print(
                    f"{one.seconds:6.1f} s  {one.code or 'clean'} {one.name}: {one.verdict}, {_shown(one)}", flush=True
                )
        for line in table(results):
            print(line, flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(one) for one in results], indent=1) + "\n")


if __name__ == "__main__":
    main()
