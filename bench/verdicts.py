"""The verdict cases, each audited in a process of its own: what is said of it that is not right."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from fixtures.rewards.dataset import write
from fixtures.verdicts.case import Case
from fixtures.verdicts.cases import CASES
from fixtures.verdicts.tasks import data_of
from rewardlab.auditing.pipeline import run_audit
from rewardlab.reports.audit import Report
from rewardlab.settings.audit import Settings

#: How far the accuracy's interval may miss the true share.
SLACK = 0.02


def audit_all(cases: Sequence[Case], *, processes: int = 2) -> Iterator[tuple[Case, list[str]]]:
    """Each case and what is wrong of its report, in their order."""
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        # By name: a task holds functions, which no process can send to another.
        yield from zip(cases, pool.map(audit_named, [case.name for case in cases]), strict=True)


def audit_named(name: str) -> list[str]:
    """What an audit of the case says that is not right; empty where all is right."""
    return audit_one(next(case for case in CASES if case.name == name))


def audit_one(case: Case) -> list[str]:
    """What an audit of the case says that is not right; empty where all is right."""
    data = data_of(case.task, case.name)
    with tempfile.TemporaryDirectory(prefix="verdict-") as made:
        folder = Path(made)
        write(data, folder)
        (folder / "reward.py").write_text(case.code, encoding="utf-8")
        given = {"model": f"recorded:{folder / 'generations.jsonl'}", "out": str(folder / "run")}
        if case.labels:
            given["labels"] = str(folder / "labels.csv")
        settings = Settings.model_validate(given | ({} if case.success_at is None else {"success_at": case.success_at}))
        report = run_audit(folder / "reward.py", folder / "prompts.jsonl", settings)
    return list(_wrong(case, report, data.accuracy))


def _wrong(case: Case, report: Report, truth: float) -> Iterator[str]:
    blockers = {one.code for one in report.findings if one.severity == "blocker"}
    if report.verdict not in case.verdict:
        yield f"{report.verdict} for {' or '.join(case.verdict)}, blockers {sorted(blockers)}"
    if missing := set(case.blockers) - blockers:
        yield f"{sorted(missing)} do not block, {sorted(blockers)} do"
    if case.action is not None and report.next_step.action != case.action:
        yield f"next {report.next_step.action} for {case.action}"
    near = report.baseline.accuracy
    low, high = (np.nan if end is None else end for end in (near.low, near.high))
    if case.accuracy and not low - SLACK <= truth <= high + SLACK:
        yield f"accuracy {near.estimate} where {truth:.3f} are right"
