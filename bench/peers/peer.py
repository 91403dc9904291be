"""The peers, their pinned versions, and the virtual environment that each of them gets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / ".peers"
PROBE = "import sys; sys.exit(sys.version_info < tuple(map(int, sys.argv[1].split('.'))))"


@dataclass(frozen=True, slots=True)
class Peer:
    """`name` is also the adapter's module in this package; `python` is the oldest version it installs on."""

    name: str
    distribution: str
    version: str
    python: str

    @property
    def interpreter(self) -> Path:
        return FOLDER / self.name / "bin" / "python"


PEERS = (
    Peer("nova_forge", "amzn-nova-forge", "1.4.10", "3.12"),
    Peer("falsepass", "falsepass", "0.11.0", "3.11"),
    Peer("reward_doctor", "reward-doctor", "0.2.0", "3.10"),
)


def install(peer: Peer, interpreters: Sequence[str]) -> str:
    """Make the peer's environment with the first of `interpreters` that is new enough.

    Gives why it could not be made; empty when it is there.
    """
    done = FOLDER / peer.name / f".installed-{peer.version}"
    if done.exists():
        return ""
    fitting = next((one for one in interpreters if _runs(one, "-c", PROBE, peer.python) == ""), None)
    if fitting is None:
        return f"needs Python {peer.python} or newer; none of {', '.join(interpreters)} is"
    place = str(FOLDER / peer.name)
    uv = (sys.executable, "-m", "uv")  # pip takes many minutes to settle the dependencies of amzn-nova-forge
    wanted = ("--compile-bytecode", "--python", str(peer.interpreter), f"{peer.distribution}=={peer.version}")
    problem = _runs(fitting, "-m", "venv", "--clear", place) or _runs(*uv, "pip", "install", "--quiet", *wanted)
    if not problem:
        done.touch()
    return problem


def _runs(*command: str) -> str:
    """Empty when the command ends with 0, else its last line of error."""
    try:
        ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - uv and venv
    except OSError as error:
        return str(error)
    lines = ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"]
    return "" if ended.returncode == 0 else lines[-1]
