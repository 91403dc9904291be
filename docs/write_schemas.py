"""Write the JSON Schemas that the package ships, from the reports themselves: `python docs/write_schemas.py`."""

from __future__ import annotations

import json
from pathlib import Path

import rewardlab
from rewardlab.report import Checks, PackageReport, Report, json_schema

FOLDER = Path(rewardlab.__file__).parent / "schemas"

for name, model in (("report-1.json", Report), ("check-1.json", Checks), ("packaging-1.json", PackageReport)):
    (FOLDER / name).write_text(json.dumps(json_schema(model), indent=2) + "\n")
