"""A Chromium for whoever drives the page: browser tests, bench, the README's film. Needs requirements-dev.txt."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HINT = "no Chromium: apt-get install chromium, or python -m playwright install chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
# The last --disable-features wins, so those that Playwright switches off itself stand here again. Ours are the last
# two: pages of the address bar's own, which nobody sees and every fresh context loads (0.7 s of CPU time).
FEATURES = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "TcpPortRandomizationWin",
    "ThirdPartyStoragePartitioning",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)
FLAGS = (
    f"--disable-features={','.join(FEATURES)}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class NoBrowser(RuntimeError):
    """There is no Playwright or no Chromium; the message says how to get one."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Headless Chromium: PLAYGROUND_CHROMIUM, the system's, or Playwright's own. Raises `NoBrowser`."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as problem:
        raise NoBrowser("no Playwright: pip install -r requirements-dev.txt") from problem
    path = os.environ.get("PLAYGROUND_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as driver:
        try:
            browser = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        except Exception as problem:
            raise NoBrowser(f"{HINT} ({problem})") from problem
        yield browser
        browser.close()
