"""Write the JSON Schemas that the package ships, from the reports themselves: `python docs/write_schemas.py`."""

from __future__ import annotations

import json
from pathlib import Path

import rewardlab
from rewardlab.reports.agreement import AgreementReport
from rewardlab.reports.audit import Report
from rewardlab.reports.check import Checks
from rewardlab.reports.comparison import CompareReport
from rewardlab.reports.deployment import DeploymentReport
from rewardlab.reports.history import HistoryReport
from rewardlab.reports.packaging import PackageReport
from rewardlab.reports.proof import ProofReport
from rewardlab.reports.section import json_schema
from rewardlab.reports.show import ShowReport
from rewardlab.reports.verification import VerifyReport

SCHEMAS = (
    ("report-1.json", Report),
    ("check-1.json", Checks),
    ("agree-1.json", AgreementReport),
    ("deployment-1.json", DeploymentReport),
    ("packaging-1.json", PackageReport),
    ("proof-1.json", ProofReport),
    ("show-1.json", ShowReport),
    ("verify-1.json", VerifyReport),
    ("compare-1.json", CompareReport),
    ("history-1.json", HistoryReport),
)
FOLDER = Path(rewardlab.__file__).parent / "schemas"

for name, model in SCHEMAS:
    (FOLDER / name).write_text(json.dumps(json_schema(model), indent=2) + "\n")
