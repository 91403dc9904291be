"""While an engine loads: what it is doing, told to whoever asked for it; and imports that no one needs, left out."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from rewardlab.progress import Progress

#: Hears what the engine that is being loaded does.
_LISTENER: ContextVar[Callable[[str], None] | None] = ContextVar("rewardlab_loading", default=None)


@contextmanager
def loading(progress: Progress, model: str) -> Iterator[None]:
    """Tell the progress of a model that is loaded inside, of each of its stages and of its end."""
    progress.loading(model)
    token = _LISTENER.set(progress.stage)
    try:
        yield
    finally:
        _LISTENER.reset(token)
        progress.loaded()


def stage(name: str) -> None:
    """An engine says what it does from now on, in a word or two."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(name)


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Import as if these packages were not installed: what is imported uses them if they are there, and need not.

    One that is imported already stays.
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None means: not to be had
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextmanager
def uncollected() -> Iterator[None]:
    """Look for no garbage among what is imported and built inside: it stays, and looking takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


@contextmanager
def stages_from(logger: logging.Logger, stages: Mapping[str, str]) -> Iterator[None]:
    """Tell a stage when the library that loads logs that it begins, which is no output of its own."""
    level = logger.level
    handler = _Stages(stages)
    handlers = [(one, one.level) for one in logger.handlers]
    for one, _ in handlers:
        one.setLevel(max(one.level, level))
    logger.addHandler(handler)
    logger.setLevel(min(level, logging.INFO))
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)
        for one, before in handlers:
            one.setLevel(before)


class _Stages(logging.Handler):
    def __init__(self, stages: Mapping[str, str]) -> None:
        super().__init__(logging.INFO)
        self._stages = stages

    def emit(self, record: logging.LogRecord) -> None:
        text = str(record.msg)
        for beginning, name in self._stages.items():
            if text.startswith(beginning):
                stage(name)
