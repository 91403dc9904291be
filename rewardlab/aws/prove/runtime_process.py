"""The process of an execution environment: starts it as Lambda would, and ends it with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from rewardlab.aws.prove.runtime_client import BOOTSTRAP
from rewardlab.aws.prove.variables import Role
from rewardlab.packages.unpacked import Package
from rewardlab.platforms import LAMBDA

NAME = "rewardlab-SageMaker-proof"
TEMPORARY_FOLDER = Path("/tmp")  # noqa: S108 - Lambda's only writable folder
REFUSED = b"refused"


@dataclass(frozen=True, slots=True)
class Configuration:
    """The function's configuration: seconds, MB, the environment variables that the user set, and its role."""

    timeout: float
    memory_mb: int
    environment: Mapping[str, str] = field(default_factory=dict)
    role: Role = field(default_factory=Role)

    @property
    def arn(self) -> str:
        """The ARN that the function gets as its own."""
        return f"arn:aws:lambda:{self.role.region}:000000000000:function:{NAME}"


class NotIsolatedError(Exception):
    """The machine allows no namespaces; the text says why."""


class RuntimeProcess:
    """A started process; on Linux it dies with the thread that started it.

    Arguments: `runtime` is the folder that `provide_client` made; `root` a folder in which a temporary one may be made;
    `address` the Runtime API's; with `isolate` the system is read-only and /tmp new, empty and the process's own.
    Raises: NotIsolatedError from the constructor, with the process ended, where that was asked for and is not allowed.
    """

    def __init__(
        self,
        package: Package,
        configuration: Configuration,
        *,
        runtime: Path,
        root: Path,
        address: str,
        log: Path,
        isolate: bool,
    ):
        private = tempfile.mkdtemp(prefix="tmp-", dir=root)
        reading, writing = os.pipe()
        settings = {
            "handler": package.manifest.handler,
            "task": str(package.task),
            "private": private,
            "keep": _needed(root, runtime),
            "isolate": isolate,
            "memory_mb": configuration.memory_mb,
            "temporary_mb": LAMBDA.temporary_mb,
            "parent": os.getpid(),
            "status": writing,
        }
        try:
            with log.open("ab") as printed:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program; no shell
                    [sys.executable, "-S", "-s", str(runtime / BOOTSTRAP), json.dumps(settings)],
                    stdin=subprocess.DEVNULL,
                    stdout=printed,
                    stderr=printed,
                    pass_fds=(writing,),
                    cwd=package.task,
                    env=_environment(package, configuration, runtime, address),
                    start_new_session=True,
                )
        finally:
            os.close(writing)
        with os.fdopen(reading, "rb") as status:
            told = status.read()
        if told.startswith(REFUSED):
            self.kill()
            raise NotIsolatedError(told.removeprefix(REFUSED).decode().strip())

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    @property
    def cpu_seconds(self) -> float:
        """Processor time that the process and its children have used."""
        try:
            used = psutil.Process(self.pid).cpu_times()
        except psutil.Error:
            return 0.0
        return float(used.user + used.system + used.children_user + used.children_system)

    @property
    def most_resident_mb(self) -> float:
        """The peak of its resident memory in MB, without its children's; 0 if the system does not tell."""
        with contextlib.suppress(OSError), Path(f"/proc/{self.pid}/status").open(encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024
        return 0.0

    @property
    def ending(self) -> str:
        """How the process ended, in Lambda's words."""
        code = self._process.returncode
        if not code:
            return "Runtime exited without providing a reason"
        if code > 0:
            return f"Runtime exited with error: exit status {code}"
        return f"Runtime exited with error: signal: {(signal.strsignal(-code) or str(-code)).lower()}"

    def kill(self) -> None:
        """End the process and all that it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def _needed(root: Path, runtime: Path) -> list[str]:
    """The folders that the process needs below the machine's temporary folder, which its private one hides."""
    client = [os.path.realpath(path) for path in runtime.iterdir()]
    needed = {Path(path).resolve() for path in (str(root), sys.prefix, sys.base_prefix, *client)}
    below = sorted(path for path in needed if path.is_relative_to(TEMPORARY_FOLDER.resolve()))
    return [str(path) for path in below if not any(other in path.parents for other in below)]


def _environment(package: Package, configuration: Configuration, runtime: Path, address: str) -> dict[str, str]:
    """The process's variables: Lambda's, the user's and the role's credentials; no others of this machine."""
    manifest = package.manifest
    layer = [str(package.layer / "python")] if package.layer else []
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join([*layer, str(runtime)]),
        **configuration.environment,
        "_HANDLER": manifest.handler,
        **configuration.role.variables,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{manifest.python}",
        "AWS_LAMBDA_FUNCTION_NAME": NAME,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{NAME}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "rewardlab",
        "AWS_LAMBDA_RUNTIME_API": address,
        "LAMBDA_TASK_ROOT": str(package.task),
        "LAMBDA_RUNTIME_DIR": str(runtime),
    }
