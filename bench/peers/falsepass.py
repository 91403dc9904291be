"""falsepass: `init` on the reward's file with its prompts as the dataset, then the runner that `audit` starts.

It takes functions of TRL's form: another form gets one appended to a copy of its file, so that falsepass reads the
code too. Error level: the audit exits 1, by the gate of its documentation, `ceiling>0.1 errors>0`, or by a stop in its
own words. Warning level: the other two gates at the limits that its documentation uses, and a control that says
inconclusive. A failed probe alone is a lead by its own account, and every clean reward has one.
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
SOFT = ("lazy>0.05", "false_fail>0.2")
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
    gate = [part for condition in (*GATE, *SOFT) for part in ("--fail-on", condition)]
    ended = _run("falsepass.runner", str(folder), *gate)
    if (stopped := folder / "stopped.md").is_file():
        return Answer("stopped", (Flag("error", stopped.read_text(encoding="utf-8").strip().splitlines()[-1][:200]),))
    results = folder / "probe-results.json"
    if not results.is_file():
        return Answer("died", why=f"exit code {ended.returncode} without results")
    met = [line.partition("gate failed: ")[2] for line in ended.stderr.splitlines() if "gate failed: " in line]
    hard = [condition for condition in met if condition.startswith(GATE)]
    soft = [condition for condition in met if condition.startswith(SOFT)]
    said = [*soft, *_inconclusive(json.loads(results.read_text(encoding="utf-8")))]
    flags = [Flag("error", text) for text in hard] + [Flag("warning", text) for text in said]
    return Answer("gate failed" if hard else "gate passed", tuple(flags))


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


def _inconclusive(payload: dict[str, Any]) -> list[str]:
    validity = str((payload["meta"]["adapter"] or {}).get("validity", ""))
    return [validity[:200]] if validity.startswith("inconclusive") else []


main(judge)
