"""A package as a whole: what is in it, that it runs, that it is the same twice, what forbids it."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import rewardlab
from rewardlab.aws.package import deployable
from rewardlab.aws.package.bundle import Bundle, Choices, build
from rewardlab.aws.package.shipped import MODULES
from rewardlab.errors import UsageError
from rewardlab.packages.manifest import read_manifest
from rewardlab.packages.target import Target, python_here, way_to
from rewardlab.platforms import LambdaLimits, find_platform
from rewardlab.runs.directory import sha256_of

pytestmark = pytest.mark.process

TARGET = Target("3.12", "x86_64")
SAMPLE = {
    "id": "a",
    "messages": [{"role": "user", "content": "6*7"}, {"role": "assistant", "content": "42"}],
    "reference_answer": "42",
}


@pytest.fixture
def packaged(tmp_path):
    """Package a reward with these choices."""

    def make(reward: Path, *, platform: str = "smtj", target: Target = TARGET, **choices) -> Bundle:
        chosen = Choices(**choices)
        return build(reward, tmp_path / "out.zip", platform=find_platform(platform), target=target, choices=chosen)

    return make


def causes(bundle, severity="blocker"):
    return [one.evidence["cause"] for one in bundle.findings if one.severity == severity]


def names(path):
    with zipfile.ZipFile(path) as made:
        return made.namelist()


def invoked(*folders, event, code="", python=sys.executable):
    """What the handler in the first folder returns, in an interpreter that knows nothing of this checkout."""
    program = f"import json, sys; import lambda_function as f; {code}\n"
    program += "r = f.lambda_handler(json.loads(sys.argv[1]), None); print(json.dumps(r))"
    command = [python, "-S", "-c", program, json.dumps(event)]
    path = ":".join(map(str, folders))
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": path}, check=False)
    assert done.returncode == 0, done.stderr
    log, returned = done.stdout.splitlines()
    return json.loads(log), json.loads(returned)


def unpacked(path, folder):
    with zipfile.ZipFile(path) as made:
        made.extractall(folder)
    return folder


def test_a_package_holds_the_reward_the_shim_and_nothing_else(project, packaged):
    bundle = packaged(project(**{"notes.md": "", "other.py": ""}))
    shim = [f"rewardlab/rewards/{name.replace('.', '/')}.py" for name in MODULES]
    shim += [f"rewardlab/rewards/{folder}__init__.py" for folder in ("", "events/", "trainers/", "code/")]
    fixed = ["lambda_function.py", "reward.py", "rewardlab-manifest.json", "rewardlab/__init__.py"]
    assert names(bundle.path) == sorted([*fixed, *shim])
    assert bundle.findings == ()


def test_the_shim_is_byte_for_byte_what_the_audits_worker_runs(project, packaged, tmp_path):
    folder = unpacked(packaged(project()).path, tmp_path / "zip")
    for name in MODULES:
        file = Path("rewards", *name.split(".")).with_suffix(".py")
        assert (folder / "rewardlab" / file).read_bytes() == (Path(rewardlab.__file__).parent / file).read_bytes()


def test_twice_gives_one_digest_and_the_manifest_inside_is_the_bundles(project, packaged, tmp_path):
    first = packaged(project())
    kept = first.path.read_bytes()
    elsewhere = tmp_path / "elsewhere" / "reward.py"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes((tmp_path / "project" / "reward.py").read_bytes())
    elsewhere.chmod(0o700)
    second = packaged(elsewhere)
    assert first.sha256 == second.sha256 == sha256_of(first.path)
    assert second.path.read_bytes() == kept
    assert read_manifest(first.path) == first.manifest
    assert first.manifest.source_sha256 == sha256_of(elsewhere)
    assert str(tmp_path).encode() not in kept


def test_the_handler_in_the_zip_answers_as_the_platform_wants(project, packaged, tmp_path):
    bundle = packaged(project(), platform="serverless-oss")
    log, returned = invoked(unpacked(bundle.path, tmp_path / "zip"), event=[SAMPLE])
    assert json.loads(returned["body"]) == [{"id": "a", "aggregate_reward_score": 1.0, "metrics_list": []}]
    assert (log["samples"], log["scored"], log["cold"]) == (1, 1, True)


MEETING = """
import asyncio
_here, _all_here, _limit = [], asyncio.Event(), asyncio.Semaphore(8)
async def score(completion, reference):
    async with _limit:
        _here.append(1)
        if len(_here) >= 8: _all_here.set()
        await asyncio.wait_for(_all_here.wait(), 30)
        if completion == "bad": raise KeyError("x")
        return 1.0
"""


def test_the_handler_in_the_zip_awaits_a_batch_at_once_and_each_sample_fails_for_itself(project, packaged, tmp_path):
    """Each of eight calls waits for the others."""
    bundle = packaged(project(MEETING), on_failure=-1.0)
    texts = ["42"] * 5 + ["bad"] + ["42"] * 2
    event = [
        {**SAMPLE, "id": str(number), "messages": [SAMPLE["messages"][0], {"role": "assistant", "content": text}]}
        for number, text in enumerate(texts)
    ]
    log, returned = invoked(unpacked(bundle.path, tmp_path / "zip"), event=event)
    assert [one["aggregate_reward_score"] for one in returned] == [1.0] * 5 + [-1.0] + [1.0] * 2
    assert [one["detail"] for one in log["failures"]] == ["KeyError: 'x' (reward.py:9)"]


def test_a_reward_called_lambda_function_keeps_its_code_under_another_name(project, packaged, tmp_path):
    one = "{'id': s['id'], 'aggregate_reward_score': 1}"
    code = f"def lambda_handler(event, context):\n    return [{one} for s in event]\n"
    bundle = packaged(project(code, name="lambda_function.py"))
    assert bundle.manifest.reward == "lambda_function_reward.py"
    assert invoked(unpacked(bundle.path, tmp_path / "zip"), event=[SAMPLE])[1][0]["aggregate_reward_score"] == 1
    clashing = packaged(project("import a\n" + code, name="lambda_function.py", **{"a.py": "import lambda_function"}))
    assert causes(clashing) == ["name_taken"]


def test_dependencies_lie_at_the_root_or_in_the_layer(project, packaged, index, tmp_path):
    index("tiny", "1.5", requires=("deep",))
    index("deep", "2.0", files={"deep.py": "value = 1.0", "deep-2.0.data/scripts/deep": "#!python"})
    reward = project(
        "import tiny, deep\ndef score(c, r): return deep.value\n",
        **{"requirements.txt": "Tiny==1.5\n", "tests/test_a.py": ""},
    )
    whole = packaged(reward)
    assert {"tiny/__init__.py", "deep.py", "tiny-1.5.dist-info/METADATA"} <= set(names(whole.path))
    assert not any("scripts" in name for name in names(whole.path))
    assert whole.manifest.requirements == ("deep==2.0", "tiny==1.5")
    assert causes(whole, "note") == ["not_pinned"]
    assert causes(whole, "warning") == ["not_loaded_here"]

    split = packaged(reward, layer=tmp_path / "layer.zip")
    assert not any("tiny" in name for name in names(split.path))
    assert "python/tiny/__init__.py" in names(tmp_path / "layer.zip")
    assert split.manifest.layer.sha256 == sha256_of(tmp_path / "layer.zip")
    assert sorted(split.manifest.files) == sorted(set(names(split.path)) - {"rewardlab-manifest.json"})
    function, layer = unpacked(split.path, tmp_path / "f"), unpacked(tmp_path / "layer.zip", tmp_path / "l")
    assert invoked(function, layer / "python", event=[SAMPLE])[1][0]["aggregate_reward_score"] == 1.0


def test_a_container_is_written_with_everything_and_not_built(project, packaged, tmp_path):
    folder = tmp_path / "image"
    bundle = packaged(project(), container=folder, target=Target("3.13", "arm64"))
    assert (bundle.path, bundle.container) == (None, folder)
    assert (folder / "Dockerfile").read_text().splitlines()[1:] == [
        "FROM public.ecr.aws/lambda/python:3.13",
        "COPY app/ ${LAMBDA_TASK_ROOT}/",
        'CMD ["lambda_function.lambda_handler"]',
    ]
    assert invoked(folder / "app", event=[SAMPLE])[1][0]["id"] == "a"
    with pytest.raises(UsageError, match="not empty"):
        packaged(project(), container=folder)


def test_data_files_that_the_inline_metadata_names_travel(project, packaged):
    block = "# /// script\n# [tool.rewardlab]\n# include = ['rubric.txt']\n# ///\n"
    code = block + "TEXT = open('rubric.txt').read()\ndef score(c, r): return 1\n"
    bundle = packaged(project(code, **{"rubric.txt": "be fair"}))
    assert "rubric.txt" in bundle.manifest.files
    assert bundle.findings == ()


def test_a_link_to_a_reward_is_packaged_as_the_file_it_leads_to(project, packaged, tmp_path):
    reward = project("import helper\ndef score(c, r): return 1\n", **{"helper.py": ""})
    link = tmp_path / "link.py"
    link.symlink_to(reward)
    assert {"helper.py", "reward.py"} <= set(packaged(link).manifest.files)


def elf(machine):
    return b"\x7fELF\x02\x01" + bytes(12) + machine.to_bytes(2, "little") + bytes(44)


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("fast.so", elf(183), "fast.so (compiled for arm64)"),
        ("fast.so", elf(40), "fast.so (compiled for processor 40)"),
        ("fast.so", b"\xcf\xfa\xed\xfe" + bytes(60), "fast.so (compiled for macOS)"),
        ("fast.pyd", b"MZ" + bytes(60), "fast.pyd (compiled for Windows)"),
        ("fast.cpython-311-x86_64-linux-gnu.so", elf(62), "(compiled for Python 3.11)"),
    ],
)
def test_compiled_code_for_another_machine_blocks(project, packaged, name, body, told):
    bundle = packaged(project(**{name: body}), include=("fast*",))
    assert causes(bundle) == ["wrong_architecture"]
    assert told in bundle.findings[0].evidence["files"][0]


def test_compiled_code_for_the_target_passes(project, packaged):
    assert packaged(project(**{"a.cpython-312-x86_64-linux-gnu.so": elf(62)}), include=("*.so",)).path


def test_compiled_code_that_cannot_be_proven_here_is_a_note(project, packaged):
    other = "3.13" if python_here() != "3.13" else "3.12"
    reward = project(**{f"a.cpython-{other.replace('.', '')}-x86_64-linux-gnu.so": elf(62)})
    assert causes(packaged(reward, include=("*.so",), target=Target(other, "x86_64")), "note") == ["not_provable_here"]
    assert causes(packaged(project(), target=Target(other, "x86_64")), "note") == []


@pytest.mark.parametrize(
    ("known", "make"),
    [
        ({"python3.13", "uv"}, "(python3.13 -m venv proving && "),
        ({"uv"}, "(uv venv --seed --python 3.13 proving && "),
        (set(), "(python3.13 -m venv proving && "),
    ],
)
def test_the_way_to_another_python_names_the_commands(monkeypatch, known, make):
    monkeypatch.setattr("rewardlab.packages.target.python_here", lambda: "3.11")
    monkeypatch.setattr("rewardlab.packages.target.MACHINES", {"x86_64": platform.machine(), "arm64": "another"})
    monkeypatch.setattr("shutil.which", lambda name: name if name in known else None)
    way = way_to(Target("3.13", "x86_64"))
    assert make in way
    assert way.endswith(", or package for this one: rewardlab package --python 3.11")
    assert way_to(Target("3.13", "arm64")) == "run rewardlab in Python 3.13 on arm64 Linux"


def test_a_blocked_package_is_not_written_and_the_old_one_stays(project, packaged, tmp_path):
    (tmp_path / "out.zip").write_bytes(b"old")
    bundle = packaged(project(**{".env": "KEY=1"}), include=(".env",))
    assert causes(bundle) == ["secrets"]
    assert (bundle.path, bundle.sha256, bundle.size) == (None, None, None)
    assert (tmp_path / "out.zip").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("files", "choices", "cause"),
    [
        ({"reward.py": "import requests\ndef score(c, r): return 1"}, {}, "import_not_packaged"),
        ({"reward.py": "import rewardlab.stats\ndef score(c, r): return 1"}, {}, "import_not_packaged"),
        ({"reward.py": "def helper(): pass"}, {}, "missing_handler"),
        ({}, {"entry": "missing"}, "missing_handler"),
        ({"reward.py": "# /// script\n# requires-python = '>=3.13'\n# ///\ndef score(c, r): return 1"}, {}, "python"),
        ({"rewardlab/x.py": ""}, {"include": ("rewardlab/*",)}, "name_taken"),
        ({}, {"name": "reward with spaces"}, "function_name"),
        ({}, {"name": "r" * 65}, "function_name"),
    ],
)
def test_each_cause_blocks_by_its_name(project, packaged, files, choices, cause):
    code = files.get("reward.py")
    others = {name: body for name, body in files.items() if name != "reward.py"}
    bundle = packaged(project(code, **others) if code else project(**others), **choices)
    assert cause in causes(bundle)
    assert bundle.path is None


def test_a_name_the_platform_refuses_blocks_there_only(project, packaged):
    assert causes(packaged(project(), platform="hyperpod", name="reward")) == ["function_name"]
    assert packaged(project(), platform="hyperpod", name="my-SageMaker-reward").path
    assert packaged(project(), platform="smtj", name="reward").path


def test_what_is_too_large_blocks_and_names_the_largest(project, packaged, monkeypatch):
    reward = project(**{"big.bin": bytes(2 << 20), "small.bin": bytes(1000)})
    monkeypatch.setattr(deployable, "LAMBDA", LambdaLimits(unzipped_mb=1))
    (found,) = packaged(reward, include=("*.bin",)).findings
    assert found.evidence["cause"] == "too_large"
    assert (round(found.evidence["mb"]), found.evidence["limit_mb"]) == (2, 1)
    assert found.evidence["largest_unpacked"][0] == "big.bin 2.0 MB"
    monkeypatch.setattr(deployable, "LAMBDA", LambdaLimits(zip_mb=1))
    (found,) = packaged(reward, include=("*.bin",)).findings
    assert found.evidence["what"] == "out.zip zipped"


def test_a_dependency_without_a_wheel_blocks(project, packaged, index):
    bundle = packaged(project(**{"requirements.txt": "missing==1\n"}))
    assert causes(bundle) == ["no_wheel"]
    assert bundle.findings[0].evidence["requirement"] == "missing==1"


def test_a_file_that_a_dependency_also_installs_blocks(project, packaged, index):
    index("tiny")
    reward = project(
        "import tiny\ndef score(c, r): return 1\n", **{"tiny/__init__.py": "", "requirements.txt": "tiny==1.0"}
    )
    assert causes(packaged(reward)) == ["name_taken"]


def test_outputs_that_would_overwrite_each_other_or_the_reward_are_refused(project, tmp_path):
    reward = project()
    smtj = find_platform("smtj")
    with pytest.raises(UsageError, match="overwrite"):
        build(reward, reward, platform=smtj, target=TARGET)
    both = tmp_path / "a.zip"
    with pytest.raises(UsageError, match="overwrite"):
        build(reward, both, platform=smtj, target=TARGET, choices=Choices(layer=both))
    with pytest.raises(UsageError, match="no layers"):
        build(reward, both, platform=smtj, target=TARGET, choices=Choices(layer=tmp_path / "l", container=tmp_path))
