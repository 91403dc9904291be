#!/usr/bin/env bash
# argilla 2.8.0 exports a record's responses without their status: to_dict(), and with it to_json() and to_list(), hold the value
# and the user of each response alone. An answer that its annotator discarded, or left as a draft, then looks like one that was
# submitted, and counts as an annotation in whatever reads the file. to_list(flatten=True) keeps the status.
# Seen on Python 3.11. Fails if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'argilla==2.8.0' 'requests==2.34.2'
"$folder/venv/bin/python" - <<'PY'
import json
import uuid
import warnings

warnings.simplefilter("ignore")
from argilla.records import Record
from argilla.records._io._generic import GenericIO
from argilla.responses import Response

given = [("good", "submitted"), ("bad", "discarded"), ("bad", "draft")]
responses = [Response("quality", value, user_id=uuid.uuid4(), status=status) for value, status in given]
record = Record(id="1", fields={"text": "a text"}, responses=responses)
nested = json.dumps(record.to_dict()["responses"])
print("nested:   ", nested)
assert not any(status in nested for _, status in given), nested
assert nested.count("bad") == 2, nested
flat = GenericIO.to_list([record], flatten=True)[0]
statuses = flat["quality.responses.status"]
print("flattened:", statuses)
assert [str(getattr(one, "value", one)) for one in statuses] == [status for _, status in given], statuses
PY
