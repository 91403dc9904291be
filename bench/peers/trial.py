"""One reward before one peer: in a process of its own, with limits on time and memory."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.peers.adapter import Job
from bench.peers.fit import form_of, why_not
from bench.peers.peer import FOLDER, ROOT, Peer
from fixtures.rewards.bank import Reward
from fixtures.rewards.dataset import Dataset

LIMIT_SECONDS = 20.0
IMPORT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it: `outcome` is judged, hung (no answer within the limit), died (the peer ended without an answer)
    or not_applicable, with `why`. `errors` and `warnings` are what a peer that judged said against the reward."""

    peer: str
    path: str
    outcome: str
    why: str = ""
    verdict: str = ""
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


def attempt(peer: Peer, reward: Reward, data: Dataset, *, limit: float = LIMIT_SECONDS) -> Trial:
    """Give `reward` and its data to `peer`, where it can take them."""
    if why := why_not(peer.name, reward):
        return Trial(peer.name, reward.path, "not_applicable", why)
    scratch = Path(tempfile.mkdtemp(prefix="peer-"))
    try:
        job = scratch / "job.json"
        (scratch / "work").mkdir()
        job.write_text(json.dumps(asdict(_job(reward, data, scratch / "work"))), encoding="utf-8")
        command = (str(peer.interpreter), "-m", f"bench.peers.{peer.name}", str(job))
        return run(command, peer.name, reward.path, scratch, limit=limit)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def run(command: Sequence[str], peer: str, path: str, home: Path, *, limit: float) -> Trial:
    """Run an adapter and read its answer; its whole process group ends at the limit, counted from its import."""
    process = subprocess.Popen(  # noqa: S603 - an adapter of this package
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(home),
        cwd=home,
        start_new_session=True,
        text=True,
    )
    watch = threading.Timer(IMPORT_SECONDS, _end, (process,))
    watch.start()
    assert process.stdout is not None
    # Byte by byte from the descriptor: what a buffer reads ahead, communicate() would not see.
    while os.read(process.stdout.fileno(), 1) not in {b"", b"\n"}:
        pass
    watch.cancel()
    started = time.perf_counter()
    try:
        printed, _ = process.communicate(timeout=limit)
        trial = Trial(peer, path, "judged", seconds=round(time.perf_counter() - started, 2))
        return _read(printed, process.returncode, trial)
    except subprocess.TimeoutExpired:
        return Trial(peer, path, "hung", f"no answer within {limit:g} s", seconds=limit)
    finally:
        _end(process)
        process.communicate()


def _read(printed: str, code: int, trial: Trial) -> Trial:
    try:
        answer: dict[str, Any] = json.loads(printed)
    except ValueError:
        return Trial(trial.peer, trial.path, "died", f"exit code {code} without an answer", seconds=trial.seconds)
    outcome = "died" if answer["verdict"] == "died" else "judged" if answer["applicable"] else "not_applicable"
    said = {level: tuple(f["text"] for f in answer["flags"] if f["level"] == level) for level in ("error", "warning")}
    return Trial(
        trial.peer, trial.path, outcome, answer["why"], answer["verdict"], said["error"], said["warning"], trial.seconds
    )


def _end(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _environment(home: Path) -> dict[str, str]:
    """No credentials and no telemetry; the same order of sets in every run."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "MPLCONFIGDIR": str(FOLDER / "matplotlib"),
        "PYTHONHASHSEED": "0",
        "TELEMETRY_OPT_OUT": "true",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _job(reward: Reward, data: Dataset, scratch: Path) -> Job:
    form, entry = form_of(reward)
    low, high = reward.reward_range or (0.0, 1.0)
    texts = {prompt.id: prompt.messages[0]["content"] for prompt in data.prompts}
    return Job(
        file=str(reward.file),
        form=form,
        entry=entry,
        task=reward.task,
        platform=reward.platform,
        success=(low + high) / 2,
        prompts=[{"id": one.id, "question": texts[one.id], "reference": one.reference} for one in data.prompts],
        responses=[
            {
                "prompt_id": one.prompt_id,
                "index": one.index,
                "text": one.text,
                "label": data.labels[one.prompt_id, one.index],
            }
            for one in data.generations
        ],
        scratch=str(scratch),
        root=str(ROOT),
    )
