"""A real Chromium on a real server. Console errors, page errors and requests to other hosts fail every test."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from playground.ui.chromium import NoBrowser, chromium

LOCAL = ("127.0.0.1", "localhost", "")
LEAVING = "AbortError: signal is aborted without reason"  # Gradio's own stream, when a test leaves a page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator:
    """Without a browser: a failure where one is required (PLAYGROUND_REQUIRE_BROWSER=1), a skip elsewhere."""
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(chromium())
        except NoBrowser as problem:
            say = pytest.fail if os.environ.get("PLAYGROUND_REQUIRE_BROWSER") == "1" else pytest.skip
            say(str(problem))
        yield opened


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served() -> Iterator[Callable[..., str]]:
    """serve(blocks, **options of `app.launch`) -> base URL of a page of `playground.ui.app.build`, until the end."""
    from playground.ui import app

    running = []

    def start(blocks: object, **options: object) -> str:
        settings = {"server_name": "127.0.0.1", "server_port": free_port(), "prevent_thread_lock": True, "quiet": True}
        _, url, _ = app.launch(blocks, **{**settings, **options})
        running.append(blocks)
        return url.rstrip("/")

    yield start
    for blocks in running:
        blocks.close(verbose=False)


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[..., str]]:
    """`served` until the end of the file: a server that nobody visits still asks its queue for work all the time."""
    with served() as start:
        yield start


@pytest.fixture(scope="session")
def whole() -> Iterator[str]:
    """Base URL of the whole page, with all stages, warming up as in `python app.py`."""
    from playground.ui import app

    with served() as start:
        url = start(app.build())
        app.warm_up()
        yield url


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> str:
    """Base URL of the page with the file's `STAGES`; without that of the whole page.

    Gradio takes half as long to mount one stage as all of them. test_basics, test_ladder and test_whole_page open
    the whole page.
    """
    from playground.ui import app
    from playground.ui.stages import GROUPS

    ids = getattr(request.module, "STAGES", ())
    if not ids:
        return request.getfixturevalue("whole")
    groups = {name: [stage for stage in row if stage.id in ids] for name, row in GROUPS.items()}
    return request.getfixturevalue("serve")(app.build({name: row for name, row in groups.items() if row}))


@dataclass
class Watch:
    """Everything that must not happen on a page."""

    seen: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=lambda: [LEAVING])

    def follow(self, context: object) -> None:
        context.on("console", lambda message: message.type == "error" and self.seen.append(f"console: {message.text}"))
        context.on("weberror", lambda problem: self.seen.append(f"page error: {problem.error}"))
        context.on("request", self._request)

    def _request(self, request: object) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in LOCAL:
            self.seen.append(f"outside request: {request.url}")

    def unexpected(self) -> list[str]:
        return [line for line in self.seen if not any(part in line for part in self.allowed)]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Collects errors; a test that provokes one on purpose names it in `watch.allowed`."""
    collected = Watch()
    yield collected
    assert collected.unexpected() == [], "expected no console error, page error or outside request"


@pytest.fixture
def new_context(browser: object, watch: Watch) -> Iterator[Callable[..., object]]:
    """new_context(**options of browser.new_context) -> a fresh visitor, under watch."""
    opened = []

    def start(**options: object) -> object:
        context = browser.new_context(**{"viewport": {"width": 1920, "height": 1080}, **options})
        context.set_default_timeout(60_000)
        watch.follow(context)
        opened.append(context)
        return context

    yield start
    for context in opened:
        context.close()


@pytest.fixture
def new_page(server: str, new_context: Callable[..., object]) -> Callable[..., object]:
    """new_page(path="/?tab=lab", lang="ko", viewport=(390, 844)) -> `server` of a fresh visitor, Gradio mounted."""

    def start(path: str = "/", lang: str = "en", viewport: tuple[int, int] = (1920, 1080), **options: object) -> object:
        size = {"width": viewport[0], "height": viewport[1]}
        page = new_context(viewport=size, locale={"ko": "ko-KR", "en": "en-US"}[lang], **options).new_page()
        page.goto(server + path)
        page.wait_for_selector(".pg-header h1")
        return page

    return start


@pytest.fixture
def page(new_page: Callable[..., object]) -> object:
    """The page of `server` at 1920x1080 in English."""
    return new_page()
