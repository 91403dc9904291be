"""The files of a package (the user's own, the handler's, the dependencies') and the size of each contributor."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from rewardlab.aws.package.dependencies import NoWheelError, fetch
from rewardlab.aws.package.deployable import finding, pin_findings
from rewardlab.aws.package.requirements import Asked
from rewardlab.aws.package.shipped import is_taken
from rewardlab.aws.package.wheel import files_of
from rewardlab.findings import Finding
from rewardlab.packages.target import Target


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The fetched distributions: `pins` (name==version), their files by name, and the bytes of each distribution."""

    pins: tuple[str, ...]
    files: Mapping[str, bytes]
    sizes: Mapping[str, int]

    @property
    def modules(self) -> set[str]:
        """The top-level names that can be imported from them."""
        return {name.split("/")[0].split(".")[0] for name in self.files if ".dist-info/" not in name}


#: Patch releases to try: Lambda updates a runtime's patch by itself, so `requires-python` must allow at least one.
PATCHES = range(100)
NONE = Dependencies((), {}, {})


@dataclass(frozen=True, slots=True)
class Contents:
    """All files by their names: the user's `own`, the `shipped` ones of the handler, and the dependencies'."""

    own: Mapping[str, bytes]
    shipped: Mapping[str, bytes]
    dependencies: Dependencies

    @property
    def function(self) -> dict[str, bytes]:
        """The files without the dependencies: the function's zip if there is a layer."""
        return {**self.shipped, **self.own}

    @property
    def everything(self) -> dict[str, bytes]:
        """All files; the user's own take precedence over a dependency's, as in the audit."""
        return {**self.dependencies.files, **self.function}

    @property
    def sizes(self) -> dict[str, int]:
        """The bytes of each contributor, the largest first."""
        sizes = Counter({name: len(body) for name, body in self.own.items()})
        sizes.update(self.dependencies.sizes)
        sizes["rewardlab"] += sum(map(len, self.shipped.values()))
        return dict(sorted(sizes.items(), key=lambda item: (-item[1], item[0])))


def gather(asked: Asked, target: Target, own: Mapping[str, bytes]) -> tuple[Dependencies, list[Finding]]:
    """Fetch what was asked for and read its files; if that is impossible, no dependencies and a finding that says why.

    Raises: InputError as `fetch` does.
    """
    if asked.python is not None and not any(asked.python.contains(f"{target.python}.{patch}") for patch in PATCHES):
        remedy = "Choose another --python, or change `requires-python` in the file's inline metadata."
        return NONE, [finding("python", remedy, requires=str(asked.python), python=target.python)]
    with tempfile.TemporaryDirectory(prefix="rewardlab-") as folder:
        try:
            wheels = fetch(asked, target, Path(folder))
        except NoWheelError as error:
            remedy = "Choose a version that has a wheel for it, or build one (pip wheel) and name its file."
            return NONE, [finding("no_wheel", remedy, requirement=error.requirement, detail=error.reason)]
        unpacked = {wheel.pin: dict(files_of(wheel)) for wheel in wheels}
    files = {name: body for one in unpacked.values() for name, body in one.items()}
    sizes = {pin: sum(map(len, one.values())) for pin, one in unpacked.items()}
    pins = tuple(unpacked)
    exact = [f"{canonicalize_name(root.name)}{root.specifier}" for root in asked.roots]
    clashes = [
        f"{name} ({pin})"
        for pin, one in unpacked.items()
        for name in one
        if is_taken(name) or (name in own and own[name] != one[name])
    ]
    return Dependencies(pins, files, sizes), [*pin_findings(exact, pins), *_clash_findings(clashes)]


def _clash_findings(clashes: list[str]) -> list[Finding]:
    if not clashes:
        return []
    remedy = "Rename your file, or do without that dependency: two files want one place."
    return [finding("name_taken", remedy, files=sorted(clashes)[:20], count=len(clashes))]
