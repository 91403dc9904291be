"""What a reward's digest is of: its code, wherever in its folder that lies."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.errors import RewardError
from rewardlab.rewards.code.sources import reward_digest


@pytest.fixture
def folder(tmp_path):
    """Write files by name, and return the digest of reward.py."""

    def write(**files: str) -> str:
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/').replace('init', '__init__')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return reward_digest(tmp_path / "reward.py")

    return write


def test_the_digest_of_a_reward_that_imports_nothing_local_is_its_files(folder):
    code = "import json\nimport missing\n"
    assert folder(reward=code, beside="x = 1") == hashlib.sha256(code.encode()).hexdigest()


def test_an_edit_of_anything_imported_changes_the_digest(folder):
    first = folder(
        reward="from pack.inner import x\n",
        pack__init="",
        pack__inner="from . import near\nimport late\n",
        pack__near="",
        pack__unused="",
        late="def f():\n    import lazy\n",
        lazy="x = 1",
        apart="x = 1",
    )
    assert folder(pack__unused="x = 2", apart="x = 2") == first
    digests = [folder(**{name: "x = 2"}) for name in ("lazy", "pack__near", "pack__init", "late", "pack__inner")]
    assert len({first, *digests}) == 6


def test_the_digest_with_imports_is_of_the_files_digests(folder):
    # sha256("<reward's>\n<name>:<its>"), by hand
    reward, fields = "import fields\n", "x = 1\n"
    own, other = (hashlib.sha256(text.encode()).hexdigest() for text in (reward, fields))
    expected = hashlib.sha256(f"{own}\nfields.py:{other}".encode()).hexdigest()
    assert folder(reward=reward, fields=fields) == expected


def test_imports_in_a_circle_end(folder):
    assert folder(reward="import one\n", one="import reward, two", two="import one") != folder(two="import one  # x")


def test_an_import_that_does_not_compile_is_hashed_and_leads_nowhere(folder):
    assert folder(reward="import broken\n", broken="def (") != folder(broken="def ((")


def test_a_reward_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(RewardError, match="cannot be read"):
        reward_digest(tmp_path / "none.py")


@given(st.binary(max_size=200))
def test_any_bytes_have_a_digest(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "reward.py"
    path.write_bytes(content)
    assert reward_digest(path) == hashlib.sha256(content).hexdigest()


def test_an_import_of_a_name_that_no_file_can_have_leads_nowhere(folder):
    code = f"try:\n    import {'a' * 300}, here.{'b' * 300}\nexcept ImportError:\n    pass\n"
    assert folder(here__init="", reward=code) != folder(here__init="X = 1", reward=code)
