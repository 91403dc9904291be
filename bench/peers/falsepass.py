"""falsepass: `init` on the reward's file with its prompts as the dataset, then the runner that `audit` starts.

It takes functions of TRL's form: another form gets one appended to a copy of its file, so that falsepass reads the
code too. Error level: the gate of its documentation, `ceiling>0.1 errors>0`. Warning level: any failed probe
(its static hints are confirmed by one), a control that says inconclusive, and a stop with its own words.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.peers.adapter import Answer, Flag, Job, main

GATE = ("ceiling>0.1", "errors>0")
SHIM = """

import sys as _sys
_sys.path.append({root!r})
from bench.peers.one_sample import scorer as _scorer


def peer_reward(prompts, completions, reference_answer, **kwargs):
    score = _scorer(globals(), {form!r}, {entry!r}, {platform!r})
    return [score(*one) for one in zip(completions, reference_answer, prompts)]
"""


def judge(job: Job) -> Answer:
    scratch = Path(job.scratch)
    file, entry = _file(job, scratch)
    data = scratch / "data.jsonl"
    rows = [{"prompt": one["question"], "reference_answer": one["reference"]} for one in job.prompts]
    data.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    named = ("--func", entry, "--name", "bank", "--dir", str(scratch))
    begun = _run("falsepass.cli", "init", str(file), "--framework", "reward", "--dataset", str(data), *named)
    folder = scratch / "bank"
    if not (folder / "env.toml").is_file():
        return Answer("", applicable=False, why=f"init: {begun.stderr.strip()[-200:]}")
    gate = [part for condition in GATE for part in ("--fail-on", condition)]
    ended = _run("falsepass.runner", str(folder), *gate)
    if (stopped := folder / "stopped.md").is_file():
        return Answer("stopped", (Flag("warning", stopped.read_text(encoding="utf-8").strip().splitlines()[-1][:200]),))
    results = folder / "probe-results.json"
    if not results.is_file():
        return Answer("died", why=f"no results, exit code {ended.returncode}: {ended.stderr.strip()[-200:]}")
    met = [line for line in ended.stderr.splitlines() if "gate failed" in line]
    warnings = _warnings(json.loads(results.read_text(encoding="utf-8")))
    flags = [Flag("error", line) for line in met] + [Flag("warning", text) for text in warnings]
    return Answer("gate failed" if met else "gate passed", tuple(flags))


def _file(job: Job, scratch: Path) -> tuple[Path, str]:
    """The reward's file in a folder of its own, and the function to name."""
    source = Path(job.file)
    siblings = [source] if source.name != "reward.py" else sorted(source.parent.glob("*.py"))
    folder = scratch / "reward"
    folder.mkdir()
    for one in siblings:
        shutil.copyfile(one, folder / one.name)
    file = folder / source.name
    if job.form == "trl":
        return file, job.entry
    shim = SHIM.format(root=job.root, form=job.form, entry=job.entry, platform=job.platform)
    file.write_text(file.read_text(encoding="utf-8") + shim, encoding="utf-8")
    return file, "peer_reward"


def _run(module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-m", module, *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - the peer's own program


def _warnings(payload: dict[str, Any]) -> list[str]:
    failed = [one for one in payload["results"] if not one["passed"]]
    names = dict.fromkeys(f"{one['probe']} {one['name']}/{one['variant']}" for one in failed)
    validity = str((payload["meta"]["adapter"] or {}).get("validity", ""))
    inconclusive = [validity[:200]] if validity.startswith("inconclusive") else []
    return [*inconclusive, *names]


main(judge)
