"""rewardlab: can this reward function teach this model this task? Asked before the training run is paid for.

import rewardlab
report = rewardlab.audit("reward.py", "prompts.jsonl", model="vllm:my-model")
print(report.verdict, report.baseline.accuracy)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rewardlab.errors import EngineError, InputError, RewardError, RewardlabError, RunError, UsageError
    from rewardlab.examination import check
    from rewardlab.pipeline import audit, judge, read_report
    from rewardlab.report import CheckReport, Report

__version__ = "0.1.0"

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
    "CheckReport": "rewardlab.report",
    "Report": "rewardlab.report",
    "check": "rewardlab.examination",
    "audit": "rewardlab.pipeline",
    "judge": "rewardlab.pipeline",
    "read_report": "rewardlab.pipeline",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: the command line and the workers start without pandas."""
    if name not in _HOME:
        raise AttributeError(f"module 'rewardlab' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOME[name]), name)
