"""A recorded audit of 100,000 generations: its CPU time beside that of an earlier commit, and what its reading costs.

    python -m bench.recorded [COMMIT]

Both run in turn, A B A B, in this environment; CPU time, which holds on a machine that others use.
"""

from __future__ import annotations

import io
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.ratio import Ratio
from rewardlab.engines.recorded import open_recorded
from rewardlab.readers.columnar import read_batches
from rewardlab.readers.prompts import read_prompts

#: The last commit before the readers: it read a recording twice and its prompts at every use.
BEFORE = "a669f89"
#: What a copy of this tree needs.
TRAVEL = ("rewardlab", "judges")
PROMPTS, GENERATIONS = 12_500, 8
ROOT = Path(__file__).parent.parent
PROGRAM = "import sys; from rewardlab.cli import main; sys.exit(main(sys.argv[1:]))"
REWARD = "def score(completion, reference):\n    return float(completion == reference)\n"


def audits(before: str = BEFORE, *, pairs: int = 3) -> Ratio:
    """CPU seconds of whole audits, of this tree and of the commit before."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        now, earlier = folder / "now", folder / "before"
        for part in TRAVEL:
            shutil.copytree(ROOT / part, now / part, ignore=shutil.ignore_patterns("__pycache__"))
        packed = subprocess.run(["git", "archive", before], cwd=ROOT, check=True, capture_output=True).stdout  # noqa: S603, S607 - git as the user has it
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(earlier, filter="data")
        for tree in (now, earlier):  # as pip leaves what it installs
            compiled = [sys.executable, "-m", "compileall", "-q", str(tree / "rewardlab")]
            subprocess.run(compiled, check=True)  # noqa: S603 - our own
        taken = [(audit(folder, now, f"now-{pair}"), audit(folder, earlier, f"then-{pair}")) for pair in range(pairs)]
    title = f"CPU of a recorded audit of {PROMPTS * GENERATIONS:,}, over {before}'s"
    return Ratio(title, "at most 0.5", tuple(now for now, _ in taken), tuple(then for _, then in taken))


def write(folder: Path) -> None:
    """Sums as prompts, and as many right answers as wrong ones."""
    rng = random.Random(1)  # noqa: S311 - the same file each time
    with (folder / "prompts.jsonl").open("w") as prompts, (folder / "recorded.jsonl").open("w") as recorded:
        for number in range(PROMPTS):
            left, right = rng.randrange(1000), rng.randrange(1000)
            turns = [{"role": "user", "content": f"What is {left}+{right}?"}]
            row = {"id": f"p{number}", "messages": turns, "reference_answer": str(left + right)}
            prompts.write(json.dumps(row) + "\n")
            for index in range(GENERATIONS):
                text = str(left + right + rng.randrange(2))
                one = {"prompt_id": f"p{number}", "index": index, "text": text, "finish_reason": "stop"}
                recorded.write(json.dumps(one) + "\n")
    (folder / "reward.py").write_text(REWARD)


def audit(folder: Path, tree: Path, out: str) -> float:
    """CPU seconds of one audit by the code of a tree, its workers' included."""
    command = [
        sys.executable,
        "-c",
        PROGRAM,
        "audit",
        "reward.py",
        "prompts.jsonl",
        "--model",
        "recorded:recorded.jsonl",
    ]
    before = _children()
    environment = os.environ | {"PYTHONPATH": str(tree)}
    subprocess.run([*command, "-q", "--out", out], cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - our own
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def reading() -> list[str]:
    """Microseconds of CPU for each row of the shipped form, read once for warmth."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder)
        rows = PROMPTS * GENERATIONS
        return [
            _line(
                "recorded generations as Arrow batches",
                lambda: read_batches(folder / "recorded.jsonl"),
                rows,
                "at most 2",
            ),
            _line(
                "the same, found by prompt and index", lambda: open_recorded(folder / "recorded.jsonl"), rows, "none"
            ),
            _line("prompts", lambda: read_prompts(folder / "prompts.jsonl"), PROMPTS, "none"),
        ]


def _line(name: str, work: Callable[[], object], rows: int, target: str) -> str:
    work()
    started = time.process_time()
    work()
    return f"{name}: {1e6 * (time.process_time() - started) / rows:.2f} us of CPU a row  target {target}"


if __name__ == "__main__":
    for told in reading():
        print(told, flush=True)
    print(audits(*sys.argv[1:2]).line(), flush=True)
