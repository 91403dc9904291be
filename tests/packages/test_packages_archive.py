"""A zip's bytes depend on its contents alone."""

from __future__ import annotations

import io
import os
import time
import zipfile

import pytest

from rewardlab.errors import UsageError
from rewardlab.packages import archive as module
from rewardlab.packages.archive import archive, digest

CONTENTS = {"b.py": b"x = 1\n", "a/run": b"#!/bin/sh\n", "a/lib.so": b"\x7fELF...", "ü.txt": "ü".encode()}


def test_order_zone_mask_and_time_change_nothing(monkeypatch):
    first = archive(CONTENTS)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    held = os.umask(0o077)
    try:
        assert archive(dict(reversed(CONTENTS.items()))) == first
    finally:
        os.umask(held)
        monkeypatch.undo()
        time.tzset()


def test_the_bytes_of_a_small_zip_are_these_everywhere():
    # Stored, not deflated: the digest below was taken once and holds for every zlib.
    assert digest(archive({"a": b"1"})) == "ff7bcfadea03f673a7f7d3cc9bbda7475b29016681fc9fd85b548e9bc3a16974"


def test_names_are_sorted_times_fixed_and_only_programs_may_run():
    with zipfile.ZipFile(io.BytesIO(archive(CONTENTS))) as made:
        assert made.testzip() is None
        assert made.namelist() == sorted(CONTENTS)
        assert {info.date_time for info in made.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        modes = {info.filename: info.external_attr >> 16 for info in made.infolist()}
        assert {name: made.read(name) for name in CONTENTS} == CONTENTS
    assert modes == {"a/lib.so": 0o100755, "a/run": 0o100755, "b.py": 0o100644, "ü.txt": 0o100644}


def test_what_is_large_is_compressed_to_these_bytes_everywhere(monkeypatch):
    monkeypatch.setattr(module, "STORED_BYTES", 999)
    assert len(archive({"a": b"0" * 999})) > 999
    squares = " ".join(str(n * n % 997) for n in range(9000)).encode()
    large = archive({"a": squares, "empty": b""})
    assert len(large) < len(squares) / 2
    with zipfile.ZipFile(io.BytesIO(large)) as made:
        assert made.testzip() is None
        assert (made.read("a"), made.read("empty")) == (squares, b"")
    # Taken once, with libdeflate of deflate 0.9.0: no machine and no Python gives another.
    assert digest(large) == "f3e7a607204d9f354e134fb1bd7311feca8217d112e5068498693540ac643a77"


def test_another_compressor_is_refused(monkeypatch):
    monkeypatch.setattr(module, "STORED_BYTES", 0)
    monkeypatch.setattr(module, "VERSION", "0.0.1")
    with pytest.raises(UsageError, match=r"here is deflate 0.9.0.*pip install 'rewardlab\[aws\]'"):
        archive({"a": b"1"})
