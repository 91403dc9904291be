"""The worker's log: bounded, and useful when nothing else explains an end."""

from __future__ import annotations

from rewardlab.rewards.isolation import printout
from rewardlab.rewards.isolation.printout import Printout


def test_an_invocation_that_printed_too_much_keeps_its_beginning(tmp_path, monkeypatch):
    monkeypatch.setattr(printout, "MOST_MB", 0)
    monkeypatch.setattr(printout, "KEPT", 3)
    log = Printout(tmp_path / "log")
    log.begin()
    assert not log.too_long
    log.path.write_bytes(b"before ")
    log.begin()
    with log.path.open("ab") as file:
        file.write(b"abcdef")
    assert log.too_long
    log.cut()
    assert log.path.read_bytes() == b"before abc"
    log.cut()
    assert log.path.read_bytes() == b"before abc"


def test_a_log_of_many_invocations_starts_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(printout, "WHOLE", 4)
    log = Printout(tmp_path / "log")
    log.path.write_bytes(b"12345")
    log.begin()
    assert log.path.read_bytes() == b""
    assert not log.too_long


def test_the_last_line_is_the_last_that_says_something(tmp_path):
    log = Printout(tmp_path / "log")
    assert log.last_line() == ""
    log.path.write_bytes(b"one\ntwo \xff\n\n  \n")
    assert log.last_line() == "two \ufffd"
    log.path.write_bytes(b"\n")
    assert log.last_line() == ""
