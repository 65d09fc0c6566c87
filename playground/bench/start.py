"""How soon the page stands, against an empty Gradio page; what memory the server takes with every model used."""

from __future__ import annotations

import base64
import math
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from gradio_client import Client

from playground.bench.row import Row
from playground.inference import pixels, planes
from playground.ui.chromium import chromium

ROOT = Path(__file__).resolve().parents[2]
EMPTY = """
import sys, gradio as gr
with gr.Blocks(analytics_enabled=False) as page:
    gr.HTML('<h1 id="empty">empty</h1>')
page.launch(server_port=int(sys.argv[1]), quiet=True)
"""
MEMORY_BOUND = 1500.0  # MB
TURNS = 5
PATIENCE = 120.0


def page() -> Row:
    """Seconds from starting the process until a browser shows the page; ratio = empty page's time / ours."""
    ours, empty = [], []
    with chromium() as browser:
        for turn in range(TURNS + 1):  # the first turn warms the file cache of the machine
            for seconds, command, sign in ((ours, _app(), ".pg-stage"), (empty, _empty(), "#empty")):
                seconds.append(_until_visible(browser, command, sign))
            if turn == 0:
                ours.clear(), empty.clear()
    a, b = statistics.median(ours), statistics.median(empty)
    return Row("start/page", a, b, b / a, "s")


def memory() -> Row:
    """Resident MB of the server after every endpoint was used with every model; ratio = bound / ours."""
    with _server(_app()) as (url, pid):
        use_everything(url)
        ours = _resident(pid)
    return Row("start/memory", ours, MEMORY_BOUND, MEMORY_BOUND / ours, "MB")


def use_everything(url: str) -> None:
    """Every named endpoint, with every model it takes."""
    client = Client(url, verbose=False)
    for model in pixels.models():
        drawn = client.predict(model=model, n=16, api_name="/sample_pixels")
        packed = drawn["images"]
        shape = (28, 28)
        image = np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"])[: math.prod(shape)].reshape(shape)
        client.predict(image=image.tolist(), model=model, api_name="/log_prob")
        client.predict(image=image.tolist(), model=model, api_name="/complete")
    client.predict(image=image.tolist(), api_name="/anomaly")
    client.predict(api_name="/ladder")
    client.predict(image=image.tolist(), api_name="/encode")
    client.predict(z=[0.0, 1.0], api_name="/decode")
    for name in planes.PLANES:
        client.predict(names=[name], image=image.tolist(), api_name="/planes_encode")
    client.predict(names=["vae-beta1"], a=image.tolist(), b=image.tolist(), api_name="/blend")
    client.predict(image=image.tolist(), api_name="/elbo")
    client.predict(api_name="/gradients")
    client.predict(api_name="/sample_text")
    client.predict(api_name="/sample_colour")
    client.predict(api_name="/sample_density")
    client.predict(sweep="c1_c2", api_name="/generate_codes")
    client.submit(preset="A", steps=200, every=20, api_name="/run_lab").result()


ROWS: dict[str, Callable[[], Row]] = {"start/page": page, "start/memory": memory}


def _app() -> Callable[[int], list[str]]:
    return lambda port: [sys.executable, str(ROOT / "app.py"), "--port", str(port)]


def _empty() -> Callable[[int], list[str]]:
    return lambda port: [sys.executable, "-c", EMPTY, str(port)]


@contextmanager
def _server(command: Callable[[int], list[str]]) -> Iterator[tuple[str, int]]:
    """A page in a process of its own, until its port answers: (URL, process id)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command(port), cwd=ROOT, stdout=log, stderr=log)
        try:
            _wait(url, process)
            yield url, process.pid
        finally:
            process.terminate()
            process.wait(20)


def _wait(url: str, process: subprocess.Popen) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"expected a server at {url}, its process ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"expected a page at {url} within {PATIENCE} s")


def _until_visible(browser: object, command: Callable[[int], list[str]], sign: str) -> float:
    start = time.perf_counter()
    with _server(command) as (url, _):
        context = browser.new_context()
        context.new_page().goto(url)
        context.pages[0].wait_for_selector(sign)
        taken = time.perf_counter() - start
        context.close()
    return taken


def _resident(pid: int) -> float:
    """Resident memory of a process in MB."""
    listed = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(listed.stdout) / 1024
