"""A run whose every text is hostile, its page, and a real Chromium that opens it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import rewardlab
from tests.pages.hostile import audited

MISSING = (
    "Chromium and its driver are missing: make browser installs them (Debian: apt-get install chromium chromium-driver)"
)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> rewardlab.Report:
    """The report of an audit with two judges whose every text is hostile."""
    return audited(tmp_path_factory.mktemp("hostile"), 24, "strict", "kind")


@pytest.fixture(scope="session")
def opened() -> Iterator[Callable[..., Any]]:
    """Open a page in a real Chromium, with its width and height; wait until its script is ready."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    from bench.browser import Browser

    started: list[Browser] = []

    def open_page(path: Path, *, width: int = 1280, height: int = 900, dark: bool = False, link: str = "") -> Browser:
        browser = Browser(chromium, driver, width=width, height=height, dark=dark, downloads=path.parent / "downloads")
        started.append(browser)
        browser.open(path, link)
        return browser

    yield open_page
    for browser in started:
        browser.close()
