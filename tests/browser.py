"""A headless Chromium for tests and benchmarks, which looks for nothing on the network."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.wait import WebDriverWait

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1300,1000",
)


def missing() -> str | None:
    """What is not installed; None where a browser can be driven."""
    driver, browser = shutil.which("chromedriver"), shutil.which("chromium") or shutil.which("google-chrome")
    if not browser:
        return "there is no chromium (Debian: apt-get install chromium chromium-driver)"
    return None if driver else "there is no chromedriver (Debian: apt-get install chromium-driver)"


@contextmanager
def chromium() -> Iterator[Chrome]:
    """A browser with a profile of its own, closed at the end."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
        driver.set_page_load_timeout(60)
        try:
            yield driver
        finally:
            driver.quit()


def opened(driver: Chrome, address: str) -> Chrome:
    """The browser with a page, freshly opened and loaded to its end.

    `get` alone returns while the page is still loading, three times in a hundred where the machine is busy: the end of
    the blank page's loading is taken for that of the page after it.
    """
    driver.get("about:blank")
    driver.get(address)
    WebDriverWait(driver, 60).until(lambda page: page.execute_script("return document.readyState") == "complete")
    return driver
