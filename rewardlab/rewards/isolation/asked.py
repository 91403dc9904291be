"""Loads and calls a judge's Python function in the isolated worker, and reports its value or its failure.

Standard library only, and no import from the rest of rewardlab: this file runs in the isolated worker.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from rewardlab.rewards.code.part import EntryError
from rewardlab.rewards.code.shim import describe
from rewardlab.rewards.trainers.loop import wait

#: The parameters that a judge's function may have.
ARGUMENTS = ("question", "messages", "reference", "response", "other", "row")
#: The suffix of a judge's module name, and the names of folders with installed packages.
ALIAS, INSTALLED = "of_a_judge", {"site-packages", "dist-packages"}
SCRIPT = 'put what is to run as a script under if __name__ == "__main__"'


class Asked:
    """A judge's function, with the attributes of an entry that the worker reports."""

    kind = "judge"
    others: tuple[str, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    names_tokens = is_async = False

    def __init__(self, name: str, function: Callable[..., Any], wanted: tuple[str, ...]) -> None:
        self.name, self._function, self._wanted = name, function, wanted

    def answer(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Call the function and return its "value".

        A value of another type is returned as a text to be "shown"; a failure as "failed" with its reason and message.
        sys.exit and a lack of memory count as a crash.
        """
        try:
            value = _plain(wait(self._function(**{name: given[name] for name in self._wanted})))
            if value is None or isinstance(value, str | int | float):
                return {"value": value}
            return {"shown": repr(value)[:200]}
        except SystemExit as error:
            return {"failed": ["crashed", f"sys.exit({error.code!r:.100})"]}
        except MemoryError:
            return {"failed": ["crashed", "ran out of memory"]}
        except BaseException as error:  # noqa: BLE001 - the user's code: what it raises costs this judgment only
            return {"failed": ["raised", describe(error)]}


def load_asked(path: Path, name: str) -> Asked:
    """Import the file under a name that no other module has, and find the function in it.

    Its folder goes on the path after the standard library and before installed packages, since a judge's file may be
    called copy.py.
    Raises: EntryError when the file cannot be loaded or has no such function, or when the function requires an argument
    that no judge is given.
    """
    sys.path.insert(_behind_the_library(), str(path.parent))
    alias = f"{path.stem}_{ALIAS}"
    spec = importlib.util.spec_from_file_location(alias, path)
    if spec is None or spec.loader is None:
        raise EntryError("is not a Python file; expected python:FILE.py:FUNCTION")
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module
    try:
        spec.loader.exec_module(module)
    except SystemExit as error:
        raise EntryError(
            f"the judge's file exits while it is imported (sys.exit({error.code!r:.100}))", do=SCRIPT
        ) from error
    except BaseException as error:
        raise EntryError(f"the judge's file cannot be imported: {describe(error)}") from error
    function = getattr(module, name, None)
    if function is None or not callable(function):
        own = ", ".join(_functions(module)) or "none: it defines no function"
        raise EntryError(f"no function {name!r}; expected one of {own}")
    return Asked(name, function, _wanted(function))


def _behind_the_library() -> int:
    """The index on the path before the first folder of installed packages."""
    places = (number for number, one in enumerate(sys.path) if INSTALLED & set(Path(one).parts))
    return next(places, len(sys.path))


def _functions(module: ModuleType) -> list[str]:
    return [key for key, one in vars(module).items() if inspect.isfunction(one) and one.__module__ == module.__name__]


def _wanted(function: Callable[..., Any]) -> tuple[str, ...]:
    """The arguments to pass to the function: those that it names, or all if it takes **kwargs."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ARGUMENTS
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters)
    wanted = ARGUMENTS if takes_any else tuple(one.name for one in parameters if one.name in ARGUMENTS)
    for one in parameters:
        required = one.default is one.empty and one.kind not in {one.VAR_KEYWORD, one.VAR_POSITIONAL}
        if (required and one.name not in wanted) or (one.kind is one.POSITIONAL_ONLY and required):
            kind = "positional-only" if one.kind is one.POSITIONAL_ONLY else "that no judge is given"
            some = "some of " + ", ".join(ARGUMENTS)
            raise EntryError(f"the function takes an argument {one.name!r} {kind}; expected {some}")
    return wanted


def _plain(value: Any) -> Any:
    """The value, with a scalar of numpy or torch converted to a plain number."""
    item = getattr(value, "item", None)
    return item() if callable(item) and not isinstance(value, str | dict | list) else value
