"""The environment variables with which reward code runs."""

from __future__ import annotations

import os
import site
from collections.abc import Sequence
from pathlib import Path

from rewardlab.errors import RewardError

#: The variables passed on to the reward. Credentials are not among them unless the user asks: the code may be anyone's.
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
#: Keeps cloud SDKs from finding credentials elsewhere than in variables: in profiles or the machine's metadata service.
NO_CLOUD = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_GCE_CHECK": "true",
}
#: Each worker's own folders, inside a private folder that nobody else may enter.
HOME, TEMPORARY = "home", "tmp"


def environment_of(asked: Sequence[str], private: Path, *, option: str = "--reward-env") -> dict[str, str]:
    """The variables of a worker: ENVIRONMENT, fixed ones for every reward, and those in `asked`, which take precedence.

    HOME and TMPDIR are in `private`, so that libraries do not find files with credentials or tokens there; the time
    zone is UTC, as on Lambda.
    Raises: RewardError for a variable in `asked` that is not set; `option` is the option that named it.
    """
    lacking = [name for name in asked if name not in os.environ]
    if lacking:
        raise RewardError(f"{lacking[0]} is not set", where=option, do=f"set it: export {lacking[0]}=...")
    own = {
        "HOME": str(private / HOME),
        "TMPDIR": str(private / TEMPORARY),
        "TZ": "UTC",
        "PYTHONUSERBASE": site.getuserbase(),  # pip's installs for one user are in the user's own home
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # keep the user's folder clean
        "OMP_NUM_THREADS": "1",
        "AWS_LAMBDA_FUNCTION_NAME": "rewardlab-SageMaker-audit",
    }
    return _of_here(ENVIRONMENT) | own | NO_CLOUD | _of_here(asked)


def _of_here(names: Sequence[str]) -> dict[str, str]:
    return {name: os.environ[name] for name in names if name in os.environ}
