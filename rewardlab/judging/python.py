"""Judges that are the user's own Python: `python:FILE:FUNCTION`.

They run in this process: a judge waits for a service rather than computes, and whatever it raises is caught. What
cannot be caught here, an endless loop or os._exit, ends with the command; the run directory resumes.
"""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import inspect
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from rewardlab.errors import UsageError
from rewardlab.judging.definition import PYTHON, Judge
from rewardlab.judging.exhibit import Exhibit
from rewardlab.judging.surroundings import Surroundings
from rewardlab.judging.template import question_of
from rewardlab.judging.verdict import Verdict, VerdictError, find, shown
from rewardlab.outcome import Reason, Unscored
from rewardlab.rewards.loop import wait
from rewardlab.rewards.shim import describe

#: What a function may name among its parameters, each with what it is given.
ARGUMENTS: dict[str, Callable[[Exhibit], Any]] = {
    "question": lambda exhibit: question_of(exhibit.prompt),
    "messages": lambda exhibit: [copy.deepcopy(dict(message)) for message in exhibit.prompt.messages],
    "reference": lambda exhibit: copy.deepcopy(exhibit.reference),
    "response": lambda exhibit: exhibit.response,
    "other": lambda exhibit: exhibit.other,
    "row": lambda exhibit: copy.deepcopy(dict(exhibit.prompt.row)),
}


class PythonJudge:
    """A judge's function, loaded; calls may overlap, from several threads.

    Raises: UsageError with the file when it cannot be loaded, has no such function, or the function wants an argument
    that no judge is given.
    """

    def __init__(self, judge: Judge) -> None:
        assert judge.model is not None and judge.is_python, "a judge whose model is python:FILE:FUNCTION"  # noqa: PT018 - mypy reads the first half
        file, _, name = judge.model.removeprefix(PYTHON).rpartition(":")
        self._scale = judge.scale
        self._surroundings = Surroundings(Path(file).parent)
        with self._surroundings.entered():
            self._function = _load(Path(file), name)
        self._wanted = _wanted(self._function, where=f"{file}:{name}")

    @property
    def printed(self) -> str:
        """What the judge printed to standard output so far, its first megabyte: it never reaches the report's."""
        return self._surroundings.printed

    def held(self) -> AbstractContextManager[None]:
        """Keep the file's surroundings between calls: with a model's library loaded, setting them up takes a while."""
        return self._surroundings.entered()

    def ask(self, exhibit: Exhibit) -> Verdict | Unscored:
        """The verdict that the function returns: a label, a number of the scale, or True or False for a boolean.

        None is Unscored("abstained"), any other return "invalid", an exception "raised", sys.exit and a lack of memory
        "crashed"; an async function is waited for. Ctrl-C passes.
        """
        started = time.perf_counter()
        reason: Reason
        with self._surroundings.entered():
            try:
                arguments = {name: ARGUMENTS[name](exhibit) for name in self._wanted}
                returned = wait(self._function(**arguments))
                if returned is not None:
                    return find(self._scale, _plain(returned))
                reason, detail = "abstained", "returned None"
            except VerdictError as error:
                reason, detail = "invalid", str(error)
            except KeyboardInterrupt:
                raise
            except SystemExit as error:
                reason, detail = "crashed", f"sys.exit({shown(error.code)})"
            except MemoryError:
                reason, detail = "crashed", "ran out of memory"
            except BaseException as error:  # noqa: BLE001 - the user's code: what it raises costs this judgment only
                reason, detail = "raised", describe(error)
        return Unscored(reason, detail, time.perf_counter() - started)


def _load(path: Path, name: str) -> Callable[..., Any]:
    """The function `name` of the file, imported under a name that no other module has."""
    alias = f"{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(alias, path)
    if spec is None or spec.loader is None:
        raise UsageError("is not a Python file", where=str(path), expected="python:FILE.py:FUNCTION")
    module = importlib.util.module_from_spec(spec)
    sys.modules[alias] = module
    try:
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except SystemExit as error:
        what = f"the judge's file exits while it is imported (sys.exit({shown(error.code)}))"
        raise UsageError(
            what, where=str(path), do='put what is to run as a script under if __name__ == "__main__"'
        ) from error
    except BaseException as error:
        raise UsageError(f"the judge's file cannot be imported: {describe(error)}", where=str(path)) from error
    function: Callable[..., Any] | None = getattr(module, name, None)
    if function is None or not callable(function):
        own = [key for key, value in vars(module).items() if inspect.isfunction(value) and value.__module__ == alias]
        raise UsageError(
            f"no function {name!r}",
            where=str(path),
            expected="one of " + (", ".join(own) or "none: it defines no function"),
        )
    return function


def _wanted(function: Callable[..., Any], *, where: str) -> tuple[str, ...]:
    """The arguments that the function is given: those it names, all for **kwargs."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return tuple(ARGUMENTS)
    if any(one.kind is one.VAR_KEYWORD for one in parameters):
        wanted = tuple(ARGUMENTS)
    else:
        wanted = tuple(one.name for one in parameters if one.name in ARGUMENTS)
    for one in parameters:
        required = one.default is one.empty and one.kind not in {one.VAR_KEYWORD, one.VAR_POSITIONAL}
        if (required and one.name not in wanted) or (one.kind is one.POSITIONAL_ONLY and required):
            kind = "positional-only" if one.kind is one.POSITIONAL_ONLY else "that no judge is given"
            raise UsageError(
                f"the function takes an argument {one.name!r} {kind}",
                where=where,
                expected="some of " + ", ".join(ARGUMENTS),
            )
    return wanted


def _plain(value: Any) -> Any:
    """The value, or the plain number in a scalar of numpy or torch."""
    item = getattr(value, "item", None)
    return item() if callable(item) and not isinstance(value, str | dict | list) else value
