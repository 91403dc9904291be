"""A real model as a judge, through vLLM: held to its labels, told apart from what it cannot read, loaded once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import rewardlab
from rewardlab.judging.asking import Ask, ModelJudge, put
from rewardlab.judging.definition import load_judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.panel import ratings_of_panel
from rewardlab.probes.reward import returns
from rewardlab.runs.directory import Run
from rewardlab.runs.manifest import read_manifest
from tests.conftest import groups_of

pytestmark = pytest.mark.engine


@pytest.fixture
def definition(tmp_path, arithmetic):
    """The example's best arithmetician, made to say 0 or 1 of a response."""
    (tmp_path / "sums.txt").write_text("{reference}\n{response}")
    path = tmp_path / "sums.toml"
    model = arithmetic / "models" / "above"
    path.write_text(
        f'kind = "boolean"\nlabels = ["0", "1"]\nmodel = "vllm:{model}"\n[price]\nprompt = 1\ncompletion = 2\n'
    )
    return path


def test_a_model_is_held_to_the_labels_and_tells_how_sure_it_is(definition, vllm_engine, arithmetic_prompts):
    judge = load_judge(str(definition))
    texts = ["42", "7", "9" * 60, "42"]
    asks = [Ask(Exhibit(arithmetic_prompts[0], text), "a", index) for index, text in enumerate(texts)]
    expected, answers = put(ModelJudge(judge, lambda: vllm_engine), asks, {})
    found = {one.place[1]: one for group in answers for one in group}
    assert expected == len(found) == 4
    assert {found[0].label, found[1].label} <= {"0", "1"}
    assert found[0].value == float(found[0].label)
    assert 0 < found[0].expected < 1
    assert (found[0].expected >= 0.5) == (found[0].value == 1)
    assert found[0].prompt_tokens > 20
    assert found[2].reason == "too_long"
    assert (found[3].value, found[3].seconds) == (found[0].value, None)


def test_an_audit_loads_a_judges_model_once_and_not_again(definition, task_of, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rewardlab.probes.reward.PROBES", (returns.ask,))
    task = task_of(groups_of({2: 20, 4: 20}))
    other = definition.with_name("strict.toml")
    other.write_text(definition.read_text())
    definition.with_name("strict.txt").write_text("{question}{reference}\n{response}")
    arguments = {"model": f"recorded:{task['recorded']}", "out": "run", "judge": [str(definition), str(other)]}
    rewardlab.audit(task["reward"], task["prompts"], **arguments)
    with Run.open(Path("run")) as run:
        panel = ratings_of_panel(run, [prompt.id for prompt in run.prompts()], np.ones((40, 8), bool))
        versions = [dict(record.versions) for record in run.manifest.judges]
    assert [one.judge.name for one in panel] == ["sums", "strict"]
    assert all(np.isfinite(one.values).all() for one in panel)
    assert panel[0].usage.cost == pytest.approx(
        (panel[0].usage.prompt_tokens + 2 * panel[0].usage.completion_tokens) / 1e6
    )
    assert "vllm" in versions[0] and versions[0] == versions[1]  # noqa: PT018 - one fact
    monkeypatch.setattr("rewardlab.judging.panel.open_engine", None)
    rewardlab.audit(task["reward"], task["prompts"], **arguments)
    assert read_manifest(Path("run")).finished
