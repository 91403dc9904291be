"""The environment in which reward code runs: what it is handed, and what it is not."""

from __future__ import annotations

import os
from collections.abc import Sequence

from rewardlab.errors import RewardError

#: Environment handed to the reward. Credentials are not in it, unless asked for: reward code is somebody's code.
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")


def environment_of(asked: Sequence[str]) -> dict[str, str]:
    """The variables of a worker: ENVIRONMENT, those asked for by name, and what holds for every reward.

    Raises: RewardError for one that is asked for and not set.
    """
    lacking = [name for name in asked if name not in os.environ]
    if lacking:
        raise RewardError(f"{lacking[0]} is not set", where="--reward-env", do=f"set it: export {lacking[0]}=...")
    kept = {name: os.environ[name] for name in (*ENVIRONMENT, *asked) if name in os.environ}
    return kept | {
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",  # the reward's folder is the user's
        "OMP_NUM_THREADS": "1",
        "AWS_LAMBDA_FUNCTION_NAME": "rewardlab-SageMaker-audit",
    }
