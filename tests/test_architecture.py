"""Arrows point one way, and the command line starts without heavy imports."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

from rewardlab.aws.package.shipped import MODULES

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "rewardlab"

#: From the ground up; a room may import rooms below its own and, inside its own, what makes no cycle.
FLOORS = [
    {"visible", "strict"},
    {"errors"},
    {"calls", "conversation"},
    {"task", "outcome", "stats", "progress", "capture", "cloud", "possible"},
    {"alpha", "findings", "platforms", "parts", "answers", "labels", "rights", "ratings", "crosscheck"},
    {"kept", "looks"},
    {"manifest"},
    {"evidence", "values"},
    {"success"},
    {"engines", "rewards", "measurement", "run"},
    {"judging", "sampling", "layers"},
    {"probes", "settings", "rescoring"},
    {"section", "reference_place"},
    {"judge_report", "success_report", "component_report"},
    {"decision", "report", "stream", "agree_report", "proof_report"},
    {"unfinished", "component_reporting"},
    {"reporting", "judge_reporting", "resume", "formats", "examination", "aws", "agreement"},
    {"panel", "sampled"},
    {"pipeline"},
    {"commands"},
    {"cli"},
    {"__main__"},
]
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
HEAVY = {
    "asyncio",
    "boto3",
    "botocore",
    "deflate",
    "huggingface_hub",
    "jinja2",
    "krippendorff",
    "matplotlib",
    "pandas",
    "ray",
    "scipy.stats",
    "torch",
    "transformers",
    "vllm",
}
FILES = sorted(PACKAGE.rglob("*.py"))


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@functools.cache
def imports(path: Path) -> list[tuple[str, ast.AST]]:
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, node) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.module, node)]
            found += [(f"{node.module}.{alias.name}", node) for alias in node.names]
    return found


def room(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "rewardlab" and len(parts) > 1 else None


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_point_down(path):
    own = room(module_of(path))
    if own is None:
        return
    for name, _ in imports(path):
        other = room(name)
        if other in LEVEL and other != own:
            assert LEVEL[other] < LEVEL[own], f"{module_of(path)} imports {name}"


def test_every_room_has_its_floor():
    assert {room(module_of(path)) for path in FILES} - {None} <= set(LEVEL)


def test_formats_know_the_report_only():
    for path in (PACKAGE / "formats").rglob("*.py"):
        assert {room(name) for name, _ in imports(path)} <= {
            None,
            "report",
            "agree_report",
            "proof_report",
            "formats",
            "section",
            "judge_report",
            "success_report",
            "component_report",
        }


def test_statistics_know_numpy_scipy_and_errors_only():
    for path in (PACKAGE / "stats").rglob("*.py"):
        assert {room(name) for name, _ in imports(path)} <= {None, "stats", "errors"}
        outside = {name.split(".")[0] for name, _ in imports(path)} - sys.stdlib_module_names - {"__future__"}
        assert outside <= {"numpy", "scipy", "typing_extensions", "rewardlab"}


def test_the_worker_imports_the_standard_library_only():
    names, seen = {*MODULES, "worker"}, set[str]()
    while names:  # and what these import in turn: all of it runs in the worker
        name = names.pop()
        seen.add(name)
        others = {module for module, _ in imports(PACKAGE / "rewards" / f"{name}.py")}
        rooms = {module.split(".")[2] for module in others if module.startswith("rewardlab.rewards.")}
        names |= rooms - seen
        outside = {module.split(".")[0] for module in others} - sys.stdlib_module_names - {"__future__"}
        assert outside <= {"rewardlab"}
        assert all(module.startswith("rewardlab.rewards") for module in others if module.startswith("rewardlab"))
    assert {"fence", "kernel", "namespaces"} <= seen


def test_no_cycle_among_modules():
    known = {module_of(path): path for path in FILES}
    arrows = {
        name: {other for other, _ in imports(path) if other in known and other != name} for name, path in known.items()
    }
    # A package's __init__ that lists its members is reached by each member's import of the package: not an arrow.
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join([*path, name])
        if name not in done:
            for other in arrows[name]:
                if not name.startswith(f"{other}."):
                    visit(other, (*path, name))
            done.add(name)

    for name in arrows:
        visit(name, ())


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_an_import_inside_a_function_is_a_heavy_one(path):
    for function in ast.walk(tree_of(path)):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                assert {name if name == "scipy.stats" else name.split(".")[0] for name in names} <= HEAVY


def test_the_command_line_starts_without_heavy_imports():
    code = "import sys, rewardlab.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "pandas", "pyarrow", "scipy", "pydantic", "rich", "torch", "openai"} & set(loaded)


def test_no_module_is_too_long_to_see_whole():
    assert {module_of(path): lines for path in FILES if (lines := len(path.read_text().splitlines())) > 400} == {}
