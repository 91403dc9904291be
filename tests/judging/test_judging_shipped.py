"""The judges that come with rewardlab: each can be asked, and an installed wheel has them all."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from rewardlab.judging.definition import load_judge, shipped_judges
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.placeholder import PLACEHOLDER
from rewardlab.judging.template import messages_of

ROOT = Path(__file__).parents[2]
NAMES = {
    "code_review", "correctness", "faithfulness", "format_compliance", "helpfulness", "instruction_following",
    "math_equivalence", "pairwise", "rubric", "safety",
}  # fmt: skip


def test_all_of_them():
    assert set(shipped_judges()) == NAMES == {path.stem for path in (ROOT / "judges").glob("*.txt")}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_judge_shows_all_it_needs_and_describes_its_scale(name, prompt):
    judge = load_judge(name)
    (message,) = messages_of(judge, Exhibit(prompt, "RESPONSE", "OTHER"))
    assert "RESPONSE" in message["content"]
    assert not PLACEHOLDER.search(message["content"])
    assert judge.description
    for label in judge.scale.labels:
        assert f"\n- {label}: " in judge.template or f"\n{label}: " in judge.template, label


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_prompt_is_short_and_its_constant_part_comes_first(name):
    template = load_judge(name).template
    head = template[: PLACEHOLDER.search(template).start()]
    assert len(head) > 0.75 * len(template)
    assert len(template.split()) < 300
    assert "length" in head.lower()
    assert "data" in head


def test_the_list_names_each(prompt):
    page = (ROOT / "judges" / "README.md").read_text()
    assert all(f"| `{name}` |" in page for name in NAMES)


def test_a_wheel_brings_them(tmp_path):
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    installed = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(installed)
    code = "from rewardlab.judging import definition as d; "
    code += "print(d.__file__, *d.shipped_judges(), d.load_judge('safety').source)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    file, *names, source = done.stdout.split()
    assert file.startswith(str(installed))
    assert set(names) == NAMES
    assert source == str(installed / "rewardlab" / "judges" / "safety.toml")
