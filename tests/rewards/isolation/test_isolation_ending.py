"""How a process ended is said by the signal's name where it has one, and never fails."""

from __future__ import annotations

import signal

import pytest

from rewardlab.outcome import Unscored
from rewardlab.rewards.isolation.ending import how_it_ended


@pytest.mark.parametrize("number", range(1, signal.SIGRTMAX + 1))
def test_every_signal_is_named_or_numbered(number):
    assert how_it_ended(-number).startswith("killed by ")


def test_what_is_no_signal():
    assert [how_it_ended(code) for code in (None, 0, 3, -34, -35)] == [
        "closed its connection",
        "the process exited with 0",
        "the process exited with 3",
        "killed by SIGRTMIN",
        "killed by signal 35",
    ]


WRITES = """
import os, stat, struct
def pipes():
    return [fd for fd in range(3, 1024) if is_pipe(fd)]
def is_pipe(fd):
    try:
        return stat.S_ISFIFO(os.fstat(fd).st_mode)
    except OSError:
        return False
def put(data):
    for fd in pipes():
        try:
            os.write(fd, data)
        except OSError:
            pass
def score(completion, reference):
    {what}
    return 1.0
"""


@pytest.mark.process
@pytest.mark.parametrize(
    "what",
    [
        "put(b'x' * 400)",
        "put(struct.pack('>Q', 1 << 62))",
        "put(struct.pack('>Q', 2) + b'[]')",
        "put(struct.pack('>Q', 2) + b'{}')",
        "put(struct.pack('>Q', 13) + b'{\"seconds\": 1}')",
        "put(struct.pack('>Q', 1 << 28))\n    while True: put(b'x' * 1000)",
        "os.kill(os.getpid(), 40)",
    ],
)
def test_what_code_writes_into_its_pipe_is_an_unscored_sample(score, what):
    """A length that is none, JSON that is no reply, an endless stream, and a signal without a name."""
    (outcome,) = score(WRITES.replace("{what}", what), ["42"], timeout=2)
    assert isinstance(outcome, Unscored)
    assert outcome.reason in {"invalid", "crashed", "timed_out"}
