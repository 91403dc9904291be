"""A headless Chromium of its own profile, driven by Selenium."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

READY = "return document.documentElement.dataset.ready === 'yes'"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars")


class Browser:
    """Chromium with a window of a size; below 700 pixels it is a phone's."""

    def __init__(self, chromium: str, driver: str, *, width: int, height: int, dark: bool, downloads: Path) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for flag in (*FLAGS, f"--window-size={width},{height}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        several = {"profile.default_content_setting_values.automatic_downloads": 1}
        options.add_experimental_option("prefs", {"download.default_directory": str(downloads), **several})
        self.downloads = downloads
        self.driver = webdriver.Chrome(options=options, service=Service(driver))
        if width < 700:
            size = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True}
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        if dark:
            scheme = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)

    def open(self, path: Path, link: str = "") -> None:
        """Open a file, at a link within it, and wait until its script is ready."""
        self.driver.get(f"{path.as_uri()}{link}")
        self.wait(READY)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page, and return what it returns."""
        return self.driver.execute_script(script, *arguments)

    def wait(self, script: str, seconds: float = 30) -> Any:
        """Wait until a script returns something true, and return that."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := self.run(script):
                return found
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s: {script}; {self.complaints()}")

    def keys(self, *keys: str) -> None:
        """Press keys, as a person does."""
        for key in keys:
            webdriver.ActionChains(self.driver).send_keys(key).perform()

    def complaints(self) -> list[str]:
        """What the page's console said since it was asked last."""
        return [entry["message"] for entry in self._said("browser")]

    def requests(self) -> set[str]:
        """Where the page sent requests, without the page itself."""
        sent = [json.loads(entry["message"])["message"] for entry in self._said("performance")]
        urls = {one["params"]["request"]["url"] for one in sent if one["method"] == "Network.requestWillBeSent"}
        return {url for url in urls if not url.startswith(("file:", "data:", "blob:"))}

    def _said(self, log: str) -> list[dict[str, Any]]:
        return list(self.driver.get_log(log))  # type: ignore[no-untyped-call]

    def picture(self, path: Path) -> None:
        """Save what the window shows."""
        path.write_bytes(base64.b64decode(self.driver.get_screenshot_as_base64()))

    def downloaded(self, name: str) -> Path:
        """The file of that name, once it is saved."""
        path, end = self.downloads / name, time.monotonic() + 10
        while not path.is_file() and time.monotonic() < end:
            time.sleep(0.05)
        return path

    def close(self) -> None:
        self.driver.quit()
