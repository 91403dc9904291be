#!/usr/bin/env bash
# crfm-helm 0.5.16: a request that failed is stored with an answer, an empty text.
#   scenario_state.json   a request whose client says success=False, completions=[] and an error that is not fatal has
#                         success false and one completion with the text "" beside the error
# HELM's own exact_match counts it as a wrong answer, and so does whoever reads completions alone: an outage of the server
# lowers the model's accuracy. Seen on Python 3.11 with a client of one's own. Fails if it changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'crfm-helm==0.5.16'
cat > "$folder/task.py" <<'PY'
import json
import sys
from pathlib import Path

from helm.benchmark.adaptation.adapter_spec import ADAPT_GENERATION, AdapterSpec
from helm.benchmark.config_registry import register_builtin_configs_from_helm_package
from helm.benchmark.executor import ExecutionSpec
from helm.benchmark.metrics.common_metric_specs import get_exact_match_metric_specs
from helm.benchmark.model_deployment_registry import ClientSpec, ModelDeployment, register_model_deployment
from helm.benchmark.run_spec import RunSpec
from helm.benchmark.runner import Runner
from helm.benchmark.scenarios.scenario import (
    CORRECT_TAG, TEST_SPLIT, Input, Instance, Output, Reference, Scenario, ScenarioSpec,
)
from helm.clients.client import Client
from helm.common.authentication import Authentication
from helm.common.request import ErrorFlags, GeneratedOutput, RequestResult


class Capitals(Scenario):
    name, description, tags = "capitals", "Capitals.", []

    def get_instances(self, output_path):
        asked = {"Peru": "Lima", "Chad": "N'Djamena"}
        return [
            Instance(Input(name), [Reference(Output(city), [CORRECT_TAG])], TEST_SPLIT, id=name)
            for name, city in asked.items()
        ]


class Failing(Client):
    """Answers about Peru; is out of service for Chad."""

    def make_request(self, request):
        if "Chad" in request.prompt:
            return RequestResult(
                success=False, embedding=[], completions=[], cached=False, error="503",
                error_flags=ErrorFlags(is_retriable=False, is_fatal=False),
            )
        said = [GeneratedOutput("Lima", 0.0, [])]
        return RequestResult(
            success=True, embedding=[], completions=said, cached=False, request_time=0.0, request_datetime=0
        )


def main(out):
    register_builtin_configs_from_helm_package()
    register_model_deployment(
        ModelDeployment(
            name="simple/failing", client_spec=ClientSpec(class_name="task.Failing"), model_name="simple/model1",
            tokenizer_name="simple/tokenizer1", max_sequence_length=2048,
        )
    )
    adapter = AdapterSpec(
        method=ADAPT_GENERATION, model="simple/model1", model_deployment="simple/failing", max_train_instances=0,
        max_tokens=5,
    )
    run = RunSpec("capitals", ScenarioSpec(class_name="task.Capitals"), adapter, get_exact_match_metric_specs(), groups=[])
    Runner(
        ExecutionSpec(None, Authentication(""), local_path=f"{out}/local", parallelism=1), out, "suite",
        skip_instances=False, cache_instances=False, cache_instances_only=False, skip_completed_runs=False,
        exit_on_error=True,
    ).run_all([run])
    folder = Path(out, "runs", "suite", "capitals")
    states = json.loads((folder / "scenario_state.json").read_text())["request_states"]
    results = {one["instance"]["input"]["text"]: one["result"] for one in states}
    assert results["Peru"]["success"] and [one["text"] for one in results["Peru"]["completions"]] == ["Lima"]
    failed = results["Chad"]
    assert failed["success"] is False and failed["error"] == "503", failed
    assert [one["text"] for one in failed["completions"]] == [""], failed
    print(f"the failed request is stored with completions {failed['completions']}")
    stats = json.loads((folder / "stats.json").read_text())
    found = [one for one in stats if one["name"]["name"] == "exact_match" and one["name"]["split"] == "test"]
    assert found and all(one["mean"] == 0.5 for one in found if "perturbation" not in one["name"]), found
    print("exact_match is 0.5: the failed request counts as a wrong answer")


if __name__ == "__main__":
    main(sys.argv[1])
PY
cd "$folder"
PYTHONPATH="$folder" "$folder/venv/bin/python" task.py "$folder/out" 2> "$folder/log" || { tail -5 "$folder/log"; exit 1; }
