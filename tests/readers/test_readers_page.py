"""docs/readers.md names every format, and each version that its table tells wrote a file that a test reads."""

from __future__ import annotations

import json
import re
from pathlib import Path

from rewardlab.readers.columns import LOG_NAMES, PROMPT_NAMES
from rewardlab.readers.kinds import LOGS, PROMPTS, RECORDED

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "readers.md").read_text()


def test_the_tables_hold_every_format():
    named = re.findall(r"^\| (`[a-z0-9-]+`(?:, `[a-z0-9-]+`)*) \|", PAGE, re.MULTILINE)
    assert {name for cell in named for name in re.findall(r"`([a-z0-9-]+)`", cell)} - {"--from"} == {
        *PROMPTS,
        *LOGS,
        RECORDED,
    }


def test_the_page_names_each_name_of_ours():
    assert all(re.search(rf"\b{name}\b", PAGE) for name in {*PROMPT_NAMES, *LOG_NAMES})


def test_each_version_in_the_tables_wrote_a_file():
    told = json.loads((ROOT / "fixtures" / "readers" / "written" / "versions.json").read_text())
    wrote = {
        re.sub(r"\[.*\]|-cpu", "", package).replace("@", "==") for one in told.values() for package in one["packages"]
    }
    names = "datasets|trl|verl|verifiers|inspect-ai|lm-eval|nemo-gym|promptfoo|vllm|crfm-helm"
    in_page = {f"{name}=={version}" for name, version in re.findall(rf"\b({names}) (\d+\.\d+\.\d+)", PAGE)}
    assert in_page <= wrote
    assert {one.partition("==")[0] for one in in_page} == set(names.split("|"))
