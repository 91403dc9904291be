"""The environment in which reward code runs: what it is handed, and what it is not."""

from __future__ import annotations

import os
import site
from collections.abc import Sequence
from pathlib import Path

from rewardlab.errors import RewardError

#: Environment handed to the reward. Credentials are not in it, unless asked for: reward code is somebody's code.
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
#: What keeps the SDKs of clouds from credentials that no variable names: a profile's file, a machine's own service.
NO_CLOUD = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_GCE_CHECK": "true",
}
#: The folders that each worker has of its own, inside one that nobody else may enter.
HOME, TEMPORARY = "home", "tmp"


def environment_of(asked: Sequence[str], private: Path, *, option: str = "--reward-env") -> dict[str, str]:
    """The variables of a worker: ENVIRONMENT, what holds for every reward, and those asked for by name, which win.

    HOME and TMPDIR lie in `private`, so that no file of credentials or tokens is found where libraries look for it; the
    time is UTC, as on Lambda.
    Raises: RewardError for one that is asked for and not set; `option` is how it was asked for.
    """
    lacking = [name for name in asked if name not in os.environ]
    if lacking:
        raise RewardError(f"{lacking[0]} is not set", where=option, do=f"set it: export {lacking[0]}=...")
    own = {
        "HOME": str(private / HOME),
        "TMPDIR": str(private / TEMPORARY),
        "TZ": "UTC",
        "PYTHONUSERBASE": site.getuserbase(),  # what pip installs for one user lies below the user's own home
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # the reward's folder is the user's
        "OMP_NUM_THREADS": "1",
        "AWS_LAMBDA_FUNCTION_NAME": "rewardlab-SageMaker-audit",
    }
    return _of_here(ENVIRONMENT) | own | NO_CLOUD | _of_here(asked)


def _of_here(names: Sequence[str]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}
