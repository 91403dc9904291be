"""Every ready reward is clean on every platform, reads every shape, and loses a bad sample alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rewardlab.auditing.examination import check
from rewardlab.platforms import PLATFORMS
from rewardlab.readers.prompts import read_prompts
from rewardlab.rewards.code.shim import find_entry, invoke
from rewardlab.rewards.events.event import encode_event, sample_parts
from rewardlab.task import Generation
from tests.lambdas.conftest import FOLDER, NAMES, module_of
from tests.lambdas.converse_server import converse_server

pytestmark = pytest.mark.process

#: Speed is this machine's and its neighbours'; the READMEs of code_tests, llm_judge and symbolic_math own up to theirs.
OF_THE_MACHINE = {"RL204"}
#: These take many seconds for each platform.
SLOW = {"llm_judge", "symbolic_math"}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "us-east-1"}


def expert(prompts: Path) -> Iterator[str]:
    """A judge that knows the references by heart: 5 for a question's own, 1 for all else."""
    known = {prompt.messages[-1]["content"]: same(prompt.reference) for prompt in read_prompts(prompts)}

    def say(text: str) -> str:
        question = re.search(r"<request>\n(.*?)\n</request>", text, re.DOTALL)
        response = re.search(r"<(response_\w+)>\n(.*)\n</\1>", text, re.DOTALL)
        assert question is not None
        assert response is not None
        return json.dumps({"reason": "known", "verdict": "5" if same(response[2]) == known[question[1]] else "1"})

    with converse_server(say) as address:
        yield address


def same(text: str) -> str:
    return " ".join(text.split()).casefold()


@pytest.fixture(scope="module")
def bedrock() -> Iterator[str]:
    yield from expert(FOLDER / "llm_judge" / "prompts.jsonl")


@pytest.fixture
def environment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    """The variables that the reward needs, set; the judge's endpoint is on this machine."""
    if request.node.callspec.params["name"] != "llm_judge":
        return ()
    variables = {**CREDENTIALS, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": request.getfixturevalue("bedrock")}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return tuple(variables)


#: What asks a judge, over the network.
DIALS = {"llm_judge"}


def is_quick(name: str, platform: str) -> bool:
    """Whether an everyday run asks for it: every fast reward once, and one reward on every platform."""
    return name not in SLOW and (platform == "smtj" or name == "exact_match")


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        pytest.param(name, platform, marks=[] if is_quick(name, platform) else pytest.mark.bank)
        for name in NAMES
        for platform in PLATFORMS
    ],
)
def test_check_finds_nothing_to_mend_on_any_platform(name, platform, environment):
    module_of(name)  # skips where a requirement is missing
    report = check(FOLDER / name / "reward.py", platform=platform, reward_env=environment, reward_network=name in DIALS)
    found = {part.code for part in report.findings if part.severity != "note"} - OF_THE_MACHINE
    assert report.verdict == "pass"
    assert not found, [(part.code, part.evidence) for part in report.findings]


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=lambda platform: platform.name)
@pytest.mark.parametrize("name", NAMES)
def test_every_shape_is_read_and_a_bad_sample_costs_itself_only(name, platform, environment):
    entry = find_entry(module_of(name))
    prompts = read_prompts(FOLDER / name / "prompts.jsonl")[:3]
    answers = [Generation(prompt.id, 0, answer_to(name, prompt.reference)) for prompt in prompts]
    for shape in platform.shapes:
        rows = [sample_parts(prompt, platform, shape=shape) for prompt in prompts]
        event = json.loads(encode_event(zip(rows, answers, strict=True)))
        bad = {key: value for key, value in event[0].items() if key not in {"reference_answer", "metadata", "criteria"}}
        results = invoke(entry, [event[0], {**bad, "id": "bad"}, *event[1:]], None)
        assert [result["id"] for result in results] == [event[0]["id"], "bad", event[1]["id"], event[2]["id"]]
        assert results.pop(1)["unscored"][0] == "raised"
        assert [result["aggregate_reward_score"] for result in results] == [1.0] * 3


def answer_to(name, reference):
    """A right answer in the form that the prompt asks for."""
    if name == "code_tests":
        return SOLUTIONS[re.findall(r"(\w+)\(", reference)[0]]
    text = reference if isinstance(reference, str) else json.dumps(reference)
    return {
        "numeric": f"\\boxed{{{text}}}",
        "symbolic_math": f"\\boxed{{{text}}}",
        "multiple_choice": f"Answer: {text}",
        "composite": f"<think>three plain words</think><answer>{text}</answer>",
    }.get(name, text)


SOLUTIONS = {
    "add": "def add(a, b): return a + b",
    "is_palindrome": (
        "def is_palindrome(text):\n    plain = text.replace(' ', '').lower()\n    return plain == plain[::-1]"
    ),
    "flatten": (
        "def flatten(items):\n"
        "    return [x for item in items for x in (flatten(item) if isinstance(item, list) else [item])]"
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_each_folder_says_what_it_is(name):
    readme = (FOLDER / name / "README.md").read_text()
    for part in ("## What it scores", "## When to use it", "## What it does not catch", "## Audit and package it"):
        assert part in readme
    assert 8 <= len(read_prompts(FOLDER / name / "prompts.jsonl")) <= 30
    assert f"| [{name}]({name}/README.md) |" in (FOLDER / "README.md").read_text()


@pytest.mark.parametrize("name", sorted({"symbolic_math", "llm_judge", "json_schema"}))
def test_a_missing_requirement_says_what_to_do(name, tmp_path):
    """In a Python without it: -S leaves out every installed package."""
    import subprocess
    import sys

    code = f"import sys; sys.path.insert(0, {str(FOLDER / name)!r}); import reward"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search(r"ImportError: \S+ is missing: .*pip install", done.stderr)
