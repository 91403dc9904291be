"""A run whose every text is hostile, its page, and a real Chromium that opens it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import rewardlab
from bench.browser import Browser
from tests.pages.hostile import audited

MISSING = (
    "Chromium and its driver are missing: make browser installs them (Debian: apt-get install chromium chromium-driver)"
)


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> rewardlab.Report:
    """The report of an audit with two judges whose every text is hostile."""
    return audited(tmp_path_factory.mktemp("hostile"), 24, "strict", "kind")


@pytest.fixture(scope="session")
def chromium() -> tuple[str, str]:
    """Chromium and its driver. Without them tests are skipped; where CI is true they fail."""
    found = shutil.which("chromium"), shutil.which("chromedriver")
    if None in found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(MISSING)
    return found


def opening(chromium: tuple[str, str]) -> Iterator[Callable[..., Browser]]:
    """A function that opens a page, with a window's width and height; its browsers are closed in the end."""
    started: list[Browser] = []

    def open_page(path: Path, *, width: int = 1280, height: int = 900, dark: bool = False, link: str = "") -> Browser:
        downloads = path.parent / f"downloads{len(started)}"
        browser = Browser(*chromium, width=width, height=height, dark=dark, downloads=downloads)
        started.append(browser)
        browser.open(path, link)
        return browser

    yield open_page
    for browser in started:
        browser.close()


opened = pytest.fixture(opening)
opened_once = pytest.fixture(scope="module")(opening)
