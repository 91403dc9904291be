"""Finds the imports of a Python file without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: Functions that import a module by name; only names written as literals are found.
BY_NAME = {"import_module", "__import__"}


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement: `names` are the dotted names it may load, `level` the number of dots of a relative import.

    `needed`: the file cannot be loaded without it. An import inside a function, or in a try that catches its failure,
    is not needed.
    """

    names: tuple[str, ...]
    level: int
    line: int
    needed: bool


def imports_of(tree: ast.Module) -> Iterator[Import]:
    """Every import of a file in the order of its lines, except those under `if TYPE_CHECKING`."""
    yield from _walk(tree.body, needed=True)


def _walk(body: Sequence[ast.AST], *, needed: bool) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import((alias.name,), 0, node.lineno, needed)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            members = tuple(f"{base}.{alias.name}".lstrip(".") for alias in node.names if alias.name != "*")
            yield Import((base, *members) if base else members, node.level, node.lineno, needed)
        elif isinstance(node, ast.Call) and (name := _named(node)):
            yield Import((name,), 0, node.lineno, needed=False)
            yield from _walk(list(ast.iter_child_nodes(node)), needed=needed)
        elif isinstance(node, ast.Try):
            caught = needed and not _catches(node)
            yield from _walk(node.body, needed=caught)
            yield from _walk([*node.handlers, *node.orelse, *node.finalbody], needed=caught)
        elif isinstance(node, ast.If) and _is_typing(node.test):
            yield from _walk(node.orelse, needed=needed)
        else:
            inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.If)
            yield from _walk(list(ast.iter_child_nodes(node)), needed=needed and not inner)


def _named(node: ast.Call) -> str | None:
    """The module that import_module("name") or __import__("name") loads."""
    function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first = node.args[0] if node.args else None
    if function in BY_NAME and isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value if not first.value.startswith(".") else None
    return None


def _catches(node: ast.Try) -> bool:
    """Whether the failure of an import is caught."""
    caught = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
    kinds = [one for handler in node.handlers for one in _kinds(handler.type)]
    return any(kind is None or getattr(kind, "id", "") in caught for kind in kinds)


def _kinds(kind: ast.expr | None) -> Sequence[ast.expr | None]:
    return kind.elts if isinstance(kind, ast.Tuple) else [kind]


def _is_typing(test: ast.expr) -> bool:
    return "TYPE_CHECKING" in {getattr(test, "id", ""), getattr(test, "attr", "")}
