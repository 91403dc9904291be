"""The tests of the fence on kernels that have less: the files run again under a filter that takes it away."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.kernels import ROOT, kernel_here

pytestmark = pytest.mark.process

FILES = [
    "tests/rewards/fence/test_fence_fence.py",
    "tests/commands/test_commands_fence.py",
    "tests/commands/test_commands_doctor.py",
]


@pytest.mark.parametrize("lacking", ["landlock", "namespaces", "landlock,namespaces"])
def test_what_the_tests_say_holds_without(lacking):
    command = [sys.executable, "-m", "tests.kernels", lacking, "--", sys.executable, "-m", "pytest", "-n", "0"]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", *FILES], capture_output=True, text=True, check=False, cwd=ROOT
    )
    if kernel_here().filter:
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    else:
        assert "Operation not permitted" in done.stderr, "no filter, no lesser kernel: this machine is one already"
