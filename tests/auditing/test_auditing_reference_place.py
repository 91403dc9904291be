"""On platforms whose pages and samples disagree, the reference is sent where the handler reads it."""

from __future__ import annotations

import json

import pytest

import rewardlab
from rewardlab.auditing.examination import worker_of
from rewardlab.auditing.reference_place import settle
from rewardlab.platforms import PLATFORMS
from rewardlab.runs.directory import Run
from rewardlab.settings.audit import Settings
from tests.probes.reward.code_subject import PROMPTS, SOUND, handler

pytestmark = pytest.mark.process

TOP = "float(str(s['reference_answer']) == s['messages'][-1]['content'])"
SOFT = "float(s.get('reference_answer') == s['messages'][-1]['content'])"
METADATA = "float(str(s['metadata']['reference_answer']) == s['messages'][-1]['content'])"
LAST = "float(s['messages'][-1]['content'].split()[-1:] == [str(s['reference_answer'])])"

#: No made-up answer has this format: the scores do not tell where the reference is read.
STRICT = "float(s['messages'][-1]['content'] == '§§' + str(REFERENCE))"
TOP_GET = STRICT.replace("REFERENCE", "s.get('reference_answer')")
METADATA_GET = STRICT.replace("REFERENCE", "(s.get('metadata') or dict()).get('reference_answer')")
EITHER_GET = STRICT.replace("REFERENCE", "(s.get('reference_answer') or s['metadata'].get('reference_answer'))")


@pytest.mark.parametrize(
    ("platform", "code", "place"),
    [
        ("bedrock", handler(f"return {TOP}"), "top"),
        ("bedrock", handler(f"return {SOFT}"), "top"),
        ("bedrock", handler(f"return {LAST}"), "top"),
        ("hyperpod", handler(f"return {TOP}"), "top"),
        ("bedrock", handler(f"return {METADATA}"), "metadata"),
        ("bedrock", SOUND, "metadata"),
        ("bedrock", handler("return 1.0"), "metadata"),
        ("bedrock", handler(f"return {TOP_GET}"), "top"),
        ("bedrock", handler(f"return {METADATA_GET}"), "metadata"),
        ("bedrock", handler(f"return {EITHER_GET}"), "metadata"),
        ("serverless-oss", handler(f"return {METADATA_GET}"), "metadata"),
        ("bedrock", handler("return 1 / 0"), "metadata"),
        ("bedrock", "def score(completion, reference): return 1.0", "metadata"),
        ("smtj", handler(f"return {TOP}"), "top"),
    ],
)
def test_the_first_shape_is_the_one_that_is_read_and_else_the_documented_one(tmp_path, platform, code, place):
    reward = tmp_path / "reward.py"
    reward.write_text(code)
    settings = Settings(platform=platform)
    worker = worker_of(reward, settings, log=tmp_path / "log")
    profile = settle(worker, PROMPTS, settings).profile
    assert profile.shape.reference == place
    assert set(profile.shapes) == set(PLATFORMS[platform].shapes)


ROWS = [
    {"id": f"p{k}", "messages": [{"role": "user", "content": f"{k} + 7?"}], "reference_answer": str(k + 7)}
    for k in range(100)
]


def test_an_audit_goes_on_in_the_place_that_is_read_and_warns_of_the_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reward.py").write_text(handler(f"return {SOFT}"))
    (tmp_path / "prompts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    made = [
        {"prompt_id": row["id"], "index": n, "text": row["reference_answer"] if (n + k) % 3 else "no"}
        for k, row in enumerate(ROWS)
        for n in range(4)
    ]
    (tmp_path / "made.jsonl").write_text("".join(json.dumps(one) + "\n" for one in made))
    report = rewardlab.audit("reward.py", "prompts.jsonl", model="recorded:made.jsonl", platform="bedrock", out="run")
    assert report.reward.outcomes.scored == 400
    assert report.baseline.accuracy.estimate == pytest.approx(2 / 3, abs=0.01)
    (finding,) = [one for one in report.findings if one.code == "RL107"]
    assert finding.severity == "warning"
    assert 'sample["metadata"]["reference_answer"] or sample["reference_answer"]' in finding.remedy
    with Run.open(tmp_path / "run") as run:
        assert run.manifest.rewards[-1].place == "top"
    (check,) = [
        one for one in rewardlab.check("reward.py", "prompts.jsonl", platform="bedrock").findings if one.code == "RL107"
    ]
    assert check.severity == "warning"
