"""Helpers for loading an engine: they report its stages as progress, and skip imports that are not needed."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from rewardlab.progress import Progress

#: Called with each stage of the engine that is being loaded.
_LISTENER: ContextVar[Callable[[str], None] | None] = ContextVar("rewardlab_loading", default=None)


@contextmanager
def loading(progress: Progress, model: str) -> Iterator[None]:
    """Report to `progress` that the model is being loaded in this block, each stage, and the end."""
    progress.loading(model)
    token = _LISTENER.set(progress.stage)
    try:
        yield
    finally:
        _LISTENER.reset(token)
        progress.loaded()


def stage(name: str) -> None:
    """Report a new stage of loading, in a word or two; called by engines."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(name)


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Within this block, import as if these optional packages were not installed.

    A package that is already imported stays available.
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None makes an import fail
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextmanager
def uncollected() -> Iterator[None]:
    """Turn off garbage collection in this block, whose objects live on; collecting takes a third of the time."""
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
    """Report a stage whenever the loading library logs its beginning; its log messages are still not shown."""
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
