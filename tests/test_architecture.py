"""Arrows point one way, and the command line starts without heavy imports."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rewardlab.aws.package.shipped import MODULES

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "rewardlab"

#: Each room and the rooms it may import, from the top down: a room imports only what stands below it in this table.
ARROWS = {
    "__main__": "cli",
    "pytest_plugin": "reports",
    "github": "cli",
    "cli": "commands errors version visible",
    "commands": "auditing aws cloud engines errors findings formats packages platforms progress ratings readers "
    "reports rewards settings starters stats version viewing visible",
    "viewing": "aws auditing errors findings judging labels measurement outcome packages platforms probes reports "
    "rewards runs settings stats strict task version",
    "aws": "auditing cloud errors findings outcome packages platforms readers reports rewards runs task version",
    "auditing": "engines errors findings judging labels measurement outcome packages pages platforms probes progress "
    "ratings readers reports rewards runs settings stats task version",
    "packages": "errors platforms progress rewards runs settings",
    "pages": "answers formats judging labels measurement probes reports runs stats task visible",
    "formats": "findings reports version visible",
    "probes": "answers errors findings judging labels measurement outcome platforms ratings readers reports rewards "
    "runs stats task",
    "answers": "task",
    "settings": "engines errors judging platforms ratings readers rewards task",
    "judging": "engines errors outcome progress rewards runs stats task",
    "rewards": "cloud errors findings outcome platforms readers task",
    "engines": "cloud errors progress readers task",
    "measurement": "outcome runs stats task",
    "runs": "errors findings outcome platforms readers stats strict task",
    "readers": "errors strict task",
    "ratings": "errors reports stats strict version visible",
    "reports": "findings stats visible",
    "cloud": "errors",
    "labels": "errors",
    "stats": "errors",
    "starters": "errors task",
    "platforms": "errors",
    "errors": "visible",
    "task": "",
    "outcome": "",
    "findings": "",
    "progress": "",
    "strict": "",
    "version": "",
    "visible": "",
}
#: The same within the rooms that are divided: a folder imports only those below it.
FOLDERS = {
    "rewards": {
        "deployed": "isolation events",
        "isolation": "fence contracts code trainers events",
        "fence": "",
        "contracts": "code",
        "code": "trainers events",
        "trainers": "events",
        "events": "",
    },
    "answers": {
        "reading": "wrong values reference",
        "wrong": "values reference",
        "values": "reference",
        "reference": "",
    },
    "probes": {"deployed": "reward", "judge": "run", "run": "reward", "reward": ""},
    "aws": {"package": "", "prove": "", "deploy": ""},
    "formats": {
        "audit": "evidence",
        "check": "evidence",
        "agreement": "",
        "packaging": "",
        "proof": "",
        "show": "evidence",
        "verification": "evidence",
        "comparison": "evidence",
        "history": "evidence",
        "evidence": "",
    },
}
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
#: Rewards as users write them, which `rewardlab init` copies.
COPIED = PACKAGE / "starters" / "files"
FILES = sorted(path for path in PACKAGE.rglob("*.py") if COPIED not in path.parents)


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


def folder(module: str) -> str | None:
    parts = module.split(".")
    return parts[2] if len(parts) > 2 and parts[2] in FOLDERS.get(parts[1], {}) else None


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_each_import_is_an_arrow_of_the_table(path):
    own = room(module_of(path))
    if own is None:
        return
    for name, _ in imports(path):
        other = room(name)
        if other in ARROWS and other != own:
            assert other in ARROWS[own].split(), f"{module_of(path)} imports {name}"
        inner, outer = folder(module_of(path)), folder(name)
        if other == own and inner is not None and outer is not None and inner != outer:
            assert outer in FOLDERS[own][inner].split(), f"{module_of(path)} imports {name}"


@pytest.mark.parametrize("table", [ARROWS, *FOLDERS.values()], ids=["rooms", *FOLDERS])
def test_the_arrows_of_the_table_point_down(table):
    places = {name: place for place, name in enumerate(table)}
    assert all(places[other] > places[name] for name, others in table.items() for other in others.split())


def test_the_table_holds_every_room_and_no_arrow_that_is_not_there():
    assert {room(module_of(path)) for path in FILES} - {None} == set(ARROWS)
    drawn = {(room(module_of(path)), room(name)) for path in FILES for name, _ in imports(path)}
    needless = {(own, other) for own, others in ARROWS.items() for other in others.split() if (own, other) not in drawn}
    assert needless == {("cli", "commands")}  # found by name, so that a command is imported when it is run


def test_statistics_know_numpy_scipy_and_errors_only():
    for path in (PACKAGE / "stats").rglob("*.py"):
        assert {room(name) for name, _ in imports(path)} <= {None, "stats", "errors"}
        outside = {name.split(".")[0] for name, _ in imports(path)} - sys.stdlib_module_names - {"__future__"}
        assert outside <= {"numpy", "scipy", "typing_extensions", "rewardlab"}


def test_the_worker_imports_the_standard_library_only():
    names, seen = {*MODULES, "isolation.worker"}, set[str]()
    while names:  # and what these import in turn: all of it runs in the worker
        name = names.pop()
        seen.add(name)
        path = PACKAGE.joinpath("rewards", *name.split("."))
        others = {module for module, _ in imports(path / "__init__.py" if path.is_dir() else path.with_suffix(".py"))}
        own = {
            module.removeprefix("rewardlab.rewards.") for module in others if module.startswith("rewardlab.rewards.")
        }
        known = {
            module for module in own if PACKAGE.joinpath("rewards", *module.split(".")).with_suffix(".py").exists()
        }
        names |= known - seen
        outside = {module.split(".")[0] for module in others} - sys.stdlib_module_names - {"__future__"}
        assert outside <= {"rewardlab"}
        assert all(module.startswith("rewardlab.rewards") for module in others if module.startswith("rewardlab"))
    assert {"fence.fence", "fence.kernel", "fence.namespaces"} <= seen


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


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_each_path_that_a_page_names_exists(page):
    text = (ROOT / page).read_text()
    named = set(re.findall(r"`((?:rewardlab|tests|docs|judges|lambdas|findings|bench)/[\w./]*)`", text))
    named |= set(re.findall(r"\]\(([\w./]+)\)", text))
    assert named
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_the_picture_in_the_architecture_page_is_the_table_of_arrows():
    text = (ROOT / "docs" / "architecture.md").read_text()
    drawn = re.findall(r"^      ((?:\w+/?, )*\w+/?)  ", text, re.MULTILINE)
    rooms = [name.strip(" /") for line in drawn for name in line.split(",")]
    last = re.search(r"^      (task, .*)$", text, re.MULTILINE)
    assert last is not None
    rooms += last[1].split(", ")
    assert set(rooms) == set(ARROWS) - {"__main__"}
    places = {name: place for place, name in enumerate(rooms)}
    assert all(
        places[other] > places[name]
        for name, others in ARROWS.items()
        for other in others.split()
        if name in rooms and name not in last[1].split(", ")
    )


def test_the_commands_that_contributors_are_told_exist():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([\w-]+)", text)) <= targets
