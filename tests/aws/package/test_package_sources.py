"""Which of the user's files travel."""

from __future__ import annotations

import pytest

from rewardlab.aws.package.imports import standard_modules
from rewardlab.aws.package.sources import MOST_BYTES, collect_sources, contents_of
from rewardlab.errors import InputError, RewardError, UsageError


def travelling(reward, *include):
    return sorted(collect_sources(reward, include).files)


def test_modules_and_packages_beside_the_reward_travel_when_imported(project):
    reward = project(
        "import one\nfrom pack.inner import x\nimport pack.deep.leaf as leaf\n",
        **{
            "one.py": "import two",
            "two.py": "",
            "unused.py": "",
            "pack/__init__.py": "",
            "pack/inner.py": "from . import sibling\nfrom .deep import leaf",
            "pack/sibling.py": "",
            "pack/deep/leaf.py": "from ..late import y",
            "pack/late.py": "import three",
            "three.py": "",
        },
    )
    every = ["one.py", "pack/__init__.py", "pack/deep/leaf.py", "pack/inner.py", "pack/late.py", "pack/sibling.py"]
    assert travelling(reward) == [*every, "reward.py", "three.py", "two.py"]


def test_imports_inside_functions_and_by_name_are_followed(project):
    code = "import importlib\ndef score(c, r):\n    import lazy\n    importlib.import_module('named.part')\n"
    reward = project(code, **{"lazy.py": "", "named/part.py": ""})
    assert travelling(reward) == ["lazy.py", "named/part.py", "reward.py"]


def test_a_package_travels_whole_but_for_its_tests_and_caches(project):
    reward = project(
        "import pack",
        **{
            "pack/__init__.py": "",
            "pack/by_name.py": "",
            "pack/tests/test_a.py": "",
            "pack/test_b.py": "",
            "pack/conftest.py": "",
            "pack/__pycache__/x.cpython-312.pyc": b"",
        },
    )
    sources = collect_sources(reward)
    assert sorted(sources.files) == ["pack/__init__.py", "pack/by_name.py", "reward.py"]
    assert sorted(sources.left_out) == ["pack/conftest.py", "pack/test_b.py", "pack/tests/test_a.py"]


def test_a_module_of_a_tests_folder_travels_when_it_is_imported(project):
    reward = project("from pack.tests import shared", **{"pack/__init__.py": "", "pack/tests/shared.py": ""})
    assert "pack/tests/shared.py" in travelling(reward)


def test_data_travels_only_where_a_glob_names_it_and_is_told_of_otherwise(project):
    code = "import json\nTABLE = json.load(open('data/table.json'))\n"
    reward = project(code, **{"data/table.json": "{}", "data/other.json": "{}"})
    assert collect_sources(reward).unnamed_data == ["data/table.json (reward.py:2)"]
    named = collect_sources(reward, ["data/t*.json"])
    assert sorted(named.files) == ["data/table.json", "reward.py"]
    assert named.unnamed_data == []


def test_links_that_lead_out_of_the_folder_do_not_travel(project, tmp_path):
    (tmp_path / "secret.py").write_text("")
    reward = project("import away", **{"data/x.txt": ""})
    (reward.parent / "away.py").symlink_to(tmp_path / "secret.py")
    (reward.parent / "data" / "out.txt").symlink_to(tmp_path / "secret.py")
    sources = collect_sources(reward, ["data/*"])
    assert sorted(sources.files) == ["data/x.txt", "reward.py"]
    assert sources.beyond == ["away.py", "data/out.txt"]


def test_a_relative_import_above_the_folder_is_beyond_it(project):
    reward = project("from pack import a", **{"pack/a.py": "from ... import b"})
    assert collect_sources(reward).beyond == ["pack/a.py:1 (a relative import above the reward's folder)"]


@pytest.mark.parametrize("glob", ["../*", "/etc/*", "a/../../b"])
def test_a_glob_may_not_climb_out(project, glob):
    with pytest.raises(UsageError, match="climbs out"):
        collect_sources(project(), [glob])


def test_a_glob_that_matches_nothing_is_a_mistake(project):
    with pytest.raises(UsageError, match="matches no file"):
        collect_sources(project(), ["*.json"])


def test_what_is_to_be_written_is_not_taken(project):
    reward = project(**{"reward.zip": b"old", "a.txt": ""})
    found = collect_sources(reward, ["*"], without=[reward.parent / "reward.zip"])
    assert sorted(found.files) == ["a.txt", "reward.py"]


def test_imports_from_elsewhere_tell_where_and_whether_they_are_needed(project):
    code = """
        import numpy
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import only_types
        try:
            import fast
        except ImportError:
            fast = None
        def f():
            import lazy.part
        """
    outside = {one.full: (one.name, one.needed) for one in collect_sources(project(code)).outside}
    assert outside == {
        "numpy": ("numpy", True),
        "typing": ("typing", True),
        "fast": ("fast", False),
        "lazy.part": ("lazy", False),
    }


def test_a_circle_of_imports_ends(project):
    assert travelling(project("import a", **{"a.py": "import b", "b.py": "import a"})) == ["a.py", "b.py", "reward.py"]


def test_what_does_not_compile_is_told_with_its_line(project):
    with pytest.raises(RewardError, match=r"reward.py:1: does not compile"):
        collect_sources(project("def score(:"))
    with pytest.raises(InputError, match=r"a.py:2: does not compile"):
        collect_sources(project("import a", **{"a.py": "\nx = ="}))
    with pytest.raises(RewardError, match="does not compile"):
        collect_sources(project("x = " + "(" * 5000))


def test_the_standard_library_is_the_targets_own():
    assert "cgi" in standard_modules("3.12")
    assert "cgi" not in standard_modules("3.13")
    assert "distutils" in standard_modules("3.11")
    assert "distutils" not in standard_modules("3.12")


def test_sizes_are_looked_at_before_anything_is_read(project):
    reward = project(**{"small.bin": b"x", "huge.bin": b""})
    with (reward.parent / "huge.bin").open("r+b") as file:
        file.truncate(MOST_BYTES)  # takes no room on the disk
    files = collect_sources(reward, ["*.bin"]).files
    with pytest.raises(
        InputError, match=r"huge.bin: the files that travel are \d+ bytes together, this one 4294967296"
    ):
        contents_of(files)
