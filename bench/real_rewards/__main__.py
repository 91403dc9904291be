"""`make real-rewards`: installs public packages, audits their rewards, and writes docs/real_rewards.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from bench.real_rewards.catalogue import REWARDS, Real
from bench.real_rewards.environments import ENVIRONMENTS, problems
from bench.real_rewards.table import PAGE, page, wrong_of
from bench.real_rewards.trial import Trial, attempt, kept_trial

SEED = 11
PROCESSES = 2


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.real_rewards", description="public rewards, audited")
    parser.add_argument("--only", action="append", default=[], help="rewards whose package or name holds this; repeat")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the recorded generations; {SEED}")
    parser.add_argument("--table", action="store_true", help="write the page from the trials that are kept in .real")
    options = parser.parse_args()
    chosen = [one for one in REWARDS if not options.only or any(_named(one, word) for word in options.only)]
    if options.table:
        _write([kept for real in REWARDS if (kept := kept_trial(real, options.seed))], options.seed)
        return
    if lacking := problems([one for one in ENVIRONMENTS if any(real.environment is one for real in chosen)]):
        sys.exit("\n".join(f"{name} could not be installed: {problem}" for name, problem in lacking.items()))
    with ThreadPoolExecutor(PROCESSES) as pool:
        trials = list(pool.map(lambda real: _told(attempt(real, options.seed)), chosen))
    if not options.only:
        _write(trials, options.seed)
    wrong = [trial for trial in trials if wrong_of(trial)]
    print(f"rewardlab is right on {len(trials) - len(wrong)} of {len(trials)}")
    sys.exit(any(not trial.real.known for trial in wrong))


def _write(trials: Sequence[Trial], seed: int) -> None:
    PAGE.write_text(page(trials, seed), encoding="utf-8")


def _named(real: Real, word: str) -> bool:
    return word.casefold() in f"{real.package} {real.name} {real.adapter}".casefold()


def _told(trial: Trial) -> Trial:
    said = wrong_of(trial) or "right"
    print(f"{trial.real.package:<16} {trial.real.name:<44} {trial.verdict:<13} {said}", file=sys.stderr, flush=True)
    return trial


main()
