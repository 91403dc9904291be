"""What a loading library prints goes to the log, whichever way it prints."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings

import pytest

from rewardlab.engines.capture import captured


def test_prints_writes_children_and_warnings_are_captured(tmp_path, capfd):
    log = tmp_path / "engine.log"
    with captured(log):
        os.write(1, b"from the descriptor\n")
        subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
        warnings.warn("not shown", FutureWarning, stacklevel=1)
    os.write(1, b"after\n")
    assert log.read_text().splitlines() == ["from the descriptor", "from a child"]
    assert capfd.readouterr().out == "after\n"


def test_the_streams_come_back_after_an_error(tmp_path, capfd):
    with pytest.raises(KeyError), captured(tmp_path / "log"):
        raise KeyError
    os.write(2, b"heard\n")
    assert capfd.readouterr().err == "heard\n"
