"""Wheels: what they need, and where their files go."""

from __future__ import annotations

import contextlib
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardlab.aws.package.wheel import files_of, read_wheel
from rewardlab.errors import InputError
from tests.aws.conftest import write_wheel


def test_a_wheel_tells_its_name_version_and_needs(index):
    wheel = read_wheel(index("Tiny_Thing", "1.5.0", requires=("deep>=2; python_version < '3.13'",)))
    assert wheel.pin == "tiny-thing==1.5.0"
    assert [str(one) for one in wheel.requires] == ['deep>=2; python_version < "3.13"']


def test_modules_go_to_the_root_and_scripts_headers_and_caches_nowhere(index):
    files = {
        "t/__init__.py": "",
        "t/__pycache__/x.cpython-312.pyc": b"",
        "t-1.0.data/purelib/pure.py": "",
        "t-1.0.data/platlib/fast.so": b"",
        "t-1.0.data/scripts/run": "#!python",
        "t-1.0.data/headers/t.h": "",
        "t-1.0.data/data/share/x": "",
    }
    names = {name for name, _ in files_of(read_wheel(index("t", files=files)))}
    assert {name for name in names if "dist-info" not in name} == {"t/__init__.py", "pure.py", "fast.so"}


@pytest.mark.parametrize("name", ["../evil.py", "t/../../evil.py", "/etc/evil.py", "t-1.0.data/purelib/../../evil.py"])
def test_a_file_that_would_leave_the_folder_is_refused(index, name):
    with pytest.raises(InputError, match="outside its folder"):
        list(files_of(read_wheel(index("t", files={name: ""}))))


@given(place=st.integers(0, 900), byte=st.integers(0, 255))
def test_a_damaged_wheel_is_an_input_error_or_whole(tmp_path_factory, place, byte):
    from tests.aws.conftest import write_wheel

    path = write_wheel(tmp_path_factory.getbasetemp(), "t", "1.0", "py3-none-any")
    body = bytearray(path.read_bytes())
    body[place % len(body)] = byte
    path.write_bytes(body)
    with contextlib.suppress(InputError):
        dict(files_of(read_wheel(path)))


@pytest.mark.parametrize(
    ("name", "told"), [("tiny/data.bin", "bytes unpacked"), ("METADATA", "metadata are too large")]
)
def test_a_wheel_that_claims_more_than_can_be_held_is_not_unpacked(tmp_path, name, told):
    """The size that a zip claims is read from its list; a small file may claim any."""
    path = write_wheel(tmp_path, "tiny", "1.0", "py3-none-any", files={"tiny/data.bin": b"x"})
    body = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        wanted = next(info.filename for info in archive.infolist() if info.filename.endswith(name))
    place = body.index(b"PK\x01\x02")
    while not body[place + 46 :].startswith(wanted.encode()):
        place = body.index(b"PK\x01\x02", place + 1)
    body[place + 24 : place + 28] = (0xFFFF_FF00).to_bytes(4, "little")
    path.write_bytes(body)
    with pytest.raises(InputError, match=told):
        dict(files_of(read_wheel(path)))
