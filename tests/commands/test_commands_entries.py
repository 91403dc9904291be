"""Several functions of one file, their weights and added arguments, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rewardlab.packages.manifest import read_manifest
from rewardlab.packages.target import python_here

pytestmark = pytest.mark.process

REWARD = """
import asyncio
_limit = asyncio.Semaphore(1)

async def accuracy(completions, reference_answer, **kwargs):
    async with _limit:  # made at import: with a loop for each batch it would break at the second
        await asyncio.sleep(0)
        return [float(c[0]["content"].strip() == r) for c, r in zip(completions, reference_answer)]

def form(completions, **kwargs):
    return [1.0 if c[0]["content"].strip() else None for c in completions]

def brevity(completions, most=10, **kwargs):
    return [max(0.0, 1 - len(c[0]["content"]) / most) for c in completions]
"""


@pytest.fixture
def task(write_lines, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    prompts = [
        {"id": f"p{k}", "messages": [{"role": "user", "content": f"{k} + 7?"}], "reference_answer": str(k + 7)}
        for k in range(40)
    ]
    recorded = [
        {"prompt_id": f"p{k}", "index": n, "text": str(k + 7) if (n + k) % 2 else "nothing"}
        for k in range(40)
        for n in range(4)
    ]
    write_lines("prompts.jsonl", prompts)
    write_lines("recorded.jsonl", recorded)
    Path("reward.py").write_text(REWARD)


@pytest.fixture
def audit(run, task):
    def call(*options, reward="reward.py", out="run"):
        model = ("--model", "recorded:recorded.jsonl", "--out", out, "-q", "--format", "json")
        code, text, err = run("audit", reward, "prompts.jsonl", *model, *options)
        return code, json.loads(text) if text else None, err

    return call


def parts_of(report):
    return {one["name"]: (one["weight"], round(one["mean"], 3)) for one in report["reward"]["components"]}


SUM = {"accuracy": (1.0, 0.5), "form": (0.2, 1.0), "brevity": (0.1, 0.558)}


@pytest.mark.parametrize(
    "options",
    [
        ("--entry", "accuracy,form,brevity", "--weights", "1,0.2,0.1"),
        ("--entry", "accuracy", "--entry", "form", "--entry", "brevity", "--weights", "1, 0.2, 0.1"),
    ],
)
def test_several_names_are_audited_as_their_weighted_sum(run, audit, options):
    _, report, err = audit(*options)
    assert err == ""
    assert (report["reward"]["entry"], report["reward"]["kind"]) == ("accuracy,form,brevity", "trl")
    assert {name: weight for name, (weight, _) in parts_of(report).items()} == {
        "accuracy": 1,
        "form": 0.2,
        "brevity": 0.1,
    }
    assert parts_of(report)["accuracy"][1] == 0.5
    dominant = {one["name"]: (one["dominant"], one["dead"]) for one in report["reward"]["components"]}
    assert dominant == {"accuracy": (True, False), "form": (False, True), "brevity": (False, False)}
    _, text, _ = run("report", "run")
    assert "components  weight   mean  of spread  groups of" in text
    assert "dead: it never differs" in text


def test_the_settings_file_takes_lists_and_the_reward_file_its_own_names(audit):
    Path("rewardlab.toml").write_text('entry = ["accuracy", "form", "brevity"]\nweights = [1, 0.2, 0.1]\n')
    _, of_settings, _ = audit()
    Path("rewardlab.toml").unlink()
    Path("reward.py").write_text(
        f"{REWARD}\nreward_funcs = [accuracy, form, brevity]\nreward_weights = [1.0, 0.2, 0.1]\n"
    )
    _, of_file, _ = audit(out="other")
    assert of_settings["reward"]["components"] == of_file["reward"]["components"]
    assert of_settings["baseline"]["accuracy"] == of_file["baseline"]["accuracy"]


def test_arguments_are_added_and_the_settings_file_has_a_table_of_them(audit):
    options = ("--entry", "accuracy,brevity", "--weights", "1,1")
    _, plain, _ = audit(*options)
    _, given, _ = audit(*options, "--reward-kwargs", "most=1000", out="other")
    assert parts_of(given)["brevity"] > parts_of(plain)["brevity"]
    Path("rewardlab.toml").write_text("[reward_kwargs]\nmost = 1000\n")
    _, of_file, _ = audit(*options, out="third")
    assert parts_of(of_file) == parts_of(given)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--entry", "accuracy,form", "--weights", "1"), "weights do not match the 2 functions: 1 weights for"),
        (("--entry", "accuracy,accuracy"), "--entry: accuracy is named twice"),
        (("--weights", "1,x"), "--weights"),
        (("--entry", "form", "--reward-kwargs", "most"), "--reward-kwargs: 'most' is no option"),
        (("--entry", "accuracy", "--reward-kwargs", "least=1"), ""),
        ((), "--entry accuracy,form,brevity --weights 1,1,1"),
        (("--entry", "acuracy"), "defines no function 'acuracy'; it defines accuracy, form, brevity"),
    ],
)
def test_what_does_not_fit_is_told(audit, options, message):
    code, report, err = audit(*options)
    if not message:  # **kwargs takes whatever is added
        assert report is not None
        return
    assert code == 2
    assert message in err


def test_a_package_holds_the_sum_and_gives_what_its_file_gave(run, audit, task):
    options = ("--entry", "accuracy,form,brevity", "--weights", "1,0.2,0.1", "--reward-kwargs", "most=100")
    code, _, err = run("package", "reward.py", "-o", "reward.zip", "--python", python_here(), *options)
    assert code == 0, err
    manifest = read_manifest(Path("reward.zip"))
    assert (manifest.entry, manifest.weights) == ("accuracy,form,brevity", (1.0, 0.2, 0.1))
    assert manifest.arguments == {"most": 100}
    _, of_file, _ = audit(*options)
    _, of_zip, err = audit(reward="reward.zip", out="zip")
    assert err == ""
    assert of_zip["reward"]["components"] == of_file["reward"]["components"]
    code, text, err = run("prove", "reward.zip", "--run", "zip")
    assert code == 0, text + err


def test_a_file_without_a_reward_is_told_what_was_seen_with_lines_to_copy(run, task):
    Path("reward.py").write_text("from math import sqrt\ndef compare(a, b): return float(a == b)\n")
    code, _, err = run("check", "reward.py", "prompts.jsonl")
    assert code == 2
    assert "seen and passed over: compare (takes a, b); sqrt (takes x, imported)" in err
    lines = "def score(completion, reference):\n        return compare(completion, reference)\n"
    assert lines in err
    Path("reward.py").write_text(Path("reward.py").read_text() + lines)
    assert run("check", "reward.py", "prompts.jsonl")[0] in {0, 1}


def test_weights_of_the_settings_file_or_of_a_run_are_not_for_functions_named_anew(run, audit):
    Path("rewardlab.toml").write_text('entry = ["accuracy", "form", "brevity"]\nweights = [1, 0.2, 0.1]\n')
    _, report, err = audit()
    assert (err, len(report["reward"]["components"])) == ("", 3)
    _, report, err = audit("--entry", "accuracy", out="other")
    assert (err, report["reward"]["components"]) == ("", [])
    _, text, err = run("score", "run", "reward.py", "--entry", "accuracy,form", "-q", "--format", "json")
    assert err == ""
    assert [one["weight"] for one in json.loads(text)["reward"]["components"]] == [1.0, 1.0]
