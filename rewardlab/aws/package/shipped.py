"""What every package holds beside the user's code: the shim that the audit's worker runs, and the handler over it."""

from __future__ import annotations

from importlib import resources

from rewardlab.packages.manifest import NAME, PackageManifest
from rewardlab.platforms import Platform

#: The modules of rewardlab.rewards that travel, byte for byte.
MODULES = (
    "__init__",
    "called",
    "sample",
    "signature",
    "loop",
    "rounds",
    "trainers",
    "calling",
    "trl",
    "rubric",
    "verifiers_task",
    "candidates",
    "part",
    "entry",
    "several",
    "shim",
    "foreign",
    "handler",
)
#: The file that holds the handler, and what a reward of that name is called in the package.
FUNCTION, MOVED = "lambda_function.py", "lambda_function_reward.py"
#: The digest in it makes the handler's own file another one with each reward: by that file a run knows its scores.
HANDLER_TEXT = """\
# The reward's code: sha256 {source}
from rewardlab.rewards.handler import handler_of

lambda_handler = handler_of(
    __file__,
    {reward!r},
    entry={entry!r},
    returns={returns!r},
    on_failure={on_failure!r},
    weights={weights!r},
    arguments={arguments!r},
)
"""


def shipped_files(platform: Platform, manifest: PackageManifest) -> dict[str, bytes]:
    """The files by name, for the reward that the manifest tells of."""
    handler = HANDLER_TEXT.format(
        source=manifest.source_sha256,
        reward=manifest.reward,
        entry=manifest.entry,
        returns=platform.returns,
        on_failure=manifest.on_failure,
        weights=manifest.weights,
        arguments=manifest.arguments,
    )
    return {"rewardlab/__init__.py": b"", FUNCTION: handler.encode(), **_modules()}


def _modules() -> dict[str, bytes]:
    folder = resources.files("rewardlab.rewards")
    return {f"rewardlab/rewards/{name}.py": folder.joinpath(f"{name}.py").read_bytes() for name in MODULES}


def importable() -> set[str]:
    """The dotted names of rewardlab that user code can import on Lambda."""
    return {"rewardlab", "rewardlab.rewards", *(f"rewardlab.rewards.{name}" for name in MODULES)}


def is_taken(name: str) -> bool:
    """Whether a file of the user's would stand where one of these stands."""
    return name.startswith("rewardlab/") or name in {"rewardlab.py", FUNCTION, NAME}
