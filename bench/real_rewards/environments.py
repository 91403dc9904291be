"""The public packages, their pinned versions, and the virtual environments that they and rewardlab get."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / ".real"


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment with rewardlab in it, so that the reward's own imports work as a user's would.

    `alone` are installed without what they ask for: their rewards need little of it. `wanted` are installed whole; what
    the rewards of `alone` need to be imported is among them. `variables` are set for the audit, and named to it.
    """

    name: str
    wanted: tuple[str, ...]
    alone: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> Path:
        return FOLDER / self.name

    @property
    def interpreter(self) -> Path:
        return self.place / "bin" / "python"

    @property
    def rewardlab(self) -> Path:
        return self.place / "bin" / "rewardlab"

    def version(self, distribution: str) -> str:
        """The pinned version of a distribution. Raises: KeyError where none is pinned."""
        return dict(one.split("==") for one in (*self.wanted, *self.alone) if "==" in one)[distribution]


TRAINERS = Environment(
    "trainers",
    wanted=(
        "math-verify==0.9.0",
        "latex2sympy2-extended[antlr4_13_2]==1.11.0",
        "reasoning-gym==0.1.25",
        "rouge-score==0.1.2",
        "torch==2.13.0",
        "transformers==5.19.0",
        *("accelerate", "aiohttp", "datasets", "func-timeout", "httpx", "json-repair", "mathruler", "modelscope"),
        *("omegaconf", "peft", "pylatexenc", "ray", "tensordict"),
    ),
    alone=("trl==1.16.0", "verl==0.9.1", "ms-swift==4.6.0", "skyrl-gym==0.4.0", "tinker-cookbook==0.6.1"),
)
EVAL_PROTOCOL = Environment(
    "eval-protocol",
    wanted=("eval-protocol==0.3.33",),
    # Else importing litellm 1.105.0 fetches a table in a thread, and now and then deadlocks with itself.
    variables={"LITELLM_LOCAL_MODEL_COST_MAP": "True"},
)
ENVIRONMENTS = (TRAINERS, EVAL_PROTOCOL)


def install(environment: Environment) -> str:
    """Make the environment, once for these versions. Gives why it could not be made; empty when it is there."""
    written = sha256(repr((environment.wanted, environment.alone)).encode()).hexdigest()[:12]
    done = environment.place / f".installed-{written}"
    if done.exists():
        return ""
    uv = (sys.executable, "-m", "uv", "--quiet")
    into = (*uv, "pip", "install", "--compile-bytecode", "--python", str(environment.interpreter))
    problem = (
        _runs(*uv, "venv", "--clear", "--python", sys.executable, str(environment.place))
        or _runs(*into, *environment.wanted, "--editable", str(ROOT))
        or (_runs(*into, "--no-deps", *environment.alone) if environment.alone else "")
    )
    if not problem:
        done.touch()
    return problem


def run(environment: Environment, *arguments: str) -> str:
    """What this environment's Python prints for the arguments. Raises: subprocess.CalledProcessError."""
    command = (str(environment.interpreter), *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own script


def _runs(*command: str) -> str:
    """Empty when the command ends with 0, else its last line of error."""
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env=_variables())  # noqa: S603 - uv
    lines = ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"]
    return "" if ended.returncode == 0 else lines[-1]


def _variables() -> dict[str, str]:
    """torch comes from a folder of wheels where pip has been given one, else from PyTorch's CPU index."""
    found = os.environ.get("PIP_FIND_LINKS")
    return {**os.environ, **({"UV_FIND_LINKS": found} if found else {"UV_TORCH_BACKEND": "cpu"})}


def problems(environments: Sequence[Environment] = ENVIRONMENTS) -> dict[str, str]:
    """Why environments could not be made, by name."""
    return {one.name: problem for one in environments if (problem := install(one))}
