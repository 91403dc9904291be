"""Writes a Dockerfile and its files, for packages that are too large for a zip; it does not build the image."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rewardlab.errors import UsageError
from rewardlab.packages.archive import PROGRAM
from rewardlab.packages.manifest import PackageManifest
from rewardlab.packages.target import Target

#: AWS's own base image holds the runtime that a zip would run in.
DOCKERFILE = """\
# docker build --platform {image} --provenance=false -t {tag} {folder}
FROM public.ecr.aws/lambda/python:{python}
COPY app/ ${{LAMBDA_TASK_ROOT}}/
CMD ["{handler}"]
"""


def write_container(folder: Path, files: Mapping[str, bytes], manifest: PackageManifest) -> None:
    """Write a Dockerfile and its context, app/ with the package's files.

    Raises: UsageError when the folder holds something else already, or cannot be written.
    """
    target = Target(manifest.python, manifest.architecture)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if strangers := sorted(path.name for path in folder.iterdir()):
            raise UsageError(f"the folder is not empty ({strangers[0]})", where=str(folder), do="name a new folder")
        for name, body in files.items():
            path = folder / "app" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
            path.chmod(0o755 if body.startswith(PROGRAM) else 0o644)
        text = DOCKERFILE.format(
            image=target.image, tag="reward", folder=".", python=target.python, handler=manifest.handler
        )
        (folder / "Dockerfile").write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot be written ({error.strerror})", where=str(folder), do="name another folder") from None
