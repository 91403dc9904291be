"""rewardlab's own files in a package: the shim, which the audit's worker runs too, and the handler that calls it."""

from __future__ import annotations

from importlib import resources

from rewardlab.packages.manifest import NAME, PackageManifest
from rewardlab.platforms import Platform

#: The modules of rewardlab.rewards that are packaged, unchanged, each folder with its own `__init__`.
MODULES = (
    "events.called",
    "events.sample",
    "events.foreign",
    "trainers.signature",
    "trainers.loop",
    "trainers.rounds",
    "trainers.table",
    "trainers.calling",
    "trainers.trl",
    "trainers.rubric",
    "trainers.verifiers_task",
    "code.candidates",
    "code.part",
    "code.entry",
    "code.several",
    "code.shim",
    "code.handler",
)
#: The file that holds the handler, and the name in the package of a reward that has this name.
FUNCTION, MOVED = "lambda_function.py", "lambda_function_reward.py"
#: The digest makes the handler's file differ for each reward: a run recognises its scores by that file.
HANDLER_TEXT = """\
# The reward's code: sha256 {source}
from rewardlab.rewards.code.handler import handler_of

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
    """The files by name, for the reward that the manifest describes."""
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
    home = resources.files("rewardlab.rewards")
    folders = sorted({name.partition(".")[0] for name in MODULES})
    files = ["__init__.py", *(f"{folder}/__init__.py" for folder in folders)]
    files += [f"{name.replace('.', '/')}.py" for name in MODULES]
    return {f"rewardlab/rewards/{file}": home.joinpath(file).read_bytes() for file in files}


def importable() -> set[str]:
    """The dotted names of rewardlab that user code can import on Lambda."""
    names = {"rewardlab", "rewardlab.rewards"}
    for name in MODULES:
        names |= {f"rewardlab.rewards.{name}", f"rewardlab.rewards.{name.partition('.')[0]}"}
    return names


def is_taken(name: str) -> bool:
    """Whether one of the shipped files already has this name."""
    return name.startswith("rewardlab/") or name in {"rewardlab.py", FUNCTION, NAME}
