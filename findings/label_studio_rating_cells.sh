#!/usr/bin/env bash
# label-studio-sdk 2.1.2, JSON-MIN and CSV: a single choice is written as its label ("pos"), but a single rating stays the
# structure it has inside Label Studio, [{"rating": 4}], in CSV as JSON in a cell; and two choices of one task become
# {"choices": ["pos", "neg"]}. A reader that takes the columns of such a file for values reads labels in one and text in the
# other, and one column changes its form from row to row.
# Seen on Python 3.11. Fails if any of it changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'label-studio-sdk==2.1.2'
cd "$folder"
venv/bin/python - <<'PY'
import csv
import json
from pathlib import Path

from label_studio_sdk.converter import Converter

CONFIG = """<View><Text name="text" value="$text"/>
<Choices name="tone" toName="text" choice="multiple"><Choice value="pos"/><Choice value="neg"/></Choices>
<Rating name="stars" toName="text"/></View>"""


def task(number, tones):
    given = [("tone", "choices", {"choices": tones}), ("stars", "rating", {"rating": 4})]
    result = [{"from_name": one, "to_name": "text", "type": kind, "value": value} for one, kind, value in given]
    by = {"id": 7, "email": "a@example.org"}
    return {"id": number, "data": {"text": "a text"}, "annotations": [{"id": number, "completed_by": by, "result": result}]}


Path("export.json").write_text(json.dumps([task(1, ["pos"]), task(2, ["pos", "neg"])]))
converter = Converter(CONFIG, project_dir=None)
for form in ("JSON_MIN", "CSV"):
    Path(form).mkdir()
    converter.convert("export.json", form, form, is_dir=False)
rows = json.loads(Path("JSON_MIN/result.json").read_text())
print("JSON-MIN:", [(row["tone"], row["stars"]) for row in rows])
assert [row["tone"] for row in rows] == ["pos", {"choices": ["pos", "neg"]}], rows
assert [row["stars"] for row in rows] == [[{"rating": 4}]] * 2, rows
with open("CSV/result.csv", newline="") as file:
    cells = [(row["tone"], row["stars"]) for row in csv.DictReader(file)]
print("CSV:     ", cells)
assert cells[0][0] == "pos", cells
assert json.loads(cells[0][1]) == [{"rating": 4}], cells
PY
