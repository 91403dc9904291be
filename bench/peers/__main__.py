"""`make peers`: installs the peers, gives them every reward of the bank, and writes down what they say."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from bench.peers.peer import PEERS, Peer, install
from bench.peers.results import FILE, PAGE, Results, put_table, read, write
from bench.peers.trial import Trial, attempt
from fixtures.rewards.bank import Reward, read_bank
from fixtures.rewards.tasks import build

SEED = 1
PROCESSES = 2


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description="the bank run through other tools")
    parser.add_argument("--python", action="append", default=[], help="an interpreter for peers that need a newer one")
    parser.add_argument("--only", choices=[peer.name for peer in PEERS], help="run one peer, keep the others' results")
    parser.add_argument("--table", action="store_true", help="write the page's table from results.json again")
    options = parser.parse_args()
    if not options.table:
        write(_results([sys.executable, *options.python, "python3.12", "python3.13"], options.only))
    results = read()
    PAGE.write_text(put_table(PAGE.read_text(encoding="utf-8"), results.table()), encoding="utf-8")
    print(results.table())


def _results(interpreters: list[str], only: str | None) -> Results:
    chosen = [peer for peer in PEERS if only in {None, peer.name}]
    kept = read() if only and FILE.exists() else Results((), {})
    missing = {peer.name: problem for peer in chosen if (problem := install(peer, interpreters))}
    trials = {peer.name: [trial for trial in kept.trials if trial.peer == peer.name] for peer in PEERS}
    for peer in chosen:
        trials[peer.name] = [] if peer.name in missing else _run(peer)
    absent = {name: problem for name, problem in kept.missing.items() if only != name}
    return Results(tuple(trial for peer in PEERS for trial in trials[peer.name]), {**absent, **missing})


def _run(peer: Peer) -> list[Trial]:
    data = cache(build)

    def one(reward: Reward) -> Trial:
        trial = attempt(peer, reward, data(reward.task, SEED, policy=reward.policy))
        said = f"{len(trial.errors)} errors, {len(trial.warnings)} warnings"
        print(f"{peer.name:<14} {reward.path:<44} {trial.outcome:<15} {said} {trial.why}", file=sys.stderr, flush=True)
        return trial

    with ThreadPoolExecutor(PROCESSES) as pool:
        return list(pool.map(one, read_bank()))


main()
