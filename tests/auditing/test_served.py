"""An audit of a model behind a server: what the run keeps of its answers, and what the reward and the report see."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import rewardlab
from rewardlab.engines import told_apart
from rewardlab.engines.completion import SILENT
from rewardlab.errors import RunError, UsageError
from rewardlab.probes.reward import returns
from rewardlab.settings.loading import load_settings
from tests.engines.server import completion, refuse, serving

pytestmark = pytest.mark.process

CALL = {"id": "c1", "type": "function", "function": {"name": "answer", "arguments": '{"value": "1"}'}}
READS_CALLS = """
def lambda_handler(event, context):
    return [{"id": s["id"], "aggregate_reward_score": one(s["messages"][-1], s)} for s in event]

def one(message, sample):
    calls = message.get("tool_calls") or []
    said = [call["function"]["arguments"] for call in calls] or [message["content"]]
    return float(any(sample["reference_answer"] in text for text in said))
"""


@pytest.fixture(autouse=True)
def _in_its_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rewardlab.probes.reward.PROBES", (returns.ask,))


@pytest.fixture
def task(task_of):
    return task_of([[1]] * 6)


def audit(task, server, **options):
    options = {"out": "run", "num_generations": 2, **options}
    engine = {"base_url": server.url, "max_retries": 0, "concurrency": 1, **options.pop("engine", {})}
    return rewardlab.audit(task["reward"], task["prompts"], model="openai:m", engine=engine, **options)


def stored():
    return pq.read_table("run/generations").to_pylist()


def calling(body, _):
    """A server whose odd generations are calls of a tool without any text."""
    status, content, headers = completion(body, content="0")
    for choice in content["choices"][1::2]:
        choice |= {"message": {"role": "assistant", "content": None, "tool_calls": [CALL]}}
        choice |= {"finish_reason": "tool_calls"}
    return status, content, headers


def test_a_reward_that_reads_calls_of_tools_gets_them_and_the_run_keeps_them(task):
    task["reward"].write_text(READS_CALLS)
    with serving(calling) as server:
        report = audit(task, server)
    scores = report.scores.sort_values(["prompt_id", "index"]).score.tolist()
    assert scores == [0.0, 1.0] * 6
    kept = {row["index"]: (row["text"], json.loads(row["tool_calls"] or "null")) for row in stored()}
    assert kept == {0: ("0", None), 1: ("", [CALL])}
    assert report.provenance["notices"] == [SILENT]


def test_a_reward_that_reads_the_text_alone_is_told_of_calls_without_one(task):
    with serving(calling) as server:
        report = audit(task, server)
    (found,) = [one for one in report.findings if one.code == "RL703"]
    assert found.evidence["tool_calls"] == 6
    assert "tool_calls" in found.remedy


@pytest.mark.parametrize("alike", [True, False])
def test_generations_that_differ_in_their_calls_alone_are_not_alike(task_of, alike):
    def behave(body, n):
        status, content, headers = completion(body)
        for place, choice in enumerate(content["choices"]):
            value = "0" if alike else str(place)
            call = {"id": f"c{n}-{place}", "function": {"name": "answer", "arguments": {"value": value}}}
            choice["message"] = {"role": "assistant", "content": "So I call it. " * 20, "tool_calls": [call]}
        return status, content, headers

    with serving(behave) as server:
        report = audit(task_of([[1]] * 40), server, num_generations=4)
    assert ("RL702" in {one.code for one in report.findings}) == alike


def test_calls_in_a_recording_reach_the_reward(task, run):
    task["reward"].write_text(READS_CALLS)
    rows = [json.loads(line) for line in task["recorded"].read_text().splitlines()]
    calls = [{"function": {"name": "answer", "arguments": {"value": "1"}}}]
    lines = [json.dumps({**row, "text": None, "tool_calls": calls}) for row in rows]
    task["recorded"].write_text("\n".join(lines))
    report = rewardlab.audit(task["reward"], task["prompts"], model=f"recorded:{task['recorded']}", out="run")
    assert report.scores.score.tolist() == [1.0] * 6
    task["recorded"].write_text(json.dumps({**rows[0], "tool_calls": [3]}))
    code, _, said = run("audit", task["reward"], task["prompts"], "--model", f"recorded:{task['recorded']}")
    assert code == 2
    assert "recorded.jsonl:1: tool_calls holds 1 that are no call of a tool" in said


def thinking(body, _):
    status, content, headers = completion(body, content="1")
    for choice in content["choices"]:
        choice["message"]["reasoning"] = "It is one."
    return status, content, headers


@pytest.mark.parametrize(
    ("reasoning", "text"),
    [(None, "<think>\nIt is one.\n</think>\n\n1"), ("keep", "<think>\nIt is one.\n</think>\n\n1"), ("drop", "1")],
)
def test_what_becomes_of_thoughts_is_a_setting_of_the_run_and_in_the_report(task, reasoning, text):
    given = {} if reasoning is None else {"reasoning": reasoning}
    with serving(thinking) as server:
        report = audit(task, server, **given)
        with pytest.raises(RunError, match="sampled with reasoning"):
            audit(task, server, reasoning="keep" if reasoning == "drop" else "drop")
    assert {row["text"] for row in stored()} == {text}
    manifest = json.loads(Path("run/run.json").read_text())
    for sampling in (manifest["sampling"], report.provenance["sampling"]):
        assert sampling["reasoning"] == (reasoning or "keep")
    assert (told_apart("m") in report.provenance["notices"]) == (reasoning == "drop")
    assert manifest["settings"].get("reasoning") == reasoning


def test_a_run_of_a_version_that_left_thoughts_out_goes_on_that_way_alone(task):
    with serving(thinking) as server:
        audit(task, server, reasoning="drop")
        path = Path("run/run.json")
        manifest = json.loads(path.read_text())
        del manifest["sampling"]["reasoning"]
        path.write_text(json.dumps(manifest))
        with pytest.raises(RunError, match="sampled with reasoning 'drop', not 'keep'"):
            audit(task, server)
        assert audit(task, server, reasoning="drop").baseline.generations == 12


def test_the_setting_is_read_from_the_command_line_and_from_a_file(task, run, tmp_path):
    with serving(thinking) as server:
        (tmp_path / "rewardlab.toml").write_text(
            f'model = "openai:m"\nreasoning = "drop"\nnum_generations = 1\n[engine]\nbase_url = "{server.url}"\n'
        )
        assert run("sample", task["prompts"], "--out", "run")[0] == 0
        assert {row["text"] for row in stored()} == {"1"}
        assert run("sample", task["prompts"], "--out", "run2", "--reasoning", "keep")[0] == 0
        code, _, said = run("sample", task["prompts"], "--reasoning", "both")
    assert code == 2
    assert "--reasoning" in said
    assert {row["text"] for row in pq.read_table("run2/generations").to_pylist()} != {"1"}


@pytest.mark.parametrize(
    ("model", "reasoning", "words"),
    [
        ("vllm:x", "drop", "the vllm engine hands over the text as the model wrote it"),
        ("bedrock:x", "keep", "the bedrock engine hands over no thoughts"),
        ("bedrock:x", "drop", "the bedrock engine hands over no thoughts"),
        ("recorded:x", "drop", "the recorded engine hands over the text"),
    ],
)
def test_an_engine_that_keeps_no_thoughts_apart_refuses_the_setting_by_name(model, reasoning, words):
    with pytest.raises(UsageError, match=words):
        _ = load_settings({"model": model, "reasoning": reasoning}, None).model_spec
    assert load_settings({"model": model}, None).model_spec


def test_several_servers_named_by_the_environment_share_a_run(task, run, monkeypatch):
    with serving(lambda body, n: completion(body)) as one, serving(lambda body, n: completion(body)) as other:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{one.url},http://127.0.0.1:9/v1,{other.url}")
        options = ("--model", "openai:m", "--out", "run", "-n", "2", "--engine-option", "concurrency=1")
        code, _, said = run("sample", task["prompts"], *options)
    assert code == 0
    assert "http://127.0.0.1:9/v1 is left out from the start" in said
    assert len(one.bodies) + len(other.bodies) == 6
    assert len({(row["prompt_id"], row["index"], row["text"]) for row in stored()}) == 12


def test_what_was_sampled_before_a_server_failed_is_kept_and_the_run_goes_on_from_there(task, run):
    def behave(body, n):
        return completion(body, content="1") if n <= 3 or server.heals else refuse(500, "broken")

    with serving(behave) as server:
        server.heals = False
        options = ("--model", "openai:m", "--out", "run", "-n", "2", "--engine-option", f"base_url={server.url}")
        options += ("--engine-option", "max_retries=0", "--engine-option", "concurrency=1")
        code, _, said = run("audit", task["reward"], task["prompts"], *options)
        assert (code, "still answers 500" in said) == (2, True)
        held = {(row["prompt_id"], row["index"]) for row in stored()}
        assert len(held) == 6
        server.heals = True
        asked = len(server.bodies)
        assert run("audit", task["reward"], task["prompts"], *options)[0] in {1, 4}
        assert len(server.bodies) == asked + 3
    assert len(stored()) == 12
