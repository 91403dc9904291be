"""rewardlab: can this reward function teach this model this task? An audit before you pay for the training run.

import rewardlab
report = rewardlab.audit("reward.py", "prompts.jsonl", model="vllm:my-model")
print(report.verdict, report.baseline.accuracy)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from rewardlab.version import __version__

if TYPE_CHECKING:
    from rewardlab.auditing.examination import check
    from rewardlab.auditing.pipeline import audit, judge, read_report
    from rewardlab.errors import EngineError, InputError, RewardError, RewardlabError, RunError, UsageError
    from rewardlab.reports.audit import Report
    from rewardlab.reports.check import CheckReport

__all__ = [
    "CheckReport",
    "EngineError",
    "InputError",
    "Report",
    "RewardError",
    "RewardlabError",
    "RunError",
    "UsageError",
    "__version__",
    "audit",
    "check",
    "judge",
    "read_report",
]

_HOME = {name: "rewardlab.errors" for name in __all__ if name.endswith("Error")} | {
    "CheckReport": "rewardlab.reports.check",
    "Report": "rewardlab.reports.audit",
    "check": "rewardlab.auditing.examination",
    "audit": "rewardlab.auditing.pipeline",
    "judge": "rewardlab.auditing.pipeline",
    "read_report": "rewardlab.auditing.pipeline",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the command line and the workers start without pandas."""
    if name not in _HOME:
        raise AttributeError(f"module 'rewardlab' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
