"""What all tests share: one thread, no network, where MNIST lies; the browser's tests come last."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def data_root() -> Path:
    """torchvision's MNIST root: PLAYGROUND_DATA, else `../shared/data` beside the repository, else skip."""
    places = [os.environ.get("PLAYGROUND_DATA"), ROOT.parent / "shared" / "data"]
    for place in places:
        if place and (Path(place) / "MNIST" / "raw").is_dir():
            return Path(place)
    pytest.skip("no MNIST here: set PLAYGROUND_DATA to a folder with MNIST/raw in it")


@pytest.fixture(scope="session")
def text_root() -> Path:
    """Where `tinyshakespeare/input.txt` lies, looked for in the same places; else skip."""
    places = [os.environ.get("PLAYGROUND_DATA"), ROOT.parent / "shared" / "data"]
    for place in places:
        if place and (Path(place) / "tinyshakespeare" / "input.txt").is_file():
            return Path(place)
    pytest.skip("no tiny Shakespeare here: set PLAYGROUND_DATA to a folder with tinyshakespeare/input.txt in it")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser driven from a test keeps an event loop in the main thread, so its tests run after all others.

    Where several processes share the work, one of them has the browser and a file's tests stay together.
    """
    items.sort(key=_in_browser)
    for item in items:
        item.add_marker(pytest.mark.xdist_group("browser" if _in_browser(item) else str(item.path)))


def _in_browser(item: pytest.Item) -> bool:
    return "browser" in item.path.relative_to(ROOT).parts
