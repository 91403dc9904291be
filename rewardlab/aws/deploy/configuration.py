"""Compares the configuration asked of a function with the one it has, and plans the changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rewardlab.errors import CloudError

#: Bounds of a new function if neither an option nor a proof gives them: those of the audit (Lambda's 3 s are too few).
NEW_TIMEOUT, NEW_MEMORY_MB = 60, 512


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a function; None leaves a setting as it is.

    `code_sha256` is in base64, as Lambda writes it. Runtime, handler and architecture are those of the code, which runs
    on no other. `environment` is merged into the function's; `layer` replaces the layer of the same name or is added.
    """

    name: str
    code_sha256: str
    runtime: str
    handler: str
    architecture: str
    role: str | None = None
    timeout: int | None = None
    memory_mb: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None
    reserved_concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One setting, its value now (None if there is none) and then. Values of environment variables are not shown."""

    setting: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes to make: `parameters` for UpdateFunctionConfiguration, and whether the code changes."""

    create: bool
    code: bool
    parameters: Mapping[str, Any]
    reserve: bool
    changes: tuple[Change, ...]


def plan_of(wanted: Wanted, current: Mapping[str, Any] | None, *, reserved: int | None = None) -> Plan:
    """Compare `wanted` with the answer of GetFunctionConfiguration, which is None if the function does not exist.

    `reserved` is the concurrency reserved now. Raises: CloudError for a function that holds no zip, or whose
    environment cannot be read and so not be merged into.
    """
    held = dict(current or {})
    if held.get("PackageType", "Zip") != "Zip":
        raise CloudError(
            "it is a container image, which no zip can replace", where=wanted.name, do="choose another name"
        )
    parameters = dict(_parameters(wanted, held, create=current is None))
    code = held.get("CodeSha256") != wanted.code_sha256 or held.get("Architectures") != [wanted.architecture]
    reserve = wanted.reserved_concurrency is not None and wanted.reserved_concurrency != reserved
    changes = list(_changes(parameters, held))
    if code:
        changes.append(Change("code", _short(held.get("CodeSha256")), _short(wanted.code_sha256) or ""))
        if held.get("Architectures") != [wanted.architecture]:
            changes.append(Change("architecture", (held.get("Architectures") or [None])[0], wanted.architecture))
    if reserve:
        before = None if reserved is None else str(reserved)
        changes.append(Change("reserved concurrency", before, str(wanted.reserved_concurrency)))
    return Plan(current is None, code, parameters, reserve, tuple(changes))


def _parameters(wanted: Wanted, held: Mapping[str, Any], *, create: bool) -> Iterator[tuple[str, Any]]:
    """The settings asked for that differ from those the function has."""
    asked = {
        "Runtime": wanted.runtime,
        "Handler": wanted.handler,
        "Role": wanted.role,
        "Timeout": wanted.timeout or (NEW_TIMEOUT if create else None),
        "MemorySize": wanted.memory_mb or (NEW_MEMORY_MB if create else None),
    }
    yield from ((name, value) for name, value in asked.items() if value is not None and value != held.get(name))
    if wanted.environment:
        environment = held.get("Environment", {})
        if "Error" in environment:
            said = environment["Error"].get("Message", "no reason given")
            raise CloudError(
                f"its environment cannot be read, so nothing can be added to it ({said})",
                where=wanted.name,
                do="grant kms:Decrypt on its key",
            )
        variables = environment.get("Variables", {})
        if (merged := {**variables, **wanted.environment}) != variables:
            yield "Environment", {"Variables": merged}
    if wanted.layer is not None:
        layers = [layer["Arn"] for layer in held.get("Layers", [])]
        if wanted.layer not in layers:
            kept = [layer for layer in layers if layer.rpartition(":")[0] != wanted.layer.rpartition(":")[0]]
            yield "Layers", [*kept, wanted.layer]


def _changes(parameters: Mapping[str, Any], held: Mapping[str, Any]) -> Iterator[Change]:
    for name, value in parameters.items():
        if name == "Environment":
            before = held.get("Environment", {}).get("Variables", {})
            for variable, text in value["Variables"].items():
                if before.get(variable) != text:
                    held_already = variable in before
                    after = "(another value)" if held_already else "(set)"
                    yield Change(f"variable {variable}", "(set)" if held_already else None, after)
        elif name == "Layers":
            yield Change("layers", " ".join(layer["Arn"] for layer in held.get("Layers", [])) or None, " ".join(value))
        else:
            yield Change(SHOWN[name], None if name not in held else str(held[name]), str(value))


#: AWS's parameters, with the names that the command's options give them.
SHOWN = {
    "Runtime": "runtime",
    "Handler": "handler",
    "Role": "role",
    "Timeout": "timeout (s)",
    "MemorySize": "memory (MB)",
}


def _short(code_sha256: str | None) -> str | None:
    return None if code_sha256 is None else f"sha256 {code_sha256[:12]}..."
