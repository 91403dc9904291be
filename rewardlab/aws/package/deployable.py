"""RL901: every reason for which a package cannot be deployed, each a finding with its cause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rewardlab.aws.package.imports import RUNTIME, standard_modules
from rewardlab.aws.package.secrets import secrets_in
from rewardlab.aws.package.shipped import FUNCTION, MOVED, importable, is_taken
from rewardlab.aws.package.sources import Sources
from rewardlab.findings import Finding, Severity
from rewardlab.packages.archive import MB
from rewardlab.packages.target import ELF_MACHINES, GLIBC, NEWEST, Target, is_this_machine, way_to
from rewardlab.platforms import LAMBDA, Platform
from rewardlab.rewards.isolation.advice import MEASURE_TEXT
from rewardlab.rewards.isolation.reply import EntryFound

#: How many files, and how many contributors to a size, a finding lists.
LISTED, LARGEST = 20, 8
#: A compiled module's name says which Python it is for: x.cpython-312-x86_64-linux-gnu.so.
COMPILED = re.compile(r"\.cpython-(?P<major>3)(?P<minor>\d+)[^/]*\.so$")
#: The first bytes of programs for other systems: macOS in both byte orders and universal, Windows.
FOREIGN = {b"\xcf\xfa\xed\xfe": "macOS", b"\xfe\xed\xfa\xcf": "macOS", b"\xca\xfe\xba\xbe": "macOS", b"MZ": "Windows"}
ELF = b"\x7fELF"
PROGRAM_NAMES = (".so", ".dylib", ".dll", ".pyd", ".exe")


def finding(cause: str, remedy: str, severity: Severity = "blocker", **evidence: Any) -> Finding:
    """One RL901 with its cause."""
    return Finding("RL901", severity, {"cause": cause, **evidence}, remedy)


def token_findings(entry: EntryFound | None) -> Iterator[Finding]:
    """A warning if the function has a parameter completion_ids; it may take them without reading them."""
    if entry is not None and entry.names_tokens:
        remedy = f"If it reads completion_ids, every batch fails: {MEASURE_TEXT}. If it does not, leave the name out."
        yield finding("token_ids", remedy, "warning", entry=entry.name)


def source_findings(sources: Sources, contents: Mapping[str, bytes], reward: str) -> Iterator[Finding]:
    """Faults of the user's own files: secrets, files outside the folder, names that are taken, data left out."""
    if secrets := list(secrets_in(contents)):
        remedy = "Take them out of the files and rotate them; hand them to the function as environment variables or "
        yield finding("secrets", remedy + "from AWS Secrets Manager.", files=secrets[:LISTED], count=len(secrets))
    if sources.beyond:
        remedy = "Move what the reward imports into its folder; links that lead out of it are not followed."
        yield finding("outside_the_folder", remedy, files=sorted(sources.beyond)[:LISTED])
    taken = sorted(name for name in contents if is_taken(name) and name != reward)
    if is_taken(reward):
        taken.append(reward)
    if reward == MOVED:
        taken += [f"{FUNCTION} ({where} imports it)" for where in sources.importers]
    if taken:
        remedy = "Rename them: the package has files of its own in that place."
        yield finding("name_taken", remedy, files=taken[:LISTED])
    if sources.unnamed_data:
        remedy = "Name them with --include, or in the inline metadata ([tool.rewardlab] include), where they are read."
        yield finding("data_left_out", remedy, "warning", files=sources.unnamed_data[:LISTED])
    if sources.left_out:
        remedy = "Nothing to do, unless the reward needs one of them."
        yield finding("left_out", remedy, "note", files=sorted(sources.left_out)[:LISTED])


def import_findings(sources: Sources, modules: set[str], target: Target) -> Iterator[Finding]:
    """Imports that neither the package nor Lambda provides; `modules` are those of the dependencies."""
    known = modules | RUNTIME | standard_modules(target.python)
    unknown = [one for one in sources.outside if not _answered(one.name, one.full, known)]
    needed = sorted({f"{one.full} ({one.where})" for one in unknown if one.needed})
    optional = sorted({f"{one.full} ({one.where})" for one in unknown if not one.needed} - set(needed))
    remedy = "Name what they come from in requirements.txt, in the file's inline metadata, or with --requirement."
    if needed:
        yield finding("import_not_packaged", remedy, modules=needed[:LISTED], python=target.python)
    if optional:
        yield finding("import_not_packaged", remedy, "warning", modules=optional[:LISTED], python=target.python)


def _answered(top: str, full: str, known: set[str]) -> bool:
    return full in importable() if top == "rewardlab" else top in known


def program_findings(contents: Mapping[str, bytes], target: Target) -> Iterator[Finding]:
    """Compiled code for another processor, system or Python than the target's."""
    wrong = sorted(f"{name} ({why})" for name in contents if (why := _foreign(name, contents[name], target)))
    if wrong:
        on = f"Python {target.python} on {target.architecture}"
        remedy = f"Take wheels for {on}, or package with the --architecture and --python they are for."
        yield finding("wrong_architecture", remedy, files=wrong[:LISTED], count=len(wrong), expected=on)


def _foreign(name: str, content: bytes, target: Target) -> str | None:
    if content.startswith(ELF) and len(content) >= 20:
        machine = int.from_bytes(content[18:20], "little" if content[5] == 1 else "big")
        if machine != ELF_MACHINES[target.architecture]:
            names = {number: known for known, number in ELF_MACHINES.items()}
            return f"compiled for {names.get(machine, f'processor {machine}')}"
        if (made := COMPILED.search(name)) and f"{made['major']}.{made['minor']}" != target.python:
            return f"compiled for Python {made['major']}.{made['minor']}"
        return None
    if name.endswith(PROGRAM_NAMES):
        return next((f"compiled for {system}" for start, system in FOREIGN.items() if content.startswith(start)), None)
    return None


def runtime_findings(target: Target) -> Iterator[Finding]:
    """A warning if no known Lambda runtime has this Python: one may have come since, or be still to come."""
    if not target.is_listed:
        remedy = (
            f"Look whether Lambda has python{target.python} in your region (its page of runtimes) before you deploy: "
            f"the wheels are those for the system of python{NEWEST}. Else package with --python {NEWEST}."
        )
        yield finding("runtime_not_listed", remedy, "warning", python=target.python, listed=list(GLIBC))


def proving_findings(contents: Mapping[str, bytes], target: Target) -> Iterator[Finding]:
    """A note if compiled code runs on Lambda but not here, so that the package cannot be proven here."""
    compiled = sorted(name for name, content in contents.items() if content.startswith(ELF))
    if compiled and not is_this_machine(target):
        remedy = way_to(target)
        yield finding(
            "not_provable_here", remedy[0].upper() + remedy[1:] + ".", "note", files=compiled[:1], count=len(compiled)
        )


def unpacked_findings(sizes: Mapping[str, int]) -> Iterator[Finding]:
    """A function and layer that are together too large for Lambda to unpack; `sizes` is in bytes by contributor."""
    if (total := sum(sizes.values())) > LAMBDA.unzipped_mb * MB:
        remedy = "Use fewer or smaller dependencies, or write a container's files with --container: a layer counts too."
        yield _too_large("unpacked", total, LAMBDA.unzipped_mb, sizes, remedy)


def zipped_findings(name: str, size: int, sizes: Mapping[str, int]) -> Iterator[Finding]:
    """A zip that is too large for a direct upload to Lambda."""
    if size > LAMBDA.zip_mb * MB:
        remedy = (
            "Split the dependencies off with --layer, use fewer or smaller ones, or write a container's files with "
        )
        yield _too_large(f"{name} zipped", size, LAMBDA.zip_mb, sizes, remedy + "--container.")


def _too_large(what: str, size: int, limit: int, owners: Mapping[str, int], remedy: str) -> Finding:
    largest = [f"{name} {bytes_ / MB:.1f} MB" for name, bytes_ in Counter(owners).most_common(LARGEST)]
    return finding("too_large", remedy, what=what, mb=round(size / MB, 1), limit_mb=limit, largest_unpacked=largest)


def name_findings(name: str | None, platform: Platform) -> Iterator[Finding]:
    """A function's name that Lambda or the platform refuses."""
    if name is None:
        return
    if why := refused_name(name, platform):
        yield finding("function_name", "Choose another name with --name.", name=name, detail=why)


def refused_name(name: str, platform: Platform) -> str | None:
    """Why a Lambda function may not have this name on this platform; None if it may."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        return "a function's name holds letters, digits, - and _ only"
    if len(name) > LAMBDA.name_length:
        return f"it has {len(name)} characters, Lambda takes {LAMBDA.name_length}"
    if platform.name_contains and not any(part in name for part in platform.name_contains):
        return f"{platform.name} wants one of {', '.join(platform.name_contains)} in it"
    return None


def pin_findings(asked: Sequence[str], pins: Sequence[str]) -> Iterator[Finding]:
    """A note on distributions that no requirement pins: on another day the index may give other versions."""
    free = sorted(set(pins) - set(asked))
    if free:
        remedy = "Write these lines into the requirements, so that the same source gives the same bytes on any day."
        yield finding("not_pinned", remedy, "note", requirements=free)
