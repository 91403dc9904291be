"""results.json: every trial of the last run, and the table that docs/bank.md shows of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.peers.peer import PEERS, ROOT
from bench.peers.table import Row, markdown, row
from bench.peers.trial import Trial

FILE = Path(__file__).with_name("results.json")
PAGE = ROOT / "docs" / "bank.md"
START, END = "<!-- peers: written by `make peers` -->\n", "<!-- end of peers -->\n"


@dataclass(frozen=True, slots=True)
class Results:
    """`missing` says of a peer that could not be installed why not."""

    trials: tuple[Trial, ...]
    missing: Mapping[str, str]

    def rows(self) -> list[Row]:
        """One row for each peer that was installed."""
        return [
            row(peer.distribution, peer.version, [trial for trial in self.trials if trial.peer == peer.name])
            for peer in PEERS
            if peer.name not in self.missing
        ]

    def table(self) -> str:
        """The rows, and a line for each peer that is missing."""
        absent = [
            f"\n{peer.distribution} {peer.version} could not be installed: {self.missing[peer.name]}\n"
            for peer in PEERS
            if peer.name in self.missing
        ]
        return markdown(self.rows()) + "".join(absent)


def write(results: Results, file: Path = FILE) -> None:
    """Write the trials, one on a line, and the missing peers."""
    trials = ",\n".join(f"    {json.dumps(asdict(trial), ensure_ascii=False)}" for trial in results.trials)
    versions = {peer.name: f"{peer.distribution} {peer.version}" for peer in PEERS}
    head = f'  "versions": {json.dumps(versions)},\n  "missing": {json.dumps(dict(results.missing))},\n'
    file.write_text(f'{{\n{head}  "trials": [\n{trials}\n  ]\n}}\n', encoding="utf-8")


def read(file: Path = FILE) -> Results:
    """What `write` wrote."""
    content = json.loads(file.read_text(encoding="utf-8"))
    trials = [
        Trial(**{**one, "errors": tuple(one["errors"]), "warnings": tuple(one["warnings"])})
        for one in content["trials"]
    ]
    return Results(tuple(trials), content["missing"])


def put_table(page: str, table: str) -> str:
    """`page` with `table` between its two marks.

    Raises: ValueError when it lacks them.
    """
    before, rest = _split(page, START)
    _, after = _split(rest, END)
    return f"{before}{START}\n{table}\n{END}{after}"


def _split(text: str, mark: str) -> Sequence[str]:
    before, found, after = text.partition(mark)
    if not found:
        raise ValueError(f"the page lacks the line {mark.strip()}")
    return before, after
