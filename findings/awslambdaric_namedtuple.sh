#!/usr/bin/env bash
# awslambdaric 4.2.2, AWS's runtime client for Python Lambdas, does not write a handler's return as json.dumps does:
#   a NamedTuple     json.dumps: a list       awslambdaric: an object with the fields' names
#   a Decimal        json.dumps: TypeError    awslambdaric: a number
# A handler that returns NamedTuples passes on Lambda, and a local test through json.dumps sees lists in their place;
# the other way round, what a local test of a list of pairs accepts reaches the caller as objects.
# Seen on Python 3.11. Fails if any of it changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'awslambdaric==4.2.2'
"$folder/venv/bin/python" - <<'PY'
import json
from decimal import Decimal
from typing import NamedTuple

from awslambdaric.lambda_runtime_marshaller import to_json


class Result(NamedTuple):
    id: str
    aggregate_reward_score: float


returned = [Result("a", 0.5)]
print("json.dumps   ", json.dumps(returned))
print("awslambdaric ", to_json(returned))
assert json.loads(json.dumps(returned)) == [["a", 0.5]]
assert json.loads(to_json(returned)) == [{"id": "a", "aggregate_reward_score": 0.5}]
try:
    json.dumps(Decimal("0.5"))
except TypeError as error:
    print("json.dumps   ", error)
else:
    raise SystemExit("json.dumps takes a Decimal now")
print("awslambdaric ", to_json(Decimal("0.5")))
assert to_json(Decimal("0.5")) == "0.5"
PY
