"""Dependencies are resolved for Lambda's Python and processor, whatever this machine is."""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from rewardlab.aws.package.dependencies import NoWheelError, fetch
from rewardlab.aws.package.deployable import runtime_findings
from rewardlab.aws.package.pip import environment_of_pip
from rewardlab.aws.package.requirements import Asked
from rewardlab.errors import InputError, UsageError
from rewardlab.packages.target import GLIBC, Target, find_target

pytestmark = pytest.mark.process

ARM = Target("3.12", "arm64")


def pins(target, folder, *texts):
    asked = Asked(tuple(map(Requirement, texts)), texts)
    return [wheel.pin for wheel in fetch(asked, target, folder)]


def test_markers_are_the_targets_and_not_this_interpreters(index, tmp_path):
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    there = next(version for version in GLIBC if version != here)
    index(
        "top",
        requires=(
            f'here; python_version == "{here}"',
            f'there; python_version == "{there}"',
            'arm; platform_machine == "aarch64"',
            'intel; platform_machine == "x86_64"',
            "extra[more]",
        ),
    )
    index("extra", requires=("wanted; extra == 'more'", "unwanted; extra == 'other'"))
    for name in ("here", "there", "arm", "intel", "wanted", "unwanted"):
        index(name)
    found = pins(Target(there, "arm64"), tmp_path / "w", "top")
    assert found == ["arm==1.0", "extra==1.0", "there==1.0", "top==1.0", "wanted==1.0"]


def test_the_wheel_is_the_targets_and_the_newest_that_its_system_runs(index, tmp_path):
    for tag in ("manylinux_2_17_aarch64", "manylinux_2_17_x86_64", "macosx_11_0_arm64", "win_amd64"):
        index("fast", "1.0", f"cp312-cp312-{tag}")
    index("fast", "2.0", "cp312-cp312-manylinux_2_34_aarch64")
    index("fast", "3.0", "cp312-cp312-manylinux_2_35_aarch64")  # a newer glibc than Amazon Linux 2023 has
    index("fast", "4.0", "cp313-cp313-manylinux_2_17_aarch64")
    (wheel,) = fetch(Asked((Requirement("fast"),), ("fast",)), ARM, tmp_path / "w")
    assert wheel.path.name == "fast-2.0-cp312-cp312-manylinux_2_34_aarch64.whl"


def test_what_only_exists_as_source_or_for_others_is_refused_by_name(index, tmp_path):
    folder = index("built", "1.0", "cp312-cp312-win_amd64").parent
    (folder / "built-1.0.tar.gz").write_bytes(b"")
    with pytest.raises(NoWheelError, match=r"built: no wheel for Python 3\.12 on arm64"):
        pins(ARM, tmp_path / "w", "built")


def test_requirements_that_exclude_each_other_are_an_input_error(index, tmp_path):
    index("a", requires=("b==1.0",))
    index("b", "1.0")
    index("b", "2.0")
    with pytest.raises(InputError, match="conflict"):
        pins(ARM, tmp_path / "w", "a", "b==2.0")


SETUP = """
import os, pathlib, setuptools
pathlib.Path({mark!r}).write_text("ran")
setuptools.setup(name="evil", version="1.0")
"""


@pytest.mark.parametrize("way", ["a dependency's metadata", "asked for"])
def test_the_code_of_a_dependency_is_never_run(index, tmp_path, way):
    """pip builds a direct reference whatever --only-binary says; here it cannot start what would."""
    mark = tmp_path / "mark"
    with tarfile.open(tmp_path / "evil-1.0.tar.gz", "w:gz") as archive:
        for name, text in {"setup.py": SETUP.format(mark=str(mark)), "PKG-INFO": "Name: evil\nVersion: 1.0\n"}.items():
            entry = tarfile.TarInfo(f"evil-1.0/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    reference = f"evil @ {(tmp_path / 'evil-1.0.tar.gz').as_uri()}"
    index("top", requires=(reference,))
    with pytest.raises(InputError, match="no wheel, and pip would run its code to build it"):
        pins(ARM, tmp_path / "w", "top" if way != "asked for" else reference)
    assert not mark.exists()


def test_pip_sees_its_own_settings_and_no_credentials(monkeypatch):
    seen = {
        "PATH": "/bin", "HOME": "/h", "PIP_INDEX_URL": "https://index", "HTTPS_PROXY": "p", "no_proxy": "n",
        "SSL_CERT_FILE": "c", "AWS_SECRET_ACCESS_KEY": "x", "OPENAI_API_KEY": "x", "HF_TOKEN": "x",
    }  # fmt: skip
    kept = environment_of_pip(seen)
    assert list(kept) == ["PATH", "HOME", "PIP_INDEX_URL", "HTTPS_PROXY", "no_proxy", "SSL_CERT_FILE"]


def test_nothing_asked_for_starts_no_pip(monkeypatch, tmp_path):
    monkeypatch.setattr("subprocess.run", None)
    assert fetch(Asked(), ARM, tmp_path) == ()
    assert pins(ARM, tmp_path, 'x; sys_platform == "win32"') == []


def test_an_index_that_does_not_answer_is_told_apart_from_one_without_the_wheel(monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(InputError, match="index cannot be reached"):
        pins(ARM, tmp_path, "x")


@pytest.mark.parametrize(
    ("python", "architecture", "first", "last"),
    [
        ("3.11", "x86_64", "manylinux_2_26_x86_64", "manylinux2014_x86_64"),
        ("3.13", "arm64", "manylinux_2_34_aarch64", "manylinux2014_aarch64"),
    ],
)
def test_a_targets_tags_go_down_from_its_glibc(python, architecture, first, last):
    platforms = find_target(python, architecture).platforms
    assert (platforms[0], platforms[-1]) == (first, last)


@pytest.mark.parametrize("python", ["3.15", "3.16"])
def test_a_python_that_came_later_is_taken_for_one_on_the_newest_system(python):
    target = find_target(python)
    assert not target.is_listed
    assert target.platforms == find_target("3.14").platforms
    assert target.environment["python_version"] == python
    (found,) = runtime_findings(target)
    assert (found.code, found.severity, found.evidence["cause"]) == ("RL901", "warning", "runtime_not_listed")
    assert f"python{python}" in found.remedy
    assert list(runtime_findings(find_target("3.14"))) == []


@pytest.mark.parametrize("python", ["3.9", "3.1", "3.015", "4.0", "3.15.1", "", "three"])
def test_a_python_that_lambda_never_had_or_cannot_have_is_refused(python):
    with pytest.raises(UsageError, match=r"--python: Lambda has no Python .* or a later one"):
        find_target(python)


def test_a_target_that_lambda_does_not_have_is_refused():
    with pytest.raises(UsageError, match="--python"):
        find_target("2.7")
    with pytest.raises(UsageError, match="--architecture"):
        find_target("3.12", "amd64")


@pytest.mark.engine
def test_the_real_index_gives_a_small_pure_wheel(tmp_path):
    assert pins(ARM, Path(tmp_path), "six==1.17.0") == ["six==1.17.0"]
