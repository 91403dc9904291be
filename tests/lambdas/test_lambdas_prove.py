"""Every ready reward packages to the same bytes twice, without a warning, and AWS's runtime client proves it."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from rewardlab.aws.prove import execution
from rewardlab.aws.prove.summary import python_here
from rewardlab.packages.target import find_target, is_this_machine
from rewardlab.readers.generations import read_generations
from rewardlab.readers.prompts import read_prompts
from tests.lambdas.conftest import FOLDER, NAMES
from tests.lambdas.test_lambdas import CREDENTIALS, expert

pytestmark = pytest.mark.process

#: These take seconds for each invocation or each start.
SLOW = {"code_tests", "symbolic_math"}
EACH = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.bank] if name in SLOW else []) for name in NAMES]
)


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Fewer starts and repeats than a person waits for."""
    monkeypatch.setattr(execution, "PROCESSES", 1)
    monkeypatch.setattr(execution, "WARM", 1)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    """A package index without a network: the wheels that the rewards pin, packed again from what is installed here."""
    if not is_this_machine(find_target(python_here())):
        pytest.skip("compiled modules installed here are not for Lambda")
    folder = tmp_path_factory.mktemp("wheels")
    pins = [line for path in FOLDER.glob("*/requirements.txt") for line in path.read_text().split()]
    for name, _, version in (pin.partition("==") for pin in pins):
        held = metadata.distribution(name.partition("[")[0])
        assert held.version == version, f"{name} {held.version} is installed, the reward pins {version}"
        repack(held, folder)
    return folder


def repack(held: metadata.Distribution, folder: Path) -> None:
    """The installed files as a wheel; scripts and compiled caches are no part of one."""
    files = {str(file): Path(file.locate()) for file in held.files or () if is_packed(str(file))}
    bodies = {name: path.read_bytes() for name, path in files.items()}
    info = next(name.partition("/")[0] for name in bodies if name.endswith(".dist-info/WHEEL"))
    tags = [line.removeprefix("Tag: ") for line in held.read_text("WHEEL").splitlines() if line.startswith("Tag: ")]
    tag = "-".join(".".join(dict.fromkeys(parts)) for parts in zip(*(tag.split("-") for tag in tags), strict=True))
    record = "".join(f"{name},sha256={digest(body)},{len(body)}\n" for name, body in bodies.items())
    with zipfile.ZipFile(folder / f"{info.removesuffix('.dist-info')}-{tag}.whl", "w") as wheel:
        for name, body in bodies.items():
            wheel.writestr(name, body)
        wheel.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")


def is_packed(name: str) -> bool:
    made_here = ("/RECORD", "/INSTALLER", "/REQUESTED", "/direct_url.json", ".pyc")
    return not name.startswith(("..", "/")) and not name.endswith(made_here)


def digest(body: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body).digest()).rstrip(b"=").decode()


@pytest.fixture
def packaged(run, wheels, monkeypatch, tmp_path):
    """Package a folder's reward; the zip and the JSON report."""
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))

    def package(name, out="reward.zip"):
        path = tmp_path / out
        arguments = ["-o", path, "--python", python_here(), "--format", "json"]
        code, text, error = run("package", FOLDER / name / "reward.py", *arguments)
        assert code == 0, error
        return path, json.loads(text)

    return package


@pytest.fixture
def prove(run, tmp_path):
    """Prove a zip with the folder's own generations; the exit code and the JSON report as text."""

    def prove(path, name, *options):
        where = tmp_path / "proof.json"
        model = f"recorded:{FOLDER / name / 'generations.jsonl'}"
        arguments = ["--model", model, "--format", "json", "--output", where, *options]
        code, _, error = run("prove", path, FOLDER / name / "prompts.jsonl", *arguments)
        return code, where.read_text() if where.exists() else error

    return prove


def given_credentials(monkeypatch):
    for name in ("AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@EACH
def test_two_packages_are_the_same_bytes_and_the_runtime_client_scores_as_the_audit(name, packaged, prove, monkeypatch):
    path, report = packaged(name)
    _, again = packaged(name, "again.zip")
    assert report["sha256"] == again["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert report["findings"] == []
    samples = len(read_generations(FOLDER / name / "generations.jsonl"))
    if name != "llm_judge":
        code, text = prove(path, name)
    else:
        given_credentials(monkeypatch)
        for address in expert(FOLDER / name / "prompts.jsonl"):
            endpoint = f"AWS_ENDPOINT_URL_BEDROCK_RUNTIME={address}"
            code, text = prove(path, name, "--credentials", "--env", endpoint)
    proof = json.loads(text)
    assert (code, proof["verdict"], proof["failures"], proof["differences"]) == (0, "proven", [], [])
    assert proof["scores"]["equal"] == proof["scores"]["samples"] == samples
    assert proof["scores"]["both_unscored"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_has_right_and_wrong_generations_of_every_prompt(name):
    ids = {prompt.id for prompt in read_prompts(FOLDER / name / "prompts.jsonl")}
    texts = {}
    for one in read_generations(FOLDER / name / "generations.jsonl"):
        texts.setdefault(one.prompt_id, set()).add(one.text)
    assert set(texts) == ids
    assert all(len(held) >= 2 for held in texts.values())


def test_without_credentials_the_judge_says_what_to_do(packaged, prove, monkeypatch):
    given_credentials(monkeypatch)
    path, _ = packaged("llm_judge")
    code, text = prove(path, "llm_judge")
    proof = json.loads(text)
    assert (code, proof["verdict"]) == (1, "failed")
    assert any("--credentials hands over" in notice for notice in proof["notices"])
