"""The running page from outside: what is served, what is not, how it is encoded, what its endpoints answer."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground.ui import app, front
from playground.ui.links import Field
from playground.ui.page import Page, Stage

SEED = Field("int", 0, 0, 9)


def echo(seed: int) -> dict:
    """Gives the seed back."""
    return {"seed": SEED.read("seed", seed)}


def count(seed: int) -> Iterator[dict]:
    """Counts up to the seed."""
    for i in range(1, SEED.read("seed", seed) + 1):
        yield {"i": i}


def build_stage(page: Page) -> None:
    view, _, notes = page.layout("pixels")
    with view:
        seed = gr.Number(0, precision=0)
        again = gr.Button("again")
    with notes:
        page.notes("pixels", "$$</script><script>alert(1)</script>$$")
    page.state("pixels", {"seed": seed}, {"seed": SEED})
    page.event(again.click, lambda seed: seed, seed, seed)


def register(page: Page) -> None:
    page.api(echo, "echo")
    page.api(count, "count", lane="train")


@pytest.fixture(scope="module")
def url():
    blocks = app.build([Stage("pixels", build_stage, register)])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True, lang="ko")
    yield url.rstrip("/")
    blocks.close(verbose=False)


def get(url: str, encoding: str = "identity") -> tuple[int, dict, bytes]:
    request = urllib.request.Request(url, headers={"accept-encoding": encoding})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, dict(refusal.headers), refusal.read()


def test_the_head_stands_before_gradio_and_cannot_be_broken_out_of(url):
    status, headers, body = get(url)
    page = body.decode()
    assert status == 200 and int(headers["content-length"]) == len(body)
    assert page.count('id="pg-config"') == 1 and page.index("pg-config") < page.index("</head>")
    config = json.loads(re.search(r'id="pg-config">(.*?)</script>', page)[1])
    assert "raw.githubusercontent" not in page, "expected a page that names no other host's picture"
    assert config["stages"] == ["pixels"] and config["lang"] == "ko"
    assert config["links"]["pixels"]["seed"]["high"] == 9
    assert (front.GRADIO_ASSETS.parent / config["core"]).is_file()
    assert b"</script>" not in front.head([], {"x": "</script>"}).encode().replace(b"</script>", b"", 1)


def test_own_script_and_style_are_served_forever_and_compressed(url):
    page = get(url)[2].decode()
    names = re.findall(r'(?:src|href)="(pg/[^"]+)"', page)
    assert [name.rsplit(".")[-1] for name in names] == ["js", "css"]
    for name in names:
        status, headers, plain = get(f"{url}/{name}")
        _, squeezed_headers, squeezed = get(f"{url}/{name}", "gzip")
        assert status == 200 and "immutable" in headers["cache-control"]
        assert squeezed_headers["content-encoding"] == "gzip" and len(squeezed) < len(plain) / 2


def test_gradio_assets_are_the_same_bytes(url):
    import gzip

    name = front.core_module()
    raw = (front.GRADIO_ASSETS.parent / name).read_bytes()
    assert get(f"{url}/{name}")[2] == raw
    assert gzip.decompress(get(f"{url}/{name}", "gzip")[2]) == raw


@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/file=app.py",
        "gradio_api/file=README.md",
        "gradio_api/file=pretrained/nade/model.safetensors",
        "gradio_api/file=../../etc/passwd",
        "gradio_api/file=/etc/passwd",
        "gradio_api/file=assets/../app.py",
        "gradio_api/file=%2e%2e/%2e%2e/etc/passwd",
        "file=app.py",
        "pg/../app.py",
        "pg/..%2fapp.py",
        "pg/theme.css",
        "assets/..%2f..%2f..%2f..%2fetc/passwd",
        "assets/../index.html",
        "static/../../../../../etc/passwd",
    ],
)
def test_no_file_outside_assets_is_served(url, path, root):
    status, _, body = get(f"{url}/{path}")
    assert status in (403, 404), f"expected 403 or 404 for {path}, got {status}"
    assert b"root:" not in body and (root / "app.py").read_bytes()[:60] not in body


def test_this_repository_is_not_served_by_its_full_path(url, root):
    for path in (root / "app.py", root / "pyproject.toml", *sorted((root / "pretrained").glob("*/config.json"))[:1]):
        assert get(f"{url}/gradio_api/file={path}")[0] in (403, 404), path


def test_endpoints_answer_and_refuse_in_one_sentence(url):
    client = Client(url, verbose=False)
    assert client.predict(7, api_name="/echo") == {"seed": 7}
    job = client.submit(3, api_name="/count")
    job.result()
    assert [step["i"] for step in job.outputs()] == [1, 2, 3]
    for bad in (-1, 10, 1.5, "x", None, {"a": 1}, 10**30):
        with pytest.raises(AppError, match="seed: expected an integer from 0 to 9, got"):
            client.predict(bad, api_name="/echo")
    with pytest.raises(AppError, match="expected an integer"):
        client.submit(99, api_name="/count").result()


def test_only_named_endpoints_are_public(url):
    info = json.loads(get(f"{url}/gradio_api/info")[2])
    assert sorted(info["named_endpoints"]) == ["/count", "/echo"] and info["unnamed_endpoints"] == {}
