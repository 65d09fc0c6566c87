"""ASGI middleware in front of Gradio: compressed assets from memory, and the page's own script and style in <head>.

Gradio compresses its 8 MB of scripts anew on every request and adds `head=` only after its own start. Here they are
compressed once, and the toolbox stands in the HTML before Gradio's bundle, so that language, theme, tab and values are
right in the first picture.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import mimetypes
import re
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import gradio

try:
    import brotli
except ImportError:  # gzip does the same for a third more bytes
    brotli = None

from playground.ui.components.base import ASSETS

GRADIO_ASSETS = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"
SQUEEZED = (".js", ".css", ".svg", ".json", ".html")
FOREVER = b"public, max-age=31536000, immutable"
PREFIX = "pg/"
PREVIEW = re.compile(rb'<meta\s+(?:property|name)="(?:og|twitter):[^>]*>')  # a picture on another host


@dataclass(frozen=True)
class Asset:
    """One file in memory, in each encoding that is shorter than the file."""

    kind: str
    raw: bytes
    encoded: dict[str, bytes]

    def pick(self, accepted: str) -> tuple[bytes, str | None]:
        """Body and content-encoding for an accept-encoding header."""
        offers = {part.split(";")[0].strip() for part in accepted.split(",")}
        name = next((name for name in self.encoded if name in offers), None)
        return (self.encoded[name], name) if name else (self.raw, None)


def squeeze(name: str, raw: bytes, quality: int = 5) -> Asset:
    """`raw` as an asset; text is compressed, what is compressed already stays."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if not name.endswith(SQUEEZED):
        return Asset(kind, raw, {})
    encoded = {"br": brotli.compress(raw, quality=quality)} if brotli else {}
    return Asset(kind, raw, {**encoded, "gzip": gzip.compress(raw, quality)})


def core_module() -> str:
    """Gradio's module that exports `changeLocale`, as a path relative to the page."""
    for path in sorted(GRADIO_ASSETS.glob("core-*.js")):
        if "changeLocale" in path.read_text("utf-8"):
            return f"assets/{path.name}"
    return "assets/"


def style() -> str:
    """All component styles after the page's own."""
    first = ASSETS / "css" / "theme.css"
    rest = [path for path in sorted((ASSETS / "css").glob("*.css")) if path != first]
    return "\n".join(path.read_text("utf-8") for path in (first, *rest))


@dataclass
class Traffic:
    """When somebody last asked for anything: background work waits until a page has been handed over."""

    born: float = field(default_factory=lambda: time.monotonic())
    last: float | None = None

    def note(self) -> None:
        """Somebody asks now."""
        self.last = time.monotonic()

    def is_quiet(self, visited: float = 1.0, unvisited: float = 3.0) -> bool:
        """Nothing asked for `visited` seconds, or nobody there within the first `unvisited` ones."""
        return time.monotonic() - (self.last or self.born) > (visited if self.last else unvisited)


class Front:
    """For `launch(app_kwargs={"middleware": [Middleware(Front, config=...)]})`; playground.js starts from config."""

    def __init__(self, app: object, config: dict, traffic: Traffic) -> None:
        self.app = app
        self.traffic = traffic
        script = (ASSETS / "js" / "playground.js").read_bytes()
        self.own = {f"playground-{_digest(script)}.js": squeeze("playground.js", script)}
        css = style().encode()
        self.own[f"style-{_digest(css)}.css"] = squeeze("style.css", css)
        self.head = head(list(self.own), {**config, "core": core_module()}).encode()

    async def __call__(self, scope: dict, receive: object, send: object) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        self.traffic.note()
        path = scope.get("path", "").removeprefix(scope.get("root_path", "")).lstrip("/")
        asset = await self._asset(path)
        if asset is not None:
            return await _answer(scope, send, asset)
        if path == "":
            return await self.app(scope, receive, Injector(scope, send, self.head))
        return await self.app(scope, receive, send)

    async def _asset(self, path: str) -> Asset | None:
        if path.startswith(PREFIX):
            return self.own.get(path.removeprefix(PREFIX))
        name = path.removeprefix("assets/")
        if path == name or not _names_asset(name):
            return None
        return await asyncio.to_thread(_gradio_asset, name)


class Injector:
    """Collects an HTML answer, puts `head` in before Gradio's module, and sends it."""

    def __init__(self, scope: dict, send: object, head: bytes) -> None:
        self.scope, self.send, self.head = scope, send, head
        self.start: dict = {}
        self.body = b""

    async def __call__(self, message: dict) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        self.body += message.get("body", b"")
        if not message.get("more_body"):
            own = PREVIEW.sub(b"", self.body).replace(b"</head>", self.head + b"</head>", 1)
            page = squeeze("page.html", own, quality=4)
            body, encoding = page.pick(_accepted(self.scope))
            headers = [(name, value) for name, value in self.start["headers"] if name.lower() != b"content-length"]
            headers += _sized(body, encoding)
            await self.send({**self.start, "headers": headers})
            await self.send({"type": "http.response.body", "body": body})


def head(names: list[str], config: dict) -> str:
    """Tags for <head>; the JSON cannot end its own script element."""
    data = json.dumps(config, ensure_ascii=False).replace("<", "\\u003c")
    tags = [f'<script type="application/json" id="pg-config">{data}</script>']
    for name in names:
        tag = '<script src="{}"></script>' if name.endswith(".js") else '<link rel="stylesheet" href="{}">'
        tags.append(tag.format(PREFIX + name))
    return "".join(tags)


async def _answer(scope: dict, send: object, asset: Asset) -> None:
    body, encoding = asset.pick(_accepted(scope))
    headers = [(b"content-type", asset.kind.encode()), (b"cache-control", FOREVER), *_sized(body, encoding)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body if scope["method"] == "GET" else b""})


def _accepted(scope: dict) -> str:
    return dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")


def _sized(body: bytes, encoding: str | None) -> list[tuple[bytes, bytes]]:
    headers = [(b"content-length", str(len(body)).encode()), (b"vary", b"Accept-Encoding")]
    return [*headers, (b"content-encoding", encoding.encode())] if encoding else headers


def _names_asset(name: str) -> bool:
    return "/" not in name and "\\" not in name and ".." not in name and (GRADIO_ASSETS / name).is_file()


@cache
def _gradio_asset(name: str) -> Asset:
    return squeeze(name, (GRADIO_ASSETS / name).read_bytes())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
