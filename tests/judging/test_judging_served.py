"""Judges behind a server: vLLM's own, which speaks OpenAI's protocol, and Bedrock's Converse call."""

from __future__ import annotations

import json

import pytest
from botocore.stub import ANY, Stubber

from rewardlab.engines import bedrock, openai
from rewardlab.judging.asking import Ask, ModelJudge, put
from rewardlab.judging.definition import load_judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.task import Prompt


def answers(judge, engine, prompt, texts):
    asks = [Ask(Exhibit(prompt, text), prompt.id, index) for index, text in enumerate(texts)]
    expected, groups = put(ModelJudge(judge, lambda: engine), asks, {})
    found = {one.place[1]: one for group in groups for one in group}
    assert expected == len(found) == len(texts)
    return [found[index] for index in range(len(texts))]


@pytest.mark.engine
def test_a_judge_behind_vllms_server_is_held_to_its_labels(vllm_server, arithmetic_prompts, tmp_path):
    (tmp_path / "sums.txt").write_text("{reference}\n{response}")
    (tmp_path / "sums.toml").write_text('kind = "boolean"\nlabels = ["0", "1"]\n[sampling]\nmax_tokens = 4\n')
    judge = load_judge(f"{tmp_path / 'sums.toml'}@openai:inside")
    engine = openai.open_engine("inside", {"base_url": vllm_server, "api_key": "none"})
    found = answers(judge, engine, arithmetic_prompts[0], ["42", "7", "13"])
    engine.close()
    assert {one.label for one in found} <= {"0", "1"}
    assert all(one.reason is None and 0 < one.expected < 1 and one.prompt_tokens > 10 for one in found)
    assert engine.notices == ()


def test_a_shipped_judge_reads_its_verdict_from_converse(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    judge = load_judge("correctness@bedrock:us.amazon.nova-2-lite-v1:0")
    engine = bedrock.open_engine("us.amazon.nova-2-lite-v1:0", {"concurrency": 1})
    prompt = Prompt("a", ({"role": "user", "content": "12+30"},), "42", {}, 1)
    asked = {"modelId": ANY, "messages": ANY, "inferenceConfig": ANY, "outputConfig": ANY}
    with Stubber(engine._client) as stub:
        for verdict in ("correct", "incorrect", "perhaps"):
            stub.add_response("converse", said(json.dumps({"answer": verdict})), asked)
        found = answers(judge, engine, prompt, ["42", "43", "?"])
        stub.assert_no_pending_responses()
    assert [one.label for one in found[:2]] == ["correct", "incorrect"]
    assert [one.value for one in found[:2]] == [1.0, 0.0]
    assert (found[2].value, found[2].reason) == (None, "invalid")
    assert (found[0].prompt_tokens, found[0].completion_tokens) == (150, 3)


def said(text):
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 150, "outputTokens": 3, "totalTokens": 153},
        "metrics": {"latencyMs": 5},
    }
